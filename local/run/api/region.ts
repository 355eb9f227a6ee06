/**
 * Clients that are set to another region than the stacks'. On AWS each region is a world of its own; here there is one, which
 * answers them all: such a client is told, once by an event, and in every refusal.
 */
import type { IncomingMessage } from 'node:http';
import type { EventLog } from '../events.ts';
import { scopeOf } from './dispatch.ts';

export interface RegionWatch {
  /** A sentence for whoever is refused; null where the request is signed for the region that is served, or for none. */
  hint(req: IncomingMessage, served: string): string | null;
}

/** Their requests are signed for one region, whatever the client's is (AWS global services). */
const GLOBAL: ReadonlySet<string> = new Set(['iam', 'sts']);
/** Signatures are not verified: a region may be any text. */
const TOLD_KEPT = 100;

export function watchRegions(events: EventLog): RegionWatch {
  const told = new Set<string>();
  return {
    hint(req, served) {
      const scope = scopeOf(req);
      if (scope === null || scope.region === served || GLOBAL.has(scope.service)) return null;
      const region = scope.region.slice(0, 40);
      const hint = `the request was signed for ${region}, and the stacks here are of ${served}`;
      if (!told.has(region) && told.size < TOLD_KEPT) {
        told.add(region);
        events.emit({
          source: 'api',
          subject: scope.service.slice(0, 40),
          code: 'OTHER_REGION',
          level: 'warn',
          message: `${hint}: it is answered from there, with ARNs of ${served}; set AWS_REGION=${served} for that client`,
        });
      }
      return hint;
    },
  };
}
