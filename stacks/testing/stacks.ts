/** Builds the app as main.ts would, without writing it, and reads single containers out of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, readApp, type Synthesized } from '../../modules/testing/synth.ts';
import { createApp } from '../app.ts';
import { readSettings, type Settings } from '../settings.ts';

export type Stacks = Record<string, Synthesized>;

/** @param env settings, as environment variables */
export function stacksOf(env: Record<string, string> = {}): Stacks {
  return stacksFrom(readSettings(env));
}

/** @param settings of which the output folder does not matter */
export function stacksFrom(settings: Settings): Stacks {
  const outDir = mkdtempSync(join(tmpdir(), 'cutover-stages-'));
  try {
    return readApp(createApp({ ...settings, outDir }));
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
