/**
 * What RegisterTaskDefinition accepts. Strict: what would do nothing here is refused by name; lists that are empty and what
 * DescribeTaskDefinition adds to its answer pass, so that a described definition can be registered again.
 */
import { z } from 'zod';
import { bool, integer, list, name, names, text } from '../schema.ts';

/** May be given, if empty. */
const empty = z.array(z.unknown()).max(0, 'has no local counterpart').optional();
const ignored = z.unknown().optional();
const port = integer(0, 65_535);
/** `256`, `"256"`, `.25 vCPU`, `1 vCPU`. */
const cpu = z.union([
  integer(1, 196_608),
  z
    .string()
    .regex(/^\d*\.?\d+\s*vcpu$/i, 'is no CPU size')
    .transform((value) => Math.round(Number.parseFloat(value) * 1024)),
]);
/** `512`, `"512"`, `0.5 GB`, `1GB`. */
const memory = z.union([
  integer(1, 4_194_304),
  z
    .string()
    .regex(/^\d*\.?\d+\s*gb$/i, 'is no memory size')
    .transform((value) => Math.round(Number.parseFloat(value) * 1024)),
]);

const container = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/),
  image: name,
  essential: bool.optional(),
  cpu: integer(0, 196_608).optional(),
  memory: integer(4).optional(),
  memoryReservation: integer(4).optional(),
  portMappings: list(
    z.strictObject({
      containerPort: port,
      hostPort: port.optional(),
      protocol: z.enum(['tcp', 'udp']).optional(),
      name: text.optional(),
      appProtocol: z.enum(['http', 'http2', 'grpc']).optional(),
    }),
    100,
  ).optional(),
  environment: list(z.strictObject({ name, value: text.optional() })).optional(),
  secrets: list(z.strictObject({ name, valueFrom: name })).optional(),
  entryPoint: list(text).optional(),
  command: list(text).optional(),
  workingDirectory: text.optional(),
  healthCheck: z
    .strictObject({
      command: list(text),
      interval: integer(5, 300).optional(),
      timeout: integer(2, 60).optional(),
      retries: integer(1, 10).optional(),
      startPeriod: integer(0, 300).optional(),
    })
    .optional(),
  dependsOn: list(
    z.strictObject({ containerName: name, condition: z.enum(['START', 'COMPLETE', 'SUCCESS', 'HEALTHY']) }),
  ).optional(),
  stopTimeout: integer(0).optional(),
  logConfiguration: z
    .strictObject({ logDriver: name, options: z.record(z.string(), z.string()).optional(), secretOptions: empty })
    .optional(),
  mountPoints: empty,
  volumesFrom: empty,
  systemControls: empty,
  links: empty,
  ulimits: empty,
  environmentFiles: empty,
});

export const registerInput = z.strictObject({
  family: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/),
  containerDefinitions: list(container, 10).refine((all) => all.length > 0, 'Container list cannot be empty.'),
  networkMode: z.enum(['bridge', 'host', 'awsvpc', 'none']).optional(),
  requiresCompatibilities: list(z.enum(['EC2', 'FARGATE'])).optional(),
  cpu: cpu.optional(),
  memory: memory.optional(),
  taskRoleArn: text.optional(),
  executionRoleArn: text.optional(),
  placementConstraints: list(
    z.strictObject({ type: z.literal('memberOf'), expression: text.optional() }),
    10,
  ).optional(),
  tags: list(z.strictObject({ key: name, value: text }), 50).optional(),
  volumes: empty,
  inferenceAccelerators: empty,
  requiresAttributes: ignored,
  compatibilities: names.optional(),
  taskDefinitionArn: ignored,
  revision: ignored,
  status: ignored,
  registeredAt: ignored,
  registeredBy: ignored,
});

export type RegisterInput = z.output<typeof registerInput>;
export type ContainerInput = RegisterInput['containerDefinitions'][number];
