/** The shape of a service deployment in `delivery.json` (codedeploy/delivery-schema.ts). */
import { z } from 'zod';
import { HOOK_STAGES } from '../../resolve/kinds/deployment-strategies.ts';
import { SERVICE_DEPLOYMENT_STATUSES, STAGES } from './service-deployment.ts';

const text = z.string();
const atOrNull = z.number().nullable();
const hookStage = z.enum(HOOK_STAGES);
const revision = z.object({ id: text, taskDefinitionArn: text });

const strategy = z.object({
  type: z.enum(['BLUE_GREEN', 'LINEAR', 'CANARY']),
  routing: z.discriminatedUnion('type', [
    z.object({ type: z.literal('AllAtOnce') }),
    z.object({ type: z.literal('TimeBasedCanary'), percentage: z.number(), intervalMinutes: z.number() }),
    z.object({ type: z.literal('TimeBasedLinear'), percentage: z.number(), intervalMinutes: z.number() }),
  ]),
  bakeTimeMinutes: z.number(),
  hooks: z.array(z.object({ functionArn: text, roleArn: text, stages: z.array(hookStage), details: z.unknown() })),
});

export const savedServiceDeployment = z.object({
  id: text,
  arn: text,
  serviceArn: text,
  strategy,
  status: z.enum(SERVICE_DEPLOYMENT_STATUSES),
  statusReason: text.nullable(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
  finishedAtMs: atOrNull,
  stoppedAtMs: atOrNull,
  green: revision,
  blue: revision.nullable(),
  pairs: z.array(
    z.object({
      blueGroupArn: text,
      greenGroupArn: text,
      productionRuleArn: text,
      testRuleArn: text.nullable(),
    }),
  ),
  stage: z.enum(STAGES),
  stageSinceMs: z.number(),
  worked: z.boolean(),
  hooks: z.array(
    z.object({
      functionArn: text,
      stage: hookStage,
      details: z.unknown(),
      status: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED']),
      executionId: text.nullable(),
      nextAtMs: atOrNull,
      startedAtMs: atOrNull,
      why: text.nullable(),
    }),
  ),
  shift: z.object({ percent: z.number().min(0).max(100), nextAtMs: atOrNull }),
  tested: z.boolean(),
  bakeUntilMs: atOrNull,
  rollback: z.object({ reason: text, startedAtMs: z.number(), restored: z.boolean() }).nullable(),
  stop: z.enum(['ROLLBACK', 'ABORT']).nullable(),
  triggeredAlarms: z.array(text),
});
