/** The input of a golden pair as raw stacks, with its files where tests need them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RawStacks } from '../../read/index.ts';
import type { Json } from '../../read/json.ts';

export type Resources = Record<string, Record<string, Record<string, unknown>>>;

type Files = Readonly<Record<string, string | { readonly base64: string }>>;

export interface GoldenInput {
  /** A copy each time. */
  raw(): RawStacks;
  readonly resources: Resources;
  remove(): void;
}

/** @param name of a file in golden/, without its extension */
export async function goldenInput(name: string): Promise<GoldenInput> {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', `${name}.json`), 'utf8')) as {
    input: Json;
    files?: Files;
  };
  const dir = mkdtempSync(join(tmpdir(), 'cutover-input-'));
  for (const [file, content] of Object.entries(golden.files ?? {})) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
  }
  const json = structuredClone(golden.input);
  return {
    raw: () => ({
      dir,
      stacks: [{ name: 'golden', file: join(dir, 'main.tf.json'), json: structuredClone(json), dependencies: [] }],
    }),
    resources: json['resource'] as Resources,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
