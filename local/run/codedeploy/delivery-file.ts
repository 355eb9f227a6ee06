/**
 * `delivery.json` in the state folder: what a plane that is killed leaves to the next one of what neither the stacks nor
 * the tasks hold: revisions, live actions of listeners, task sets, deployments. Written as a whole, by rename.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedActions } from '../balancer/traffic-control.ts';
import type { Clock } from '../clock.ts';
import type { SavedEcs } from '../ecs.ts';
import type { Random } from '../random.ts';
import type { SavedFamily } from '../revisions.ts';
import type { SavedCodeDeploy } from './codedeploy.ts';
import { decideResume } from './decide-resume.ts';
import { parseDelivery } from './delivery-schema.ts';
import { newDeploymentId } from './deployment.ts';

export interface Delivery {
  readonly revisions: readonly SavedFamily[];
  readonly ecs: SavedEcs;
  readonly actions: readonly SavedActions[];
  readonly codedeploy: SavedCodeDeploy;
}

export const NOTHING_SAVED: Delivery = {
  revisions: [],
  ecs: { services: [], taskDefinitions: [] },
  actions: [],
  codedeploy: { applications: [], groups: [], configs: [], deployments: [] },
};

export interface DeliveryFile {
  /** What the last plane left, settled. */
  readonly saved: Delivery;
  /** Where the newest state is to be had; until it is set nothing is written. */
  collect(source: () => Delivery): void;
  /** The state has changed: it is written soon, once for all changes of a moment. */
  changed(): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

export interface DeliveryFileOptions {
  readonly stateDir: string;
  /** False: what another plane left is removed. */
  readonly resume: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly onWarn: (message: string) => void;
}

export const DELIVERY_VERSION = 1;

export async function openDeliveryFile(options: DeliveryFileOptions): Promise<DeliveryFile> {
  const { stateDir, resume, clock, onWarn } = options;
  const file = join(stateDir, 'delivery.json');
  if (!resume) await rm(file, { force: true });
  const saved = resume ? await read(file, options) : NOTHING_SAVED;
  let source: (() => Delivery) | null = null;
  let dirty = false;
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    // All that belongs to one step is in one snapshot: the step is over when this runs.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (dirty && source) {
      dirty = false;
      const text = JSON.stringify({ version: DELIVERY_VERSION, savedAtMs: clock.now(), ...source() });
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    }
  }
  function start(): void {
    if (!dirty || writing || !source) return;
    writing = write()
      .catch((error) => onWarn(`${file} was not written: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        writing = null;
        start();
      });
  }

  return {
    saved,
    collect(from) {
      source = from;
      start();
    },
    changed() {
      dirty = true;
      start();
    },
    async close() {
      while (writing) await writing;
      source = null;
    },
  };
}

async function read(file: string, { clock, random, onWarn }: DeliveryFileOptions): Promise<Delivery> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return NOTHING_SAVED;
  const parsed = parseDelivery(text);
  if ('problem' in parsed) {
    onWarn(`${file} cannot be read and is ignored: ${parsed.problem}. Blue/green services begin as the stacks say.`);
    return NOTHING_SAVED;
  }
  const { delivery, savedAtMs } = parsed;
  const settled = decideResume(
    { deployments: delivery.codedeploy.deployments, services: delivery.ecs.services, actions: delivery.actions },
    { nowMs: clock.now(), savedAtMs, newId: () => newDeploymentId(random) },
  );
  return {
    ...delivery,
    ecs: { ...delivery.ecs, services: settled.services },
    actions: settled.actions,
    codedeploy: { ...delivery.codedeploy, deployments: settled.deployments },
  };
}
