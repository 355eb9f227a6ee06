/**
 * `delivery.json` in the state folder: what a plane that is killed leaves to the next one of what neither the stacks nor
 * the tasks hold: revisions, live actions of listeners, task sets, deployments. Written as a whole, by rename.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedActions } from '../balancer/traffic-control.ts';
import type { Clock } from '../clock.ts';
import type { SavedEcs } from '../ecs.ts';
import type { Random } from '../random.ts';
import type { SavedFamily } from '../revisions.ts';
import { settleService } from '../service-deployments/resume.ts';
import { setAside } from '../set-aside.ts';
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
  /** The state has changed: it is written at once, and once for all changes of a moment. */
  changed(): void;
  /** Writes what is left. */
  close(): void;
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
  let cancel: (() => void) | null = null;

  /** Without a wait in between: a plane that is killed after others have seen a change has written it. */
  function write(): void {
    cancel = null;
    if (!dirty || !source) return;
    dirty = false;
    try {
      const text = JSON.stringify({ version: DELIVERY_VERSION, savedAtMs: clock.now(), ...source() });
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      onWarn(`${file} was not written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  /** All that belongs to one step is in one snapshot: the step is over when an immediate runs. */
  function writeSoon(): void {
    if (cancel || !dirty || !source) return;
    const immediate = setImmediate(write);
    cancel = () => clearImmediate(immediate);
  }

  return {
    saved,
    collect(from) {
      source = from;
      writeSoon();
    },
    changed() {
      dirty = true;
      writeSoon();
    },
    close() {
      cancel?.();
      write();
      source = null;
    },
  };
}

async function read(file: string, { clock, random, onWarn }: DeliveryFileOptions): Promise<Delivery> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return NOTHING_SAVED;
  const parsed = parseDelivery(text);
  if ('problem' in parsed) {
    onWarn(
      `${file} cannot be read and is ignored: ${parsed.problem}. Services begin as the stacks say; ${setAside(file)}`,
    );
    return NOTHING_SAVED;
  }
  const { delivery, savedAtMs } = parsed;
  const settled = decideResume(
    { deployments: delivery.codedeploy.deployments, services: delivery.ecs.services, actions: delivery.actions },
    { nowMs: clock.now(), savedAtMs, newId: () => newDeploymentId(random) },
  );
  return {
    ...delivery,
    ecs: {
      ...delivery.ecs,
      services: settled.services.map((service) => settleService(service, { nowMs: clock.now(), savedAtMs })),
    },
    actions: settled.actions,
    codedeploy: { ...delivery.codedeploy, deployments: settled.deployments },
  };
}
