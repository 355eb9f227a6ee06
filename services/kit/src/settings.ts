/** The settings that every service has, and those of the services that take SNS deliveries. */
import { type ConfigOf, flag, from, integer, list, oneOf, type Setting, text } from './config.ts';

const HOST_PORT = /^[a-z0-9.-]+(:\d{1,5})?$/i;

/** HTTP listener, limits, drain and logs. Every value has a default but PORT, whose default is the service's own. */
export function serviceSettings(defaults: { port: number }) {
  return {
    HOST: text({
      pattern: /^[A-Za-z0-9:.-]+$/,
      rule: 'an address or host name to listen on',
      fix: 'set it to an address of this machine, or unset it for the default, 127.0.0.1',
      fallback: '127.0.0.1',
    }),
    PORT: integer({ min: 0, max: 65_535, default: defaults.port }),
    LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent'] as const, 'info'),
    /** How long orders in flight may take after SIGTERM. Below ECS's stopTimeout, 30 s, after which SIGKILL follows. */
    DRAIN_TIMEOUT_MS: integer({ min: 0, max: 120_000, default: 25_000, unit: 'milliseconds' }),
    /** How long idle connections stay after SIGTERM: a request already on its way is still answered. */
    DRAIN_IDLE_MS: integer({ min: 0, max: 60_000, default: 250, unit: 'milliseconds' }),
    /** Longer than the load balancer's idle timeout of 60 s, so that it is never we who close first (a 502 there). */
    KEEP_ALIVE_TIMEOUT_MS: integer({ min: 1_000, max: 4_000_000, default: 65_000, unit: 'milliseconds' }),
    HEADERS_TIMEOUT_MS: integer({ min: 100, max: 60_000, default: 10_000, unit: 'milliseconds' }),
    /** Bound on receiving a whole request, body included. */
    REQUEST_TIMEOUT_MS: integer({ min: 100, max: 300_000, default: 15_000, unit: 'milliseconds' }),
    /** SNS messages hold up to 256 KiB; their JSON escapes make the envelope larger. */
    MAX_BODY_BYTES: integer({ min: 256, max: 8_388_608, default: 524_288, unit: 'bytes' }),
    MAX_HEADER_BYTES: integer({ min: 1_024, max: 65_536, default: 16_384, unit: 'bytes' }),
    /** Requests handled at once; more are answered 503, which SNS retries. */
    MAX_IN_FLIGHT: integer({ min: 1, max: 100_000, default: 2_048, unit: 'requests' }),
  };
}
export type ServiceConfig = ConfigOf<ReturnType<typeof serviceSettings>>;

/** Who may sign an order. */
export function snsSettings() {
  const hosts = {
    entry: HOST_PORT,
    rule: 'a comma list of host or host:port that serve signing certificates over https',
    fix: 'name the hosts without a scheme, or unset it: sns.<region>.amazonaws.com is always trusted',
  };
  return {
    ALLOW_UNSIGNED: flag(),
    SIGNING_CERT_HOSTS: list(hosts),
    CUTOVER_SIGNING_CERT_HOSTS: list(hosts),
    LOADTEST_SIGNING_CERT: certificate(),
    LOADTEST_SIGNING_CERT_URL: text({
      pattern: /^https:\/\/[^\s]+$/,
      rule: 'an https address that names the load-test certificate; it is compared, never visited',
      fix: 'set it to the SigningCertURL that the load test sends, or unset it for the default',
      fallback: 'https://loadtest.cutover.invalid/cert.pem',
    }),
    AWS_ENDPOINT_URL: text({
      pattern: /^(https?:\/\/[^\s/]+\/?)?$/,
      rule: 'the origin of an AWS-compatible endpoint',
      fix: 'set it to an origin such as http://127.0.0.1:4566, or unset it for AWS itself',
      fallback: '',
    }),
    /** Empty: any topic. A stranger can subscribe us to a topic of theirs, whose signature is AWS's own: name yours. */
    ALLOWED_TOPIC_ARNS: list({
      entry: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
      rule: 'a comma list of SNS topic ARNs',
      fix: 'name the topics whose messages are taken, or unset it to take any',
    }),
  };
}
export type SnsConfig = ConfigOf<ReturnType<typeof snsSettings>>;

/** An optional PEM certificate; task definitions often carry its newlines as `\n`. */
function certificate(): Setting<string | null> {
  return {
    schema: from<string | null>((raw) => {
      if (raw === undefined) return null;
      const pem = raw.replaceAll('\\n', '\n').trim();
      return /^-----BEGIN CERTIFICATE-----\s[\s\S]+-----END CERTIFICATE-----$/.test(pem) ? pem : undefined;
    }),
    rule: 'one PEM certificate (-----BEGIN CERTIFICATE----- …)',
    fix: 'set it to the certificate of the load test, or unset it; never set it in production',
  };
}
