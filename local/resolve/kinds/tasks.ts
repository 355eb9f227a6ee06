/** Task definitions (ECS task_definition_parameters, fargate-tasks-services). */
import { TASK_DEFINITION } from '../../read/schemas/aws-ecs-task-definition.ts';
import type { TaskDefinition } from '../../topology.ts';
import { encodeJson } from '../expr/values.ts';
import { findFile, MAX_READ_BYTES } from '../files.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, sha256, textOf } from '../names.ts';
import type { Report } from '../report.ts';
import { containersOf } from './containers.ts';

/** A change of one of these is a new revision. */
const CONTENT = [
  'container_definitions',
  'cpu',
  'memory',
  'network_mode',
  'requires_compatibilities',
  'task_role_arn',
  'execution_role_arn',
  'placement_constraints',
  'runtime_platform',
  'volume',
];

const taskDefinition = acting(
  TASK_DEFINITION,
  'taskDefinitions',
  (names, _block, attribute) => {
    const family = textOf(attribute('family'));
    const digest = sha256(encodeJson(CONTENT.map((name) => attribute(name) ?? null))).slice(0, 32);
    const revision = names.revisionOf(family, digest);
    const arn = arnOf(names, 'ecs', `task-definition/${family}`);
    return { arn: `${arn}:${revision}`, arn_without_revision: arn, id: family, revision };
  },
  buildTaskDefinition,
);

function buildTaskDefinition(context: BuildContext<typeof TASK_DEFINITION.fields>): TaskDefinition {
  const { base, values: v, computed, report } = context;
  const compatibilities = compatibilitiesOf(v.requires_compatibilities, report);
  const fargate = compatibilities.includes('FARGATE');
  const cpuUnits = unitsOf(v.cpu);
  const memoryMiB = unitsOf(v.memory);
  if (fargate) checkFargate(report, v.network_mode, cpuUnits, memoryMiB);
  const containers = containersOf(v.container_definitions, {
    networkMode: v.network_mode,
    fargate,
    memoryMiB,
    report,
    objectText: (arn) => objectText(arn, context),
  });
  const cpuOfContainers = containers.reduce((sum, c) => sum + c.cpuUnits, 0);
  if (cpuUnits !== null && cpuOfContainers > cpuUnits)
    report.bad('cpu', cpuUnits, `the containers have ${cpuOfContainers} CPU units in all`, 'no more than the task');
  return {
    ...base,
    arn: computed('arn'),
    family: v.family,
    revision: Number(computed('revision')),
    networkMode: v.network_mode,
    requiresCompatibilities: compatibilities,
    cpuUnits,
    memoryMiB,
    taskRoleArn: v.task_role_arn,
    executionRoleArn: v.execution_role_arn,
    containers,
    placementConstraints: v.placement_constraints,
  };
}

/** What environment files hold: a bucket's objects are those of these stacks. */
function objectText(arn: string, { all }: BuildContext<typeof TASK_DEFINITION.fields>): string | null {
  const found = all('aws_s3_object', 'aws_s3_bucket_object').find(({ json }) => json['arn'] === arn);
  if (!found) return null;
  const { content, content_base64: base64, source } = found.json;
  if (typeof source === 'string') {
    const file = findFile(found.folder, source, MAX_READ_BYTES);
    return typeof file === 'string' ? null : file.bytes.toString('utf8');
  }
  return typeof content === 'string' ? content : Buffer.from(textOf(base64), 'base64').toString('utf8');
}

function compatibilitiesOf(words: readonly string[], report: Report): ('EC2' | 'FARGATE')[] {
  const known = words.filter((w) => w === 'EC2' || w === 'FARGATE');
  for (const w of words)
    if (w !== 'EC2' && w !== 'FARGATE')
      report.bad('requires_compatibilities', w, `${w} is not run here`, 'EC2, FARGATE');
  return known.length > 0 ? known : ['EC2'];
}

/** `256`, `.25 vCPU`, `512`, `0.5GB`. */
function unitsOf(value: string | null): number | null {
  const found = /^\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*$/i.exec(value ?? '');
  return found ? Math.round(Number(found[1]) * (found[2] ? 1024 : 1)) : null;
}

const gibibytes = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * 1024);

/** Published Fargate sizes: CPU units → MiB (ECS fargate-tasks-services: task CPU and memory). */
export const FARGATE_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gibibytes(1, 4, 1),
  1024: gibibytes(2, 8, 1),
  2048: gibibytes(4, 16, 1),
  4096: gibibytes(8, 30, 1),
  8192: gibibytes(16, 60, 4),
  16384: gibibytes(32, 120, 8),
};

function checkFargate(report: Report, networkMode: string, cpuUnits: number | null, memoryMiB: number | null): void {
  if (networkMode !== 'awsvpc') report.bad('network_mode', networkMode, 'Fargate tasks need awsvpc', 'awsvpc');
  if (cpuUnits === null) report.missing('cpu', 'a Fargate task has a size');
  if (memoryMiB === null) report.missing('memory', 'a Fargate task has a size');
  if (cpuUnits === null || memoryMiB === null) return;
  const allowed = FARGATE_SIZES[cpuUnits];
  if (!allowed) report.bad('cpu', cpuUnits, 'Fargate has no such size', Object.keys(FARGATE_SIZES).join(', '));
  else if (!allowed.includes(memoryMiB))
    report.bad(
      'memory',
      memoryMiB,
      `Fargate has no ${cpuUnits} CPU units with ${memoryMiB} MiB`,
      `with ${cpuUnits}: ${allowed.join(', ')} MiB (ECS fargate-tasks-services)`,
    );
}

export const TASK_KINDS = [taskDefinition];
