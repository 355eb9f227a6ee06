/** The shape of `delivery.json`: a file that is not exactly ours is not believed. */
import { z } from 'zod';
import { HOOK_EVENTS, LIFECYCLE_EVENTS } from '../contracts-delivery.ts';
import { savedServiceDeployment } from '../service-deployments/saved-schema.ts';
import type { Delivery } from './delivery-file.ts';

const at = z.number();
const atOrNull = z.number().nullable();
const text = z.string();
const textOrNull = z.string().nullable();
const texts = z.array(text);

const resource = z.looseObject({
  address: text,
  type: text,
  stack: text,
  dependsOn: texts,
  digest: text,
  ignoreChanges: texts,
  attributes: z.record(text, z.unknown()),
  tags: z.record(text, text),
});

const routing = z.discriminatedUnion('type', [
  z.object({ type: z.literal('AllAtOnce') }),
  z.object({ type: z.literal('TimeBasedCanary'), percentage: z.number(), intervalMinutes: z.number() }),
  z.object({ type: z.literal('TimeBasedLinear'), percentage: z.number(), intervalMinutes: z.number() }),
]);

const rollbackEvent = z.enum(['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM']);
const autoRollback = z.object({ enabled: z.boolean(), events: z.array(rollbackEvent) });
const alarms = z.object({ enabled: z.boolean(), ignorePollAlarmFailure: z.boolean(), names: texts });
const blueTermination = z.object({ action: z.enum(['TERMINATE', 'KEEP_ALIVE']), waitMinutes: z.number() });
const ready = z.object({
  actionOnTimeout: z.enum(['CONTINUE_DEPLOYMENT', 'STOP_DEPLOYMENT']),
  waitMinutes: z.number(),
});
const settings = z.object({
  autoRollback,
  alarms,
  blueTermination,
  ready,
  productionListenerArns: texts,
  testListenerArns: texts,
});

const action = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('forward'),
    targetGroups: z.array(z.object({ arn: text, weight: z.number() })),
    stickinessSeconds: z.number().nullable(),
  }),
  z.object({
    type: z.literal('redirect'),
    protocol: text,
    host: text,
    port: text,
    path: text,
    query: text,
    statusCode: z.union([z.literal(301), z.literal(302)]),
  }),
  z.object({ type: z.literal('fixed-response'), statusCode: z.number(), contentType: text, body: text }),
]);
const actions = z.array(action);

const taskDefinition = z.intersection(
  resource,
  z.looseObject({
    arn: text,
    family: text,
    revision: z.number(),
    networkMode: z.enum(['bridge', 'host', 'awsvpc', 'none']),
    requiresCompatibilities: z.array(z.enum(['EC2', 'FARGATE'])),
    placementConstraints: z.array(z.unknown()),
    containers: z.array(
      z.looseObject({
        name: text,
        image: text,
        essential: z.boolean(),
        portMappings: z.array(z.looseObject({ containerPort: z.number(), hostPort: z.number() })),
        environment: z.record(text, text),
        secrets: z.array(z.object({ name: text, valueFrom: text })),
        dependsOn: z.array(z.looseObject({ containerName: text, condition: text })),
        stopTimeoutSeconds: z.number(),
      }),
    ),
  }),
);

const savedService = z.object({
  arn: text,
  digest: text,
  desiredCount: z.number().int().min(0),
  rolling: z
    .object({
      taskDefinitionArn: text,
      isRollback: z.boolean(),
      onAtStart: texts,
      completed: z.object({ id: text, taskDefinitionArn: text }),
    })
    .nullish(),
  taskSets: z.array(
    z.object({
      id: text,
      externalId: textOrNull,
      startedBy: z.enum(['CODE_DEPLOY', 'EXTERNAL', 'ecs']),
      status: z.enum(['PRIMARY', 'ACTIVE']),
      scalePercent: z.number().min(0).max(100),
      taskDefinitionArn: text,
      targetGroupArn: textOrNull,
      containerName: textOrNull,
      containerPort: z.number().nullable(),
      subnetIds: texts,
      securityGroupIds: texts,
    }),
  ),
  revision: z.object({ taskDefinitionArn: text, targetGroupArns: texts }).nullable().optional(),
  serviceDeployments: z.array(savedServiceDeployment).optional(),
});

const lifecycleEvent = z.object({
  name: z.enum(LIFECYCLE_EVENTS),
  status: z.enum(['Pending', 'InProgress', 'Succeeded', 'Failed', 'Skipped', 'Unknown']),
  startedAtMs: atOrNull,
  endedAtMs: atOrNull,
  hook: z.object({ functionName: text, executionId: text }).nullable(),
  message: textOrNull,
});
const side = z.object({ targetGroupArn: text, targetGroupName: text, taskSetId: textOrNull });
const route = z.object({ listenerArn: text, ruleArn: textOrNull, actions });

const deployment = z.object({
  id: text,
  applicationName: text,
  groupName: text,
  configName: text,
  routing,
  description: text,
  creator: z.enum(['user', 'codeDeployRollback']),
  status: z.enum(['Created', 'Queued', 'InProgress', 'Ready', 'Baking', 'Succeeded', 'Failed', 'Stopped']),
  createdAtMs: at,
  startedAtMs: atOrNull,
  completedAtMs: atOrNull,
  appSpec: z.object({
    taskDefinition: text,
    containerName: text,
    containerPort: z.number(),
    platformVersion: textOrNull,
    network: z.object({ subnetIds: texts, securityGroupIds: texts }).nullable(),
    hooks: z.partialRecord(z.enum(HOOK_EVENTS), text),
  }),
  revision: z.object({ content: text, sha256: text }),
  error: z.object({ code: text, message: text }).nullable(),
  rollback: z.object({ rollbackDeploymentId: textOrNull, triggeringDeploymentId: textOrNull, message: textOrNull }),
  lifecycleEvents: z.array(lifecycleEvent).length(LIFECYCLE_EVENTS.length),
  clusterName: text,
  serviceName: text,
  serviceArn: text,
  blue: side,
  green: side,
  readyUntilMs: atOrNull,
  blueEndsAtMs: atOrNull,
  settings,
  before: z.object({ production: z.array(route), test: z.array(route) }).nullable(),
  shift: z.object({ percent: z.number(), nextAtMs: atOrNull }),
  continued: z.boolean(),
  endBlueNow: z.boolean(),
  stop: z.object({ autoRollback: z.boolean().nullable() }).nullable(),
  hook: z.object({ answer: z.enum(['Succeeded', 'Failed']).nullable(), lost: textOrNull }),
  shares: z.object({ blue: z.number(), green: z.number() }).nullable(),
  resumedAtMs: atOrNull,
});

const application = z.intersection(resource, z.looseObject({ name: text, computePlatform: z.literal('ECS') }));
const config = z.intersection(resource, z.looseObject({ name: text, routing }));
const group = z.intersection(
  resource,
  z.looseObject({
    arn: text,
    name: text,
    applicationName: text,
    deploymentConfigName: text,
    serviceRoleArn: text,
    clusterName: text,
    serviceName: text,
    targetGroupNames: z.tuple([text, text]),
    productionListenerArns: texts,
    testListenerArns: texts,
    autoRollback,
    alarms,
    blueTermination,
    ready,
  }),
);

const file = z.object({
  version: z.literal(1),
  savedAtMs: at,
  revisions: z.array(
    z.object({ family: text, last: z.number().int().min(0), known: z.record(text, z.number().int().min(1)) }),
  ),
  ecs: z.object({ services: z.array(savedService), taskDefinitions: z.array(taskDefinition) }),
  actions: z.array(z.object({ arn: text, digest: text, actions })),
  codedeploy: z.object({
    applications: z.array(application),
    groups: z.array(group),
    configs: z.array(config),
    deployments: z.array(deployment),
  }),
});

/** @returns the file's content, or the first thing that is wrong with it */
export function parseDelivery(
  content: string,
): { readonly delivery: Delivery; readonly savedAtMs: number } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    return { problem: `${first?.path.join('.') ?? ''}: ${first?.message ?? 'not valid'}` };
  }
  const { version: _version, savedAtMs, ...delivery } = parsed.data;
  return { delivery: delivery as unknown as Delivery, savedAtMs };
}
