/** Builds the app as main.ts would, without writing it, and reads single containers out of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, read, readApp, type Synthesized, withoutTraces } from '../../modules/testing/synth.ts';
import { createApp } from '../app.ts';
import { readSettings, type Settings } from '../settings.ts';

export type Stacks = Record<string, Synthesized>;

/** @param env settings, as environment variables */
export function stacksOf(env: Record<string, string> = {}): Stacks {
  return stacksFrom(readSettings(env));
}

/** What was synthesized, by its settings: as text, so that each test has objects of its own. */
const synthesized = new Map<string, string>();

/**
 * Synthesized once a process for the same settings.
 * @param settings of which the output folder does not matter
 */
export function stacksFrom(settings: Settings): Stacks {
  // All of it is data: what is equal as JSON synthesizes alike.
  const key = JSON.stringify({ ...settings, outDir: '' });
  const text = synthesized.get(key) ?? synthesize(settings);
  synthesized.set(key, text);
  const json: Record<string, Json> = JSON.parse(text);
  return Object.fromEntries(Object.entries(json).map(([name, stack]) => [name, read(stack)]));
}

function synthesize(settings: Settings): string {
  const outDir = mkdtempSync(join(tmpdir(), 'cutover-stages-'));
  try {
    const stacks = Object.entries(withoutTraces(() => readApp(createApp({ ...settings, outDir }))));
    return JSON.stringify(Object.fromEntries(stacks.map(([name, { json }]) => [name, json])));
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** The only container of a task definition family. */
export function container(stacks: Stacks, family: string): Json {
  const definitions = Object.values(stacks).flatMap((stack) => stack.all('aws_ecs_task_definition'));
  return JSON.parse(definitions.find((definition) => definition.family === family).container_definitions)[0];
}

export function named(resources: Json[], name: string): Json {
  return resources.find((resource) => resource.name === name);
}
