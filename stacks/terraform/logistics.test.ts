/** Interstella, deployed by the real Terraform and provider, stage by stage. */
import test, { type ExecutionContext } from 'ava';
import type { Ask } from './ask.ts';
import { frontHolds } from './front-holds.ts';
import type { Held, HeldRule } from './held.ts';
import { DOMAINS } from './operator.ts';
import { chain, inOrder } from './order.ts';
import { restFrontHolds } from './rest-front-holds.ts';
import { permissionsOf, rolesOf, type Scaled, scalingHolds, subscriptionsHold } from './service-holds.ts';
import { toolchain, walkStages } from './suite.ts';

const NAME = 'interstella';
const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

const MONOLITH_ONLY: readonly HeldRule[] = [{ priority: 'default', paths: [], targetGroups: [`${NAME}-monolith`] }];

const SECRETS = [`/${NAME}/fulfillment-api-key`, `/${NAME}/fulfill-key`];
const TRACKED = { cluster: NAME, policies: { cpu: 70, requests: 6000 } };
const SCALED: readonly Scaled[] = [
  { ...TRACKED, service: `${NAME}-monolith`, min: 4, max: 8 },
  { ...TRACKED, service: `${NAME}-iridium`, min: 2, max: 6 },
  { ...TRACKED, service: `${NAME}-magnesite`, min: 2, max: 6 },
];

const microservicesAt = (base: string): Record<string, string> => ({
  [`${NAME}-Iridium`]: `${base}/iridium/`,
  [`${NAME}-Magnesite`]: `${base}/magnesite/`,
});

/** A rule, then its service, steady; only then its subscription, and the monolith without that service. */
const movedInOrder = (service: string) => [
  ...chain(
    `aws_lb_listener_rule.${service}_`,
    `aws_ecs_service.${service}_`,
    `aws_sns_topic_subscription.${service}-subscription`,
  ),
  ...chain(`aws_ecs_service.${service}_`, 'aws_ecs_service.monolith'),
];

async function url(ask: Ask): Promise<string> {
  const [{ LoadBalancers }] = await ask(['elbv2', 'describe_load_balancers', { Names: [NAME] }]);
  return `http://${LoadBalancers[0].DNSName}`;
}

async function rolesHold(t: ExecutionContext, ask: Ask): Promise<void> {
  const roles = await rolesOf(ask, `${NAME}-hq`);
  t.deepEqual(roles, { task: `${NAME}-hq-task`, execution: `${NAME}-hq-execution` });
  const of = (service: string, resource: string): string => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
  t.deepEqual(await permissionsOf(ask, roles.task), [
    `dynamodb:GetItem ${of('dynamodb', `table/${NAME}-orders`)}`,
    `dynamodb:PutItem ${of('dynamodb', `table/${NAME}-orders`)}`,
  ]);
  const repository = of('ecr', `repository/${NAME}-hq`);
  t.deepEqual(await permissionsOf(ask, roles.execution), [
    `ecr:BatchCheckLayerAvailability ${repository}`,
    `ecr:BatchGetImage ${repository}`,
    'ecr:GetAuthorizationToken *',
    `ecr:GetDownloadUrlForLayer ${repository}`,
    `logs:CreateLogStream ${of('logs', `log-group:/ecs/${NAME}-hq:*`)}`,
    `logs:PutLogEvents ${of('logs', `log-group:/ecs/${NAME}-hq:*`)}`,
    `ssm:GetParameters ${of('ssm', `parameter/${NAME}/fulfillment-api-key`)}`,
  ]);
}

async function monolith(t: ExecutionContext, held: Held, tag: string): Promise<void> {
  const definition = await held.taskDefinition(`${NAME}-monolith`);
  t.is(definition?.networkMode, 'bridge');
  t.like(definition?.containerDefinitions?.[0]?.portMappings?.[0], { hostPort: 0 });
  t.true(definition?.containerDefinitions?.[0]?.image?.endsWith(`:${tag}`));
  t.is((await held.targetGroup(`${NAME}-monolith`))?.TargetType, 'instance');
}

run(`logistics: monolith, strangler, microservices, destroyed${why}`, async (t) => {
  t.timeout(60 * 60_000);
  await walkStages(t, {
    system: 'logistics',
    stages: [
      {
        name: 'monolith',
        secretNames: SECRETS,
        async holds(t, { held, ask, output }) {
          t.deepEqual(await held.rules(NAME, 80), MONOLITH_ONLY);
          await monolith(t, held, 'latest');
          await subscriptionsHold(t, ask, { [`${NAME}-Orders`]: `${await url(ask)}/order/` });
          inOrder(t, output, chain('aws_ecs_service.monolith', 'aws_sns_topic_subscription.orders'));
        },
      },
      {
        name: 'strangler',
        async holds(t, { held, output }) {
          const rules = await held.rules(NAME, 80);
          t.deepEqual(
            rules.flatMap((rule) => rule.targetGroups),
            [`${NAME}-iridium`, `${NAME}-monolith`],
          );
          t.deepEqual(rules[0]?.paths, ['/iridium*']);
          await monolith(t, held, 'noiridium');
          t.is((await held.service(NAME, `${NAME}-iridium`))?.launchType, 'FARGATE');
          t.is((await held.targetGroup(`${NAME}-iridium`))?.TargetType, 'ip');
          inOrder(t, output, movedInOrder('iridium'));
        },
      },
      {
        name: 'microservices',
        async holds(t, { held, ask, output }) {
          const rules = await held.rules(NAME, 80);
          t.deepEqual(
            rules.flatMap((rule) => rule.paths),
            ['/iridium*', '/magnesite*'],
          );
          await monolith(t, held, 'fulfillment');
          inOrder(t, output, movedInOrder('magnesite'));
          await scalingHolds(t, ask, SCALED);
          await subscriptionsHold(t, ask, microservicesAt(await url(ask)));
          await rolesHold(t, ask);
        },
      },
    ],
    front: {
      secretNames: [...SECRETS, 'API key interstella-hq'],
      // API Gateway must be given its key; what AWS reads by itself is in no state.
      stateHolds: 'terraform-state/dev/interstella-hq.tfstate',
      async holds(t, { ask, operator }) {
        const watched = ['monolith', 'iridium', 'magnesite'];
        const paths = ['/iridium*', '/magnesite*'];
        await frontHolds(t, ask, operator, { front: 'logistics', loadBalancer: NAME, watched, paths });
        const hq = { loadBalancer: `${NAME}-hq`, watched: ['hq'], paths: ['/getkey.html'] };
        await frontHolds(t, ask, operator, { front: 'hq', ...hq });
        await restFrontHolds(t, ask, operator);
        await subscriptionsHold(t, ask, microservicesAt(`https://${DOMAINS.logistics}`));
      },
    },
  });
});
