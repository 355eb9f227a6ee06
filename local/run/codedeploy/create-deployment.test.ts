import test from 'ava';
import { NETWORK_DEFAULTS } from '../api/services/elbv2-network.ts';
import { PREDEFINED_CONFIGS } from './configs.ts';
import { type CreationContext, newDeployment } from './create-deployment.ts';
import { appSpec, BLUE, GREEN, group } from './testing/builders.ts';

test('behind a network load balancer traffic is not shifted in steps', (t) => {
  for (const config of PREDEFINED_CONFIGS) {
    const of = (targetGroups: CreationContext['targetGroups']) =>
      t.throws(() =>
        newDeployment(
          { applicationName: 'threadsApp', groupName: 'threadsDG', content: appSpec(2) } as never,
          { group: group(), config, targetGroups, functions: [], taskSets: [], definition: () => undefined } as never,
        ),
      );
    const inSteps = config.routing.type !== 'AllAtOnce';
    const refused = /only AllAtOnce does/;
    t.is(refused.test(of([BLUE, { ...GREEN, network: NETWORK_DEFAULTS }])?.message ?? ''), inSteps, config.name);
    t.false(refused.test(of([BLUE, GREEN])?.message ?? ''), config.name);
  }
});
