/** aws_ecs_cluster, aws_ecs_cluster_capacity_providers, aws_ecs_capacity_provider (ECS: clusters, capacity providers). */
import { block, blocks, COMMON, inert, number, refused, schema, text, texts, word } from '../schema.ts';

const NAME = { pattern: /^[A-Za-z0-9_-]{1,255}$/, rule: '1 to 255 letters, digits, hyphens and underscores' };

const SHARES = {
  noEffect: 'the first provider of a strategy decides between Fargate and EC2; shares are not kept',
} as const;

export const STRATEGY_ITEM = {
  capacity_provider: text({ required: true }),
  weight: number({ fallback: 0, min: 0, max: 1000, ...SHARES }),
  base: number({ fallback: 0, min: 0, max: 100_000, ...SHARES }),
} as const;

export const CLUSTER = schema(['aws_ecs_cluster'], {
  name: text({ required: true, ...NAME }),
  setting: inert('container insights has no local store'),
  configuration: inert('execute-command is not offered here'),
  service_connect_defaults: inert('service connect is not offered here'),
  ...COMMON,
});

export const CLUSTER_CAPACITY_PROVIDERS = schema(['aws_ecs_cluster_capacity_providers'], {
  cluster_name: text({ required: true }),
  capacity_providers: texts({ max: 20, rule: 'at most 20 capacity providers a cluster' }),
  default_capacity_provider_strategy: blocks(STRATEGY_ITEM, { max: 20 }),
  region: COMMON.region,
});

export const CAPACITY_PROVIDER = schema(['aws_ecs_capacity_provider'], {
  name: text({
    required: true,
    pattern: /^(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}$/i,
    rule: `${NAME.rule}, not aws…, ecs… or fargate…`,
  }),
  auto_scaling_group_provider: block(
    {
      auto_scaling_group_arn: text({ required: true }),
      managed_scaling: block({
        status: word(['ENABLED', 'DISABLED'], 'ENABLED'),
        target_capacity: number({ fallback: 100, min: 1, max: 100 }),
        minimum_scaling_step_size: number({ fallback: 1, min: 1, max: 10_000 }),
        maximum_scaling_step_size: number({ fallback: 10_000, min: 1, max: 10_000 }),
        instance_warmup_period: number({ fallback: 300, min: 0, max: 10_000 }),
      }),
      managed_termination_protection: word(['ENABLED', 'DISABLED'], 'DISABLED'),
      managed_draining: word(['ENABLED', 'DISABLED'], 'ENABLED'),
    },
    { required: true },
  ),
  cluster: refused('managed instances are not run here'),
  managed_instances_provider: refused('managed instances are not run here'),
  ...COMMON,
});
