/**
 * `endpoint.json` in the state folder: what was made through the endpoint, so that a plane that is killed and brought up
 * again has it back beside what the stacks say. Written as a whole, by rename.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { EcsControl, LogStore, ParameterStore } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import { setAside } from '../set-aside.ts';
import { createMade, keyOf, MADE_KINDS, type Made } from './made.ts';
import type { EndpointHandlers } from './ports.ts';

export interface MadeFile {
  readonly made: Made;
  /** Puts back what was there, once, after the stacks are applied. What is refused is told and left out. */
  restore(controls: RestoreControls): Promise<void>;
}

export interface RestoreControls {
  readonly handlers: EndpointHandlers;
  readonly ecs: Pick<EcsControl, 'createService' | 'deactivateTaskDefinition'>;
  readonly logs: Pick<LogStore, 'groups' | 'putGroup'>;
  readonly parameters: Pick<ParameterStore, 'get' | 'put'>;
  readonly events: EventLog;
}

const VERSION = 1;
type Kind = (typeof MADE_KINDS)[number];

/** Resources are ours and were valid when they were written; only what the restart itself relies on is looked at. */
const resource = z.looseObject({ arn: z.string().optional(), address: z.string(), stack: z.literal('api') });
const pairs = <S extends z.ZodType>(value: S) => z.array(z.tuple([z.string(), value]));
const texts = z.record(z.string(), z.string());
const role = z.object({
  arn: z.string(),
  name: z.string(),
  path: z.string(),
  id: z.string(),
  description: z.string(),
  trust: z.string(),
  maxSessionSeconds: z.number(),
  tags: texts,
  attached: z.array(z.string()),
  inline: texts,
  createdAtMs: z.number(),
});
const repository = z.object({
  arn: z.string(),
  name: z.string(),
  url: z.string(),
  tags: texts,
  createdAtMs: z.number(),
});
const schema = z.object({
  version: z.literal(VERSION),
  resources: z.partialRecord(z.enum(MADE_KINDS), z.array(resource)),
  logGroups: pairs(z.number()),
  parameters: pairs(z.object({ value: z.string(), type: z.enum(['String', 'StringList', 'SecureString']) })),
  // Files of planes before there were roles and repositories have none.
  roles: pairs(role).default([]),
  repositories: pairs(repository).default([]),
  deregistered: pairs(z.number()),
  createdAtMs: pairs(z.number()),
  revisions: pairs(
    z.array(z.object({ content: z.string(), sha256: z.string(), description: z.string(), registeredAtMs: z.number() })),
  ),
});
type Saved = z.output<typeof schema>;

/** @param options.file null: nothing outlives the plane. @param options.resume false: what another plane left is removed */
export function openMadeFile(options: {
  readonly file: string | null;
  readonly resume: boolean;
  readonly onWarn: (message: string) => void;
}): MadeFile {
  const { file, onWarn } = options;
  if (file !== null && !options.resume) rmSync(file, { force: true });
  let waiting: Saved['resources'] | null = null;
  let soon = false;

  const made = createMade(() => {
    if (file === null || soon) return;
    soon = true;
    setImmediate(() => {
      soon = false;
      write(file);
    });
  });

  function write(to: string): void {
    const all = (kind: Kind): readonly unknown[] => {
      const back = waiting?.[kind]?.filter((one) => !made[kind].has(keyOf(one))) ?? [];
      return [...made[kind].values(), ...back];
    };
    const { logGroups, parameters, roles, repositories, deregistered, createdAtMs, revisions } = made;
    const saved = {
      version: VERSION,
      resources: Object.fromEntries(MADE_KINDS.map((kind) => [kind, all(kind)])),
      logGroups: [...logGroups],
      parameters: [...parameters],
      roles: [...roles],
      repositories: [...repositories],
      deregistered: [...deregistered],
      createdAtMs: [...createdAtMs],
      revisions: [...revisions],
    };
    try {
      writeFileSync(`${to}.new`, JSON.stringify(saved), { mode: 0o600 });
      renameSync(`${to}.new`, to);
    } catch (error) {
      onWarn(`${to} was not written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  const saved = file === null ? null : read(file, onWarn);
  if (saved) {
    waiting = saved.resources;
    for (const [name, days] of saved.logGroups) made.logGroups.set(name, days);
    for (const [name, parameter] of saved.parameters) made.parameters.set(name, parameter);
    for (const [key, one] of saved.roles) made.roles.set(key, one);
    for (const [name, one] of saved.repositories) made.repositories.set(name, one);
    for (const [arn, atMs] of saved.deregistered) made.deregistered.set(arn, atMs);
    for (const [key, atMs] of saved.createdAtMs) made.createdAtMs.set(key, atMs);
    for (const [application, all] of saved.revisions) made.revisions.set(application, all);
  }
  return {
    made,
    async restore(controls) {
      const back = waiting;
      waiting = null;
      if (!back) return;
      putBackPlain(made, controls);
      await putBack(back, made, controls);
    },
  };
}

/** What the stacks have meanwhile holds. */
function putBackPlain(made: Made, { ecs, logs, parameters }: RestoreControls): void {
  for (const arn of made.deregistered.keys()) ecs.deactivateTaskDefinition(arn);
  const groups = new Set(logs.groups().map(({ name }) => name));
  for (const [name, days] of made.logGroups) if (!groups.has(name)) logs.putGroup(name, days);
  for (const [name, { value, type }] of made.parameters)
    if (parameters.get(name) === null) parameters.put(name, value, type);
}

async function putBack(back: Saved['resources'], made: Made, controls: RestoreControls): Promise<void> {
  const { handlers, ecs, events } = controls;
  const { signal } = new AbortController();
  for (const kind of MADE_KINDS)
    for (const one of back[kind] ?? []) {
      try {
        if (kind === 'services') {
          ecs.createService(one as never);
          made.services.set(keyOf(one), one as never);
        } else await handlers[kind].put(one as never, null, signal);
      } catch (error) {
        events.emit({
          source: 'api',
          subject: one.address,
          code: 'RESOURCE_NOT_RESTORED',
          level: 'warn',
          message: `${keyOf(one)} was made through the endpoint and did not come back: ${error instanceof Error ? error.message : String(error)}`,
        });
      }
    }
}

function read(file: string, onWarn: (message: string) => void): Saved | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 300) : String(error);
    onWarn(`${file} cannot be read and is ignored: ${reason}; ${setAside(file)}`);
    return null;
  }
}
