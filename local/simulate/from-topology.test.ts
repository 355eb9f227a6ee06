import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CutoverError } from '../errors.ts';
import { readStacks } from '../read/index.ts';
import { resolve } from '../resolve/index.ts';
import type { Topology } from '../topology.ts';
import { fromTopology, type TopologyOptions } from './from-topology.ts';
import { SHAPES } from './profiles.ts';
import { simulate } from './simulate.ts';

const scaled = (name: string, configuration: object) => ({
  name,
  service_namespace: '${aws_appautoscaling_target.t.service_namespace}',
  scalable_dimension: '${aws_appautoscaling_target.t.scalable_dimension}',
  resource_id: '${aws_appautoscaling_target.t.resource_id}',
  ...configuration,
});

const STACK = {
  provider: { aws: [{ region: 'us-east-1' }] },
  resource: {
    aws_vpc: { v: { cidr_block: '10.0.0.0/16' } },
    aws_subnet: { a: { vpc_id: '${aws_vpc.v.id}', cidr_block: '10.0.1.0/24', availability_zone: 'us-east-1a' } },
    aws_lb: { l: { name: 'edge', subnets: ['${aws_subnet.a.id}'], load_balancer_type: 'application' } },
    aws_lb_target_group: {
      t: {
        name: 'web',
        port: 80,
        protocol: 'HTTP',
        target_type: 'ip',
        vpc_id: '${aws_vpc.v.id}',
        health_check: { path: '/up', interval: 20, timeout: 4, unhealthy_threshold: 3 },
      },
    },
    aws_lb_listener: {
      h: {
        load_balancer_arn: '${aws_lb.l.arn}',
        port: 80,
        protocol: 'HTTP',
        default_action: [{ type: 'forward', target_group_arn: '${aws_lb_target_group.t.arn}' }],
      },
    },
    aws_ecs_cluster: { c: { name: 'main' } },
    aws_ecs_task_definition: {
      d: {
        family: 'web',
        requires_compatibilities: ['FARGATE'],
        network_mode: 'awsvpc',
        cpu: '512',
        memory: '1024',
        container_definitions:
          '${jsonencode([{name="web",image="repo/web:1",essential=true,portMappings=[{containerPort=80}]}])}',
      },
    },
    aws_ecs_service: {
      s: {
        name: 'web',
        cluster: '${aws_ecs_cluster.c.arn}',
        task_definition: '${aws_ecs_task_definition.d.arn}',
        desired_count: 2,
        launch_type: 'FARGATE',
        health_check_grace_period_seconds: 40,
        network_configuration: { subnets: ['${aws_subnet.a.id}'] },
        load_balancer: [
          { target_group_arn: '${aws_lb_target_group.t.arn}', container_name: 'web', container_port: 80 },
        ],
      },
    },
    aws_appautoscaling_target: {
      t: {
        service_namespace: 'ecs',
        scalable_dimension: 'ecs:service:DesiredCount',
        resource_id: 'service/${aws_ecs_cluster.c.name}/${aws_ecs_service.s.name}',
        min_capacity: 2,
        max_capacity: 8,
      },
    },
    aws_appautoscaling_policy: {
      cpu: scaled('cpu', {
        policy_type: 'TargetTrackingScaling',
        target_tracking_scaling_policy_configuration: {
          target_value: 60,
          scale_out_cooldown: 60,
          predefined_metric_specification: { predefined_metric_type: 'ECSServiceAverageCPUUtilization' },
        },
      }),
      queue: scaled('queue', {
        policy_type: 'TargetTrackingScaling',
        target_tracking_scaling_policy_configuration: {
          target_value: 10,
          customized_metric_specification: { namespace: 'Own', metric_name: 'Depth', statistic: 'Average' },
        },
      }),
    },
  },
};

async function topologyOf(t: ExecutionContext, stack: object): Promise<Topology> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-simulate-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'main.tf.json'), JSON.stringify(stack));
  return resolve(await readStacks(dir), {});
}

const options = (change: Partial<TopologyOptions> = {}): TopologyOptions => ({
  shape: SHAPES['soak'] ?? { name: '', summary: '', points: [] },
  hours: 2,
  model: { cpuSecondsPerRequest: 0.01, startSeconds: 20 },
  bootSeconds: 100,
  startMs: 0,
  seed: 's',
  ...change,
});

test('services, policies and health checks are those of the stacks; what is not modelled is said', async (t) => {
  const { input, notes } = fromTopology(await topologyOf(t, STACK), options());
  const [service] = input.services;
  t.like(service, {
    name: 'web',
    cpuUnits: 512,
    memoryMiB: 1024,
    launchType: 'FARGATE',
    desiredCount: 8, // the peak from the beginning
    peakRequestsPerSecond: 8 * 50 * 0.6, // eight tasks of half a CPU at 60 %, 10 ms a request
    health: { intervalSeconds: 20, timeoutSeconds: 4, unhealthyThreshold: 3, graceSeconds: 40 },
    scaling: { minCapacity: 2, maxCapacity: 8 },
  });
  t.deepEqual(
    service?.scaling?.policies.map((p) => p.name),
    ['cpu'],
  );
  t.regex(notes.join(), /policy queue: its custom metric is not modelled/);
  t.is(input.fleet, null);
  const result = simulate(input);
  t.is(result.totals.peakTasks, 8);
  t.is(result.minutes.at(-1)?.services['web']?.running, 8);
});

test('other numbers of tasks, and another peak', async (t) => {
  const topology = await topologyOf(t, STACK);
  const { input } = fromTopology(topology, options({ tasks: 800, peakRequestsPerSecond: 1000 }));
  t.like(input.services[0], { peakRequestsPerSecond: 1000, scaling: { minCapacity: 200, maxCapacity: 800 } });
});

test('a cluster that is not there is refused with those that are', async (t) => {
  const topology = await topologyOf(t, STACK);
  const error = t.throws(() => fromTopology(topology, options({ cluster: 'other' })), { instanceOf: CutoverError });
  t.like(error?.problems[0], { address: '--cluster', rule: 'one of: main' });
});
