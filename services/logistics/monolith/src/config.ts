/** The monolith's settings. */
import { baseUrl, integer, serviceSettings, snsSettings, text } from '../../../kit/src/index.ts';

export const settings = {
  ...serviceSettings({ port: 5_000 }),
  ...snsSettings(),
  /** HQ's address; orders go to `<endpoint>/orders`. */
  FULFILLMENT_API_ENDPOINT: baseUrl({ what: 'the fulfilment API' }),
  FULFILLMENT_API_KEY: text({
    pattern: /^[\x21-\x7e]{1,256}$/,
    rule: '1 to 256 visible characters',
    fix: "set it to the fulfilment API's key; on ECS a secret taken from the parameter store",
    secret: true,
  }),
  /** Within SNS's 15 s for a delivery, gathering included. */
  FULFILLMENT_TIMEOUT_MS: integer({ min: 50, max: 60_000, default: 5_000, unit: 'milliseconds' }),
  FULFILLMENT_RETRIES: integer({ min: 0, max: 10, default: 2, unit: 'attempts' }),
  FULFILLMENT_CONNECTIONS: integer({ min: 1, max: 1_024, default: 64, unit: 'sockets' }),
  /** How long gathering takes, for each resource. */
  GATHER_MS: integer({ min: 0, max: 60_000, default: 0, unit: 'milliseconds' }),
  /** Where set, `/fulfill/` takes only callers that send it as x-fulfill-key: the load balancer shows that path to all. */
  FULFILL_KEY: text({
    pattern: /^[\x21-\x7e]{0,256}$/,
    rule: 'up to 256 visible characters',
    fix: 'set it to the key that iridium and magnesite send, or unset it',
    fallback: '',
    secret: true,
  }),
};
