/** aws_ecs_task_definition (ECS task_definition_parameters, fargate-tasks-services). */
import { blocks, COMMON, inert, json, schema, text, texts, word } from '../schema.ts';

const NAMESPACES = 'processes are not in namespaces';

export const PLACEMENT_CONSTRAINT = {
  type: word(['distinctInstance', 'memberOf']),
  expression: text(),
} as const;

export const TASK_DEFINITION = schema(['aws_ecs_task_definition'], {
  family: text({
    required: true,
    pattern: /^[A-Za-z0-9_-]{1,255}$/,
    rule: '1 to 255 letters, digits, hyphens and underscores',
  }),
  container_definitions: json({ required: true }),
  network_mode: word(['bridge', 'host', 'awsvpc', 'none'], 'bridge'),
  requires_compatibilities: texts(),
  cpu: text({ pattern: /^\s*(\d+|\d*\.?\d+\s*vCPU)\s*$/i, rule: '256, or .25 vCPU' }),
  memory: text({ pattern: /^\s*(\d+|\d*\.?\d+\s*GB)\s*$/i, rule: '512, or 0.5GB' }),
  task_role_arn: text(),
  execution_role_arn: text(),
  placement_constraints: blocks(
    { type: word(['memberOf']), expression: text({ required: true }) },
    { max: 10, rule: 'at most 10 constraints a task definition' },
  ),
  volume: inert('processes share this machine’s files'),
  runtime_platform: inert('the process runs on this machine’s platform'),
  ephemeral_storage: inert('the process uses this machine’s disk'),
  skip_destroy: inert('revisions stay until the plane is down'),
  track_latest: inert('the plane is the only one that registers revisions'),
  pid_mode: inert(NAMESPACES),
  ipc_mode: inert(NAMESPACES),
  proxy_configuration: inert('there is no service mesh'),
  enable_fault_injection: inert('faults are injected by killing processes'),
  inference_accelerator: inert('there are no accelerators'),
  ...COMMON,
});
