/** TerminateInstances: an instance goes at once, its tasks with it; its Auto Scaling group launches another. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { operation } from '../operation.ts';
import { bool, names } from '../schema.ts';

/** EC2's codes of instance states (API_InstanceState). */
const RUNNING = { code: 16, name: 'running' };
const SHUTTING_DOWN = { code: 32, name: 'shutting-down' };

/** As EC2 does it: all of them, or, where one does not exist, none (API_TerminateInstances). */
export const terminateInstances = operation(
  z.object({ InstanceId: names, DryRun: bool.optional() }),
  ({ InstanceId: wanted, DryRun }, call) => {
    const live = new Set(
      call.ecs
        .instances()
        .filter(({ status }) => status !== 'TERMINATED')
        .map(({ id }) => id),
    );
    const missing = wanted.filter((id) => !live.has(id));
    if (missing.length > 0) {
      const [is, ids] = missing.length === 1 ? ["ID '", "' does"] : ["IDs '", "' do"];
      throw new ApiError('InvalidInstanceID.NotFound', `The instance ${is}${missing.join(', ')}${ids} not exist`);
    }
    if (DryRun) throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    for (const id of new Set(wanted)) call.instances.terminate(id, false, TERMINATED_BY_USER, false);
    return {
      instancesSet: [...new Set(wanted)].map((instanceId) => ({
        instanceId,
        currentState: SHUTTING_DOWN,
        previousState: RUNNING,
      })),
    };
  },
);

/** The Auto Scaling group's own words for it. */
const TERMINATED_BY_USER =
  'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.';
