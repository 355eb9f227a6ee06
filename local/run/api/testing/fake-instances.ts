/** Groups without instances: what the endpoint asks of them is tested where they are (run/instances, e2e). */
import { createLifecycleHooks } from '../../instances/lifecycle-hooks.ts';
import type { ApiDependencies } from '../ports.ts';

export function fakeInstances(): ApiDependencies['instances'] {
  const none = (): undefined => undefined;
  return {
    groups: () => [],
    hooks: createLifecycleHooks({ instance: none, byToken: none, hasGroup: () => true }),
    setDesired: none,
    setDraining: none,
    terminate: none,
  };
}
