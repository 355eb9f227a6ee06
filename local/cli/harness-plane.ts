/** The harness's view of a plane, over its control routes. */
import { basename } from 'node:path';
import type { DeliveryReport, PlaneClient as HarnessPlane } from '../../loadtest/harness/plane-client.ts';
import { CutoverError, type Problem } from '../errors.ts';
import { sendSignal } from '../run/processes/signals.ts';
import type { PlaneClient } from './plane-client.ts';
import { takeDownOwn } from './take-down.ts';

/** Codes that mean "a wait ended badly", as opposed to JSON that was refused before anything changed. */
const WAIT_CODES: ReadonlySet<Problem['code']> = new Set(['APPLY_FAILED']);

export function harnessPlane(client: PlaneClient): HarnessPlane {
  return {
    status: () => client.status(),
    events: (sinceId, signal) => client.followEvents(sinceId, signal),
    signing: () => client.signing(),
    deliveries: async () => (await client.deliveries()) as DeliveryReport,
    fidelity: () => client.fidelity(),
    async down() {
      await takeDownOwn(client);
    },
    async killTasks(pids) {
      const { tasks, services } = await client.status();
      // A pid is only signalled while it is a task's: in the meantime it may have become another process.
      const own = new Set([...tasks, ...services.flatMap((service) => service.tasks)].map((task) => task.pid));
      for (const pid of pids) if (own.has(pid)) sendSignal(pid, 'SIGKILL');
    },
    async killInstance(id) {
      const { endpoints, region } = await client.status();
      await terminateInstance(endpoints.aws, region, id);
    },
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

/** One call of EC2's query protocol; the plane takes any credentials. @throws Error with EC2's answer */
async function terminateInstance(endpoint: string, region: string, instanceId: string): Promise<void> {
  const scope = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/ec2/aws4_request`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      authorization: `${scope}, SignedHeaders=host, Signature=00`,
    },
    body: new URLSearchParams({ Action: 'TerminateInstances', Version: '2016-11-15', 'InstanceId.1': instanceId }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`TerminateInstances of ${instanceId}: ${text}`);
}
