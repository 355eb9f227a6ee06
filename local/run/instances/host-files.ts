/** An instance's files: carries out the steps of its user data inside its folder, and nowhere else. */
import { readFileSync } from 'node:fs';
import { appendFile, copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StoredObject } from '../../topology.ts';
import { readZip, ZipError } from '../functions/zip.ts';
import type { ObjectStore } from './objects.ts';
import { absolutePath, inFolder } from './user-data/paths.ts';
import type { Step } from './user-data/plan.ts';

export interface FilePlace {
  /** The instance's `/` on this machine. */
  readonly root: string;
  readonly objects: ObjectStore;
}

/** Text larger than this is no unit and no environment file. */
const MAX_TEXT_BYTES = 64 * 1024;

/** @returns what could not be done, a sentence each; the steps after it are done all the same */
export async function carryOut(steps: readonly Step[], place: FilePlace): Promise<readonly string[]> {
  const failures: string[] = [];
  await mkdir(place.root, { recursive: true, mode: 0o700 });
  for (const step of steps) {
    try {
      await perform(step, place);
    } catch (error) {
      failures.push(`${describeStep(step)}: ${reasonOf(error)}`);
    }
  }
  return failures;
}

async function perform(step: Step, { root, objects }: FilePlace): Promise<void> {
  const real = (path: string): string => inFolder(root, path);
  switch (step.kind) {
    case 'make-folder':
      await mkdir(real(step.path), { recursive: true });
      return;
    case 'write':
      await mkdir(dirname(real(step.path)), { recursive: true });
      await (step.append ? appendFile : writeFile)(real(step.path), step.content);
      return;
    case 'download':
      await fetchObject(objects.get(step.bucket, step.key), real(step.path));
      return;
    case 'download-all':
      for (const object of objects.list(step.bucket, step.prefix))
        await fetchObject(object, real(absolutePath(`./${object.key.slice(step.prefix.length)}`, step.path)));
      return;
    case 'copy':
      await mkdir(dirname(real(step.to)), { recursive: true });
      await cp(real(step.from), real(step.to), { recursive: true });
      if (step.move) await rm(real(step.from), { recursive: true });
      return;
    case 'unzip':
      for (const entry of readZip(await readFile(real(step.file)))) {
        const file = real(absolutePath(`./${entry.path}`, step.folder));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, entry.content, { mode: entry.executable ? 0o755 : 0o644 });
      }
  }
}

async function fetchObject(object: StoredObject | undefined, file: string): Promise<void> {
  if (!object) throw new Error('An error occurred (404) when calling the HeadObject operation: Not Found');
  await mkdir(dirname(file), { recursive: true });
  if (object.sourceFile !== null) await copyFile(object.sourceFile, file);
  else await writeFile(file, object.content ?? '');
}

/** Null where there is no such object, or it is no short text. */
export function textOfObject(object: StoredObject | undefined): string | null {
  if (!object) return null;
  if (object.sourceFile === null) return object.content ?? '';
  try {
    const bytes = readFileSync(object.sourceFile);
    return bytes.length <= MAX_TEXT_BYTES ? bytes.toString('utf8') : null;
  } catch {
    return null;
  }
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'download':
      return `aws s3 cp s3://${step.bucket}/${step.key} ${step.path}`;
    case 'download-all':
      return `aws s3 sync s3://${step.bucket}/${step.prefix} ${step.path}`;
    case 'copy':
      return `${step.move ? 'mv' : 'cp'} ${step.from} ${step.to}`;
    case 'unzip':
      return `unzip ${step.file}`;
    default:
      return step.path;
  }
}

/** Without this machine's own paths. */
function reasonOf(error: unknown): string {
  if (error instanceof ZipError) return error.message;
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}
