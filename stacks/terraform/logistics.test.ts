/** Interstella, deployed by the real Terraform and provider, stage by stage. */
import test, { type ExecutionContext } from 'ava';
import type { Held, HeldRule } from './held.ts';
import { toolchain, walkStages } from './suite.ts';

const NAME = 'interstella';
const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

const MONOLITH_ONLY: readonly HeldRule[] = [{ priority: 'default', paths: [], targetGroups: [`${NAME}-monolith`] }];

async function monolith(t: ExecutionContext, held: Held, tag: string): Promise<void> {
  const definition = await held.taskDefinition(`${NAME}-monolith`);
  t.is(definition?.networkMode, 'bridge');
  t.like(definition?.containerDefinitions?.[0]?.portMappings?.[0], { hostPort: 0 });
  t.true(definition?.containerDefinitions?.[0]?.image?.endsWith(`:${tag}`));
  t.is((await held.targetGroup(`${NAME}-monolith`))?.TargetType, 'instance');
}

run(`logistics: monolith, strangler, microservices, destroyed${why}`, async (t) => {
  t.timeout(40 * 60_000);
  await walkStages(t, 'logistics', [
    {
      name: 'monolith',
      async holds(t, held) {
        t.deepEqual(await held.rules(NAME, 80), MONOLITH_ONLY);
        await monolith(t, held, 'latest');
      },
    },
    {
      name: 'strangler',
      async holds(t, held) {
        const rules = await held.rules(NAME, 80);
        t.deepEqual(
          rules.flatMap((rule) => rule.targetGroups),
          [`${NAME}-iridium`, `${NAME}-monolith`],
        );
        t.deepEqual(rules[0]?.paths, ['/iridium*']);
        await monolith(t, held, 'noiridium');
        t.is((await held.service(NAME, `${NAME}-iridium`))?.launchType, 'FARGATE');
        t.is((await held.targetGroup(`${NAME}-iridium`))?.TargetType, 'ip');
      },
    },
    {
      name: 'microservices',
      async holds(t, held) {
        const rules = await held.rules(NAME, 80);
        t.deepEqual(
          rules.flatMap((rule) => rule.paths),
          ['/iridium*', '/magnesite*'],
        );
        await monolith(t, held, 'fulfillment');
      },
    },
  ]);
});
