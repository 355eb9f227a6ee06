/** `images build|push [SERVICE…]`: the services' images, made by docker, podman or buildah, and pushed to ECR. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CutoverError } from '../../errors.ts';
import { isTag } from '../deploy/image-tag.ts';
import { BUILDERS, type BuilderName } from '../images/builders.ts';
import { type ImagesResult, runImages } from '../images/images.ts';
import { inTurns } from '../images/in-turns.ts';
import { httpUrl, list, STAGES, wholeNumber } from '../options.ts';
import { print, printJson, progress, table } from '../output.ts';
import { cacheDir, DEFAULT_PORT_BASE, root } from '../paths.ts';
import { synth } from '../synth.ts';
import { interruptible, planeSettings, withTemporaryFolder } from './shared.ts';

interface ImagesFlags {
  readonly tag?: readonly string[];
  readonly builder?: BuilderName;
  readonly base?: string;
  readonly platform: string;
  readonly npmrc?: string;
  readonly builderOption?: readonly string[];
  readonly stage?: string;
  readonly synth?: readonly string[];
  readonly jobs: number;
  readonly system: string;
  readonly allow?: readonly string[];
  readonly endpoint?: string;
  readonly region?: string;
  readonly json?: boolean;
}

/** ECS runs X86_64 where a task definition does not ask for ARM64. */
const DEFAULT_PLATFORM = 'linux/amd64';
/** More than this, and the builder's storage is what they wait for. */
const MAX_DEFAULT_JOBS = 4;
const DEFAULT_JOBS = Math.min(availableParallelism(), MAX_DEFAULT_JOBS);

export function addImages(program: Command): void {
  const images = program.command('images').description('build the services’ images, and push them to Amazon ECR');
  withImages(images.command('build'))
    .description('build images from their Dockerfiles, with docker, podman or buildah')
    .action((services: readonly string[], flags: ImagesFlags) => run(services, flags, false));
  withImages(images.command('push'))
    .description('build images and push them to ECR: AWS, or an emulator by --endpoint or AWS_ENDPOINT_URL')
    .option('--endpoint <url>', 'an endpoint that speaks ECR’s API', httpUrl)
    .option('--region <region>', 'AWS region; default: the stacks’')
    .action((services: readonly string[], flags: ImagesFlags) => run(services, flags, true));
  for (const command of images.commands) command.exitOverride();
}

const withImages = (command: Command): Command =>
  command
    .argument('[services...]', 'repositories or service folders; default: all that the stacks have')
    .option('--tag <tag>', 'build to make; default: those that task definitions name (repeatable)', tags)
    .addOption(new Option('--builder <name>', 'default: the first that works').choices(BUILDERS))
    .option('--base <image>', 'base image instead of the Dockerfile’s; by digest for a tag that means one image')
    .option('--platform <os/arch>', 'what the image runs on', platform, DEFAULT_PLATFORM)
    .option('--npmrc <file>', 'npm configuration for the build alone; nothing of it stays in the image')
    .option('--jobs <n>', 'images made at a time, after the first', wholeNumber(1, 64), DEFAULT_JOBS)
    .option('--builder-option <argument>', 'passed on to the builder’s build command (repeatable)', list)
    .addOption(
      new Option('--stage <stage>', 'stage whose JSON is read; default: every stage')
        .choices(STAGES)
        .conflicts('synth'),
    )
    .option(
      '--synth <dir>',
      'a cdktf.out folder, a folder of *.tf and *.tf.json files, or one such file (repeatable)',
      list,
    )
    .addOption(
      new Option('--system <system>', 'which of the project’s systems')
        .choices(['logistics', 'forum', 'all'])
        .default('all'),
    )
    .option('--allow <type>', 'accept a resource type in the JSON that is not read here (repeatable)', list)
    .option('--json', 'print the result as JSON');

async function run(services: readonly string[], flags: ImagesFlags, push: boolean): Promise<void> {
  const npmrc = flags.npmrc === undefined ? null : resolve(flags.npmrc);
  if (npmrc !== null && !existsSync(npmrc))
    throw new CutoverError({
      code: 'BAD_FLAG',
      address: '--npmrc',
      message: 'there is no such file',
      value: flags.npmrc,
      fix: 'name a file in npm’s own format, such as ~/.npmrc',
    });
  const { allow, variables } = await planeSettings({ ...flags, portBase: DEFAULT_PORT_BASE }, { clockRate: 1 });
  const region = flags.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  const result = await interruptible((signal) =>
    withTemporaryFolder((dir) =>
      runImages(
        {
          services,
          tags: flags.tag ?? [],
          ...(flags.builder ? { builder: flags.builder } : {}),
          build: {
            root,
            npmrc,
            base: flags.base ?? null,
            platform: flags.platform,
            options: flags.builderOption ?? [],
          },
          jobs: flags.jobs,
          push: push ? pushFlags(flags) : null,
          resolve: { allow, variables, ...(region ? { region } : {}) },
        },
        { cacheDir, signal, progress, sources: () => sources(flags, dir, signal) },
      ),
    ),
  );
  if (flags.json) printJson(result);
  else print(view(result));
}

const pushFlags = ({ endpoint: url, region }: ImagesFlags) => ({
  ...(url ? { endpoint: url } : {}),
  ...(region ? { region } : {}),
});

/** What every stage names is wanted before the first one is deployed. */
async function sources(flags: ImagesFlags, dir: string, signal: AbortSignal): Promise<readonly string[]> {
  if (flags.synth) return flags.synth.map((one) => resolve(one));
  const stages = flags.stage ? [flags.stage] : STAGES;
  progress(`synthesizing ${stages.join(', ')}`);
  return inTurns(stages, flags.jobs, (stage) =>
    synth({ root, outDir: join(dir, stage), stage, system: flags.system, signal }),
  );
}

function view({ images, builder }: ImagesResult): string {
  const rows = images.map(({ repository, build, tags: [content = ''], pushed }) => [
    repository,
    build,
    content,
    pushed ? pushed.digest : `in ${builder}`,
    pushed ? pushed.uri : '',
  ]);
  return table(['REPOSITORY', 'TAG', 'CONTENT TAG', 'DIGEST', 'PUSHED TO'], rows);
}

function tags(value: string, previous: readonly string[] = []): string[] {
  if (!isTag(value)) throw new InvalidArgumentError('it must be an image tag: letters, digits, _ . - (at most 128).');
  return [...new Set([...previous, value])];
}

function platform(value: string): string {
  if (!/^linux\/[a-z0-9]+(\/v\d+)?$/.test(value))
    throw new InvalidArgumentError('it must be linux/ and an architecture: linux/amd64, linux/arm64.');
  return value;
}
