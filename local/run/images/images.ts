/**
 * Container images as local commands: an override from `--image` or cutover.json, else a service workspace's build,
 * the same bundle that its Dockerfile copies (docs/processes.md).
 */
import { createHash } from 'node:crypto';
import { CutoverError, type Problem } from '../../errors.ts';
import type { Topology } from '../../topology.ts';
import type { ImageResolver, LaunchCommand } from '../contracts.ts';
import type { Random } from '../random.ts';
import { type Bundler, createBuildCache } from './build-cache.ts';
import { bundlerId, bundleWithEsbuild } from './bundler.ts';
import { CommandSyntaxError, parseCommand } from './command.ts';
import { decideImage, type ImageDecision } from './decide-image.ts';
import { findWorkspaces } from './workspaces.ts';

export interface ImageResolverOptions {
  /** Its package.json names the workspaces. */
  readonly projectDir: string;
  readonly cacheDir: string;
  /** Image, `repository:tag`, repository, or any of them with `*` → command. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly random?: Random;
  /** Default: services/bundle.ts. */
  readonly bundler?: Bundler;
}

export interface PlaneImageResolver extends ImageResolver {
  /** Problems of every task definition's images, before anything is built or started. */
  check(topology: Pick<Topology, 'taskDefinitions'>): readonly Problem[];
  /**
   * Builds what these task definitions need, two at a time, so that no task waits for a bundler.
   * @throws CutoverError with every problem
   */
  prepare(topology: Pick<Topology, 'taskDefinitions'>, onBuilding?: (image: string) => void): Promise<void>;
}

type Build = Extract<ImageDecision, { kind: 'build' }>;
type Override = Extract<ImageDecision, { kind: 'override' }>;

const SIDE_BY_SIDE = 2;

export function createImageResolver(options: ImageResolverOptions): PlaneImageResolver {
  const { projectDir, overrides } = options;
  const cache = createBuildCache({
    projectDir,
    cacheDir: options.cacheDir,
    bundler: options.bundler ?? bundleWithEsbuild,
    bundlerId: bundlerId(),
    ...(options.random ? { random: options.random } : {}),
  });

  async function launchBuild({ workspace, entry, tag }: Build, image: string): Promise<LaunchCommand> {
    try {
      const { file, digest } = await cache.get(entry);
      return { command: process.execPath, args: [file], cwd: workspace.dir, env: workspace.env, digest };
    } catch (error) {
      throw new CutoverError(
        {
          code: 'IMAGE_BUILD_FAILED',
          address: `${workspace.label} (${tag})`,
          message: error instanceof Error ? error.message : String(error),
          value: image,
          fix: `correct the source; node services/build.ts ${workspace.label} shows the same message`,
        },
        { cause: error },
      );
    }
  }

  function launchOverride({ pattern, command }: Override): LaunchCommand {
    const parsed = parsedOverride(pattern, command);
    const digest = `sha256:${createHash('sha256').update(JSON.stringify(parsed)).digest('hex')}`;
    // `node` means the Node that runs the plane; PATH may hold another one, or none.
    const program = parsed.command === 'node' ? process.execPath : parsed.command;
    return { command: program, args: parsed.args, cwd: projectDir, env: parsed.env, digest };
  }

  async function resolve(image: string): Promise<LaunchCommand> {
    const { workspaces, problems } = findWorkspaces(projectDir);
    const decision = decideImage(image, overrides, workspaces);
    if (decision.kind === 'override') return launchOverride(decision);
    if (decision.kind === 'build') return launchBuild(decision, image);
    // A workspace that cannot be read may be the one that is missing.
    throw new CutoverError([decision.problem, ...problems]);
  }

  return {
    resolve,
    check({ taskDefinitions }) {
      const { workspaces, problems } = findWorkspaces(projectDir);
      const found: Problem[] = [...problems, ...overrideProblems(overrides)];
      for (const definition of taskDefinitions)
        for (const container of definition.containers) {
          const decision = decideImage(container.image, overrides, workspaces);
          const address = `${definition.address}.container_definitions[${container.name}].image`;
          if (decision.kind === 'refused') found.push({ ...decision.problem, address });
        }
      return found;
    },
    async prepare({ taskDefinitions }, onBuilding) {
      const images = [...new Set(taskDefinitions.flatMap((one) => one.containers.map((c) => c.image)))];
      const problems: Problem[] = [];
      const worker = async (): Promise<void> => {
        for (let image = images.shift(); image !== undefined; image = images.shift()) {
          onBuilding?.(image);
          await resolve(image).catch((error) => {
            if (!(error instanceof CutoverError)) throw error;
            problems.push(...error.problems);
          });
        }
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
      if (problems.length > 0) throw new CutoverError(problems);
    },
  };
}

function parsedOverride(pattern: string, command: string): ReturnType<typeof parseCommand> {
  try {
    return parseCommand(command);
  } catch (error) {
    if (!(error instanceof CommandSyntaxError)) throw error;
    throw new CutoverError(badCommand(pattern, command, error));
  }
}

function overrideProblems(overrides: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(overrides).flatMap(([pattern, command]) => {
    try {
      parseCommand(command);
      return [];
    } catch (error) {
      if (!(error instanceof CommandSyntaxError)) throw error;
      return [badCommand(pattern, command, error)];
    }
  });
}

function badCommand(pattern: string, command: string, error: CommandSyntaxError): Problem {
  return {
    code: 'INVALID_CONFIG',
    address: `--image ${pattern}`,
    message: error.message,
    value: command,
    rule: 'a command is split into words as sh does, and run without a shell',
    fix: 'correct the command of --image, or of "images" in cutover.json',
  };
}
