/** The service workspaces: npm workspaces whose package.json says which images they are (`cutover.image`). */
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Problem } from '../../errors.ts';
import { dockerfileEnv } from './dockerfile.ts';
import { matchesGlob } from './glob.ts';

export interface ServiceWorkspace {
  /** Absolute. */
  readonly dir: string;
  /** From the project's folder, with `/`. */
  readonly label: string;
  /** Globs on the last segment of an image's repository. */
  readonly repositories: readonly string[];
  /** Tag → absolute path of the build's entry. */
  readonly builds: ReadonlyMap<string, string>;
  /** ENV of the Dockerfile's last stage. */
  readonly env: Readonly<Record<string, string>>;
}

export interface FoundWorkspaces {
  readonly workspaces: readonly ServiceWorkspace[];
  readonly problems: readonly Problem[];
}

/** A package.json without `cutover.image` is no service; a wrong one is a problem. Sorted by folder. */
export function findWorkspaces(projectDir: string): FoundWorkspaces {
  const problems: Problem[] = [];
  const workspaces: ServiceWorkspace[] = [];
  const root = readJson(join(projectDir, 'package.json'), 'package.json', problems);
  for (const dir of workspaceFolders(projectDir, root?.['workspaces'])) {
    const label = relative(projectDir, dir).split(sep).join('/');
    const json = readJson(join(dir, 'package.json'), `${label}/package.json`, problems);
    const image = (json?.['cutover'] as { image?: unknown } | undefined)?.image;
    if (image === undefined) continue;
    const workspace = readImage(image, dir, label, problems);
    if (workspace) workspaces.push(workspace);
  }
  return { workspaces, problems };
}

function readImage(image: unknown, dir: string, label: string, problems: Problem[]): ServiceWorkspace | null {
  const { repositories, builds } = (image ?? {}) as { repositories?: unknown; builds?: unknown };
  const before = problems.length;
  const wrong = (message: string, value: unknown): void =>
    void problems.push({
      code: 'INVALID_CONFIG',
      address: `${label}/package.json`,
      message,
      value,
      rule: '"cutover": {"image": {"repositories": [GLOB, …], "builds": {TAG: PATH, …}}}, paths inside the workspace',
      fix: `correct ${label}/package.json`,
    });
  if (!Array.isArray(repositories) || repositories.length === 0 || !repositories.every(isText))
    wrong('cutover.image.repositories must be a list of globs', repositories);
  if (typeof builds !== 'object' || builds === null || Array.isArray(builds))
    wrong('cutover.image.builds must map tags to entries', builds);
  const entries = new Map<string, string>();
  for (const [tag, path] of Object.entries((builds as object | null) ?? {})) {
    const entry = isText(path) ? resolve(dir, path) : '';
    if (!isText(path) || !entry.startsWith(dir + sep))
      wrong(`the build ${tag} must be a path inside the workspace`, path);
    else if (!existsSync(entry)) wrong(`the entry of the build ${tag} does not exist`, path);
    else entries.set(tag, entry);
  }
  if (problems.length > before) return null;
  const env = dockerfileEnv(readText(join(dir, 'Dockerfile')) ?? '');
  return { dir, label, repositories: repositories as string[], builds: entries, env };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** npm's own shapes: a list, or `{packages: […]}`. */
function workspaceFolders(projectDir: string, workspaces: unknown): string[] {
  const listed = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | null)?.packages;
  const globs = Array.isArray(listed) ? listed.filter(isText) : [];
  const found = globs.flatMap((glob) =>
    expand(
      projectDir,
      glob.split('/').filter((part) => part && part !== '.'),
    ),
  );
  return [...new Set(found)].filter((dir) => existsSync(join(dir, 'package.json'))).sort();
}

function expand(dir: string, parts: readonly string[]): string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [dir];
  if (part === '**') return [...expand(dir, rest), ...folders(dir).flatMap((name) => expand(join(dir, name), parts))];
  if (!part.includes('*')) return expand(join(dir, part), rest);
  return folders(dir)
    .filter((name) => matchesGlob(part, name))
    .flatMap((name) => expand(join(dir, name), rest));
}

function folders(dir: string): string[] {
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return []; // a glob may name a folder that is not there yet
  }
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function readJson(file: string, label: string, problems: Problem[]): Record<string, unknown> | null {
  const text = readText(file);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    const message = `it is not JSON: ${(error as Error).message}`;
    problems.push({ code: 'INVALID_CONFIG', address: label, message, fix: `correct ${label}` });
    return null;
  }
}
