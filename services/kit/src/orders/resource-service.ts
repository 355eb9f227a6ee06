/** A service that took one resource over from the monolith: gathers it, then fulfils through the monolith's `/fulfill/`. */
import { baseUrl, integer, text } from '../config.ts';
import { createDownstream } from '../downstream.ts';
import { ServiceError } from '../errors.ts';
import { healthHandler } from '../health.ts';
import { sendText } from '../reply.ts';
import { runService } from '../run.ts';
import { serviceSettings, snsSettings } from '../settings.ts';
import { fulfil } from './fulfil.ts';
import { gather } from './gather.ts';
import { createIntake } from './intake.ts';
import type { Items, Resource } from './order.ts';

const settings = {
  ...serviceSettings({ port: 80 }),
  ...snsSettings(),
  /** The load balancer's DNS name, as the workshop writes it: the monolith's `/fulfill/` is behind its default path. */
  monolithUrl: baseUrl({ what: 'the load balancer in front of the monolith' }),
  MONOLITH_TIMEOUT_MS: integer({ min: 50, max: 60_000, default: 8_000, unit: 'milliseconds' }),
  MONOLITH_RETRIES: integer({ min: 0, max: 10, default: 2, unit: 'attempts' }),
  MONOLITH_CONNECTIONS: integer({ min: 1, max: 1_024, default: 64, unit: 'sockets' }),
  GATHER_MS: integer({ min: 0, max: 60_000, default: 0, unit: 'milliseconds' }),
  FULFILL_KEY: text({
    pattern: /^[\x21-\x7e]{0,256}$/,
    rule: 'up to 256 visible characters',
    fix: "set it to the monolith's FULFILL_KEY, or unset it",
    fallback: '',
    secret: true,
  }),
};

const TITLE: Readonly<Record<Resource, string>> = { iridium: 'Iridium', magnesite: 'Magnesite' };

/** Runs the process until SIGTERM. Serves `POST /<resource>/` and, for health checks, `GET /<resource>/`. */
export function runResourceService(resource: Resource, build: string): Promise<void> {
  return runService({
    name: resource,
    build,
    settings,
    setUp: ({ config, log, service }) => {
      const intake = createIntake(config, log);
      const monolith = createDownstream({
        baseUrl: config.monolithUrl,
        name: 'the monolith',
        connections: config.MONOLITH_CONNECTIONS,
        deadlineMs: config.MONOLITH_TIMEOUT_MS,
        retries: config.MONOLITH_RETRIES,
        headers: config.FULFILL_KEY ? { 'x-fulfill-key': config.FULFILL_KEY } : {},
      });
      const done = `${TITLE[resource]} fulfilled`;
      const hello = `Interstella GTC logistics: POST ${resource} orders here`;

      service.get(`/${resource}/`, healthHandler({ service, name: resource, build, hello }));
      service.post(
        `/${resource}/`,
        intake.handler(async ({ res, trace }, { messageId, items }) => {
          refuseOthers(items, resource);
          const gathered = await gather(items, { resources: [resource], gatherMs: config.GATHER_MS, log });
          const request = { messageId, items: gathered, source: resource };
          await fulfil(request, { downstream: monolith, path: '/fulfill/', trace, log, done });
          sendText(res, 200, 'Your order has been fulfilled');
        }),
      );
      return async () => {
        await Promise.all([intake.close(), monolith.close()]);
      };
    },
  });
}

function refuseOthers(items: Items, resource: Resource): void {
  const others = Object.keys(items).filter((item) => item !== resource);
  if (others.length === 0) return;
  throw new ServiceError('ORDER_INVALID', `only ${resource} is gathered here`, {
    problems: others.map((path) => ({ path, rule: `only ${resource}` })),
  });
}
