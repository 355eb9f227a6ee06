/** The harness's view of a plane, over its control routes. */
import { basename } from 'node:path';
import type { DeliveryReport, PlaneClient as HarnessPlane } from '../../loadtest/harness/plane-client.ts';
import { CutoverError, type Problem } from '../errors.ts';
import type { PlaneClient } from './plane-client.ts';

/** Codes that mean "a wait ended badly", as opposed to JSON that was refused before anything changed. */
const WAIT_CODES: ReadonlySet<Problem['code']> = new Set(['APPLY_FAILED']);

export function harnessPlane(client: PlaneClient): HarnessPlane {
  return {
    status: () => client.status(),
    events: (sinceId, signal) => client.followEvents(sinceId, signal),
    signing: () => client.signing(),
    deliveries: async () => (await client.deliveries()) as DeliveryReport,
    fidelity: () => client.fidelity(),
    down: () => client.down(),
    async apply(dir, signal) {
      const counts = { create: 0, update: 0, replace: 0, delete: 0 };
      const stage = basename(dir).replace(/-drill$/, '');
      const failures: { address: string; message: string }[] = [];
      try {
        const { changes } = await client.apply({ dir, stage }, undefined, signal);
        for (const change of changes) counts[change.action] += 1;
      } catch (error) {
        if (!(error instanceof CutoverError) || !error.problems.every((p) => WAIT_CODES.has(p.code))) throw error;
        failures.push(...error.problems.map((p) => ({ address: p.address ?? '', message: p.message })));
      }
      return {
        created: counts.create,
        updated: counts.update,
        replaced: counts.replace,
        deleted: counts.delete,
        failures,
      };
    },
  };
}
