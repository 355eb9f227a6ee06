/** What the synthesized JSON wants of images: which there are, what each is run with, and where it says that it is well. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../modules/testing/synth.ts';
import { createApp } from '../app.ts';
import { readSettings } from '../settings.ts';
import { STAGE_NAMES } from '../stages.ts';

export interface PlannedImage {
  readonly repository: string;
  readonly tag: string;
  /** The container's environment; each secret has a value as well. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the target group that the service is behind. */
  readonly health: { readonly path: string; readonly matcher: string };
}

export interface Plan {
  /** Synthesized folders, one a stage. */
  readonly dirs: readonly string[];
  /** Each image of each task definition, over all stages and both systems, once. */
  readonly images: readonly PlannedImage[];
  readonly repositories: readonly string[];
  readonly tables: readonly { readonly name: string; readonly hashKey: string; readonly hashKeyType: string }[];
}

/** Nobody listens there: what a service calls is not what is tested. */
const NOWHERE = '127.0.0.1:9';

/** @param dir where the stages are synthesized to */
export async function planImages(dir: string): Promise<Plan> {
  const dirs: string[] = [];
  const images = new Map<string, PlannedImage>();
  const repositories = new Set<string>();
  const tables = new Map<string, Plan['tables'][number]>();
  for (const stage of STAGE_NAMES) {
    const outDir = join(dir, stage);
    createApp({ ...readSettings({ CUTOVER_STAGE: stage, CUTOVER_SYSTEM: 'all' }), outDir }).synth();
    dirs.push(outDir);
    const found = resourcesOf(await stacksIn(outDir));
    for (const image of imagesIn(found)) images.set(`${image.repository}:${image.tag}`, image);
    for (const { body } of found.filter(({ type }) => type === 'aws_ecr_repository')) repositories.add(body.name);
    for (const { body } of found.filter(({ type }) => type === 'aws_dynamodb_table'))
      tables.set(body.name, { name: body.name, hashKey: body.hash_key, hashKeyType: body.attribute[0].type });
  }
  return { dirs, images: [...images.values()], repositories: [...repositories], tables: [...tables.values()] };
}

async function stacksIn(outDir: string): Promise<readonly Json[]> {
  const folder = join(outDir, 'stacks');
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name, 'cdk.tf.json'), 'utf8'))));
}

interface Resource {
  readonly type: string;
  readonly id: string;
  readonly body: Json;
}

function resourcesOf(stacks: readonly Json[]): readonly Resource[] {
  return stacks.flatMap((stack) =>
    Object.entries<Json>(stack.resource ?? {}).flatMap(([type, all]) =>
      Object.entries<Json>(all).map(([id, body]) => ({ type, id, body })),
    ),
  );
}

/** Within a stack, or by the output that carries it to another one. */
const refersTo = (text: string, { type, id }: Resource): boolean =>
  text.includes(`${type}.${id}.`) || text.includes(`-${type}${id}`);

function imagesIn(resources: readonly Resource[]): readonly PlannedImage[] {
  const of = (type: string): readonly Resource[] => resources.filter((one) => one.type === type);
  return of('aws_ecs_task_definition').flatMap((definition) =>
    (JSON.parse(definition.body.container_definitions) as Json[]).flatMap((container) => {
      const repository = of('aws_ecr_repository').find((one) => refersTo(container.image, one));
      if (!repository) return [];
      const services = of('aws_ecs_service').filter(({ body }) => refersTo(body.task_definition, definition));
      const group = services
        .flatMap(({ body }) => (body.load_balancer ?? []) as Json[])
        .filter((one) => one.container_name === container.name)
        .flatMap((one) => of('aws_lb_target_group').filter((target) => refersTo(one.target_group_arn, target)))[0];
      if (!group) throw new Error(`${container.name} is behind no target group: nothing says where it is well`);
      const { path, matcher } = group.body.health_check;
      return {
        repository: repository.body.name as string,
        tag: container.image.slice(container.image.lastIndexOf(':') + 1) as string,
        env: environmentOf(container, of('aws_dynamodb_table')),
        health: { path, matcher },
      };
    }),
  );
}

function environmentOf({ environment = [], secrets = [] }: Json, tables: readonly Resource[]): Record<string, string> {
  const value = (text: string): string =>
    text
      .replaceAll(/\$\{[^}]*\}/g, (reference) => {
        const table = tables.find((one) => refersTo(reference, one));
        return table ? table.body.name : NOWHERE;
      })
      .trim();
  const plain = (environment as Json[]).map((one) => [one.name, value(one.value)]);
  // A parameter's value is nowhere in the JSON: an address where the name asks for one, else any word.
  const hidden = (secrets as Json[]).map(({ name }) => [
    name,
    /ENDPOINT|URL/i.test(name) ? `http://${NOWHERE}` : 'key',
  ]);
  return Object.fromEntries([...plain, ...hidden]);
}
