/** What the journal's values look like: a file that was damaged, or that another version has written, must stop no plane. */
import { z } from 'zod';
import type { JournalKind } from './journal.ts';

const attribute = z.object({
  type: z.string(),
  stringValue: z.string().optional(),
  binaryValue: z.string().optional(),
});
const attributes = z.array(z.tuple([z.string(), attribute]));
const signatureVersion = z.union([z.literal(1), z.literal(2)]);

const SHAPES: Readonly<Record<JournalKind, z.ZodType>> = {
  topic: z.object({
    name: z.string(),
    displayName: z.string(),
    deliveryPolicySource: z.unknown(),
    signatureVersion,
    tags: z.record(z.string(), z.string()),
  }),
  subscription: z.object({
    topicArn: z.string(),
    protocol: z.string(),
    endpoint: z.string(),
    settings: z.object({ rawMessageDelivery: z.boolean(), filterPolicyScope: z.string() }),
    ofApi: z.boolean(),
  }),
  message: z.object({
    id: z.string(),
    topicArn: z.string(),
    bodies: z.array(z.tuple([z.string(), z.string()])),
    subject: z.string().nullable(),
    attributes,
    timestamp: z.string(),
    signatureVersion,
  }),
  delivery: z.object({
    messageId: z.string(),
    key: z.string(),
    attempts: z.number().int().nonnegative(),
    unfiltered: z.boolean().optional(),
  }),
  queued: z.object({
    arn: z.string(),
    messageId: z.string(),
    body: z.string(),
    attributes,
    sentAtMs: z.number(),
  }),
};

export const isSavedValue = (kind: JournalKind, value: unknown): boolean => SHAPES[kind].safeParse(value).success;
