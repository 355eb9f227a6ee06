/**
 * What CreateService and the task set operations accept. Strict: what would do nothing here is refused by name; a
 * member whose default is given passes.
 */
import { z } from 'zod';
import { bool, integer, list, name, names, text } from '../schema.ts';
import { advancedConfiguration, strategyParts } from './ecs-deployment-strategy.ts';

const none = z.array(z.unknown()).max(0, 'has no local counterpart').optional();
const off = bool.refine((value) => !value, 'has no local counterpart').optional();

export const network = z.strictObject({
  awsvpcConfiguration: z.strictObject({
    subnets: names,
    securityGroups: names.optional(),
    assignPublicIp: z.enum(['ENABLED', 'DISABLED']).optional(),
  }),
});

const loadBalancer = z.strictObject({
  targetGroupArn: name,
  containerName: name,
  containerPort: integer(1, 65_535),
  loadBalancerName: z.never('is of Classic load balancers: give targetGroupArn').optional(),
});

/** Of a service. */
const attachment = loadBalancer
  .extend({ advancedConfiguration: advancedConfiguration.optional() })
  .transform(({ targetGroupArn, containerName, containerPort, advancedConfiguration: advanced }) => ({
    targetGroupArn,
    containerName,
    containerPort,
    ...(advanced ? { advanced } : {}),
  }));

export const strategy = list(
  z.strictObject({ capacityProvider: name, weight: integer(0, 1000).optional(), base: integer(0, 100_000).optional() }),
  20,
);

export const tags = list(z.strictObject({ key: name, value: text.optional() }), 50);

export const deploymentConfiguration = z.strictObject({
  deploymentCircuitBreaker: z.strictObject({ enable: bool, rollback: bool }).optional(),
  alarms: z.strictObject({ alarmNames: list(text, 100), enable: bool, rollback: bool }).optional(),
  maximumPercent: integer(0, 10_000).optional(),
  minimumHealthyPercent: integer(0, 100).optional(),
  ...strategyParts,
});

export const gracePeriod = integer(0, 2_147_483_647);

export const createServiceInput = z.strictObject({
  cluster: text.optional(),
  serviceName: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 letters, digits, - and _'),
  taskDefinition: name.optional(),
  loadBalancers: list(attachment, 5).optional(),
  desiredCount: integer(0, 5000).optional(),
  clientToken: text.optional(),
  launchType: z.enum(['EC2', 'FARGATE']).optional(),
  capacityProviderStrategy: strategy.optional(),
  platformVersion: z.enum(['LATEST', '1.4.0']).optional(),
  deploymentConfiguration: deploymentConfiguration.optional(),
  placementConstraints: list(
    z.strictObject({ type: z.enum(['distinctInstance', 'memberOf']), expression: text.optional() }),
    10,
  ).optional(),
  placementStrategy: list(
    z.strictObject({ type: z.enum(['spread', 'binpack', 'random']), field: text.optional() }),
    5,
  ).optional(),
  networkConfiguration: network.optional(),
  healthCheckGracePeriodSeconds: gracePeriod.optional(),
  schedulingStrategy: z.enum(['REPLICA', 'DAEMON']).optional(),
  deploymentController: z.strictObject({ type: z.enum(['ECS', 'CODE_DEPLOY', 'EXTERNAL']) }).optional(),
  tags: tags.optional(),
  enableECSManagedTags: off,
  enableExecuteCommand: off,
  propagateTags: z.literal('NONE', 'has no local counterpart').optional(),
  availabilityZoneRebalancing: z.literal('DISABLED', 'has no local counterpart').optional(),
  serviceRegistries: none,
  volumeConfigurations: none,
});

export type CreateServiceInput = z.output<typeof createServiceInput>;

const scale = z.strictObject({
  value: z
    .union([z.number(), text.transform(Number)])
    .refine((value) => value >= 0 && value <= 100, 'must be 0 to 100'),
  unit: z.literal('PERCENT').optional(),
});

const ofTaskSet = { cluster: name, service: name, taskSet: name };

export const createTaskSetInput = z.strictObject({
  cluster: name,
  service: name,
  taskDefinition: name,
  externalId: text.optional(),
  loadBalancers: list(loadBalancer, 1).optional(),
  networkConfiguration: network.optional(),
  launchType: z.enum(['EC2', 'FARGATE']).optional(),
  platformVersion: z.enum(['LATEST', '1.4.0']).optional(),
  scale: scale.optional(),
  clientToken: text.optional(),
  tags: list(z.strictObject({ key: name, value: text.optional() }), 50).optional(),
  serviceRegistries: none,
});

export const updateTaskSetInput = z.strictObject({ ...ofTaskSet, scale });
export const primaryTaskSetInput = z.strictObject({ cluster: name, service: name, primaryTaskSet: name });
export const deleteTaskSetInput = z.strictObject({ ...ofTaskSet, force: bool.optional() });
export const describeTaskSetsInput = z.object({
  cluster: name,
  service: name,
  taskSets: names.optional(),
});
