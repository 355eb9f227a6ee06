/** Values of a stack's variables: `terraform.tfvars`, `*.auto.tfvars`, the same in JSON; later ones go before earlier ones (Terraform: variable definition precedence). */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError } from '../errors.ts';
import type { HclConverter } from './hcl/converter.ts';
import type { Json } from './json.ts';
import { all } from './problems.ts';
import type { GivenValue } from './raw.ts';
import { readJson, readText } from './text-file.ts';

const FIRST = ['terraform.tfvars', 'terraform.tfvars.json'];

/** @param folder of the stack @throws CutoverError with every problem of every file */
export async function readVariableFiles(folder: string, hcl: HclConverter): Promise<ReadonlyMap<string, GivenValue>> {
  const names = await readdir(folder).catch((): string[] => []);
  const automatic = names.filter((name) => /\.auto\.tfvars(?:\.json)?$/.test(name)).sort();
  const present = [...FIRST.filter((name) => names.includes(name)), ...automatic];
  const files = await all(present, async (name) => {
    const file = join(folder, name);
    return { name, values: name.endsWith('.json') ? literally(await readJson(file)) : await native(file, hcl) };
  });
  return new Map(
    files.flatMap(({ name, values }) =>
      Object.entries(values)
        .filter(([variable]) => variable !== '//')
        .map(([variable, value]): [string, GivenValue] => [variable, { file: name, value }]),
    ),
  );
}

async function native(file: string, hcl: HclConverter): Promise<Json> {
  const values = await hcl.convert(file, await readText(file));
  const blocks = Object.keys(values).filter((name) => Array.isArray(values[name]) && isBlock(name));
  if (blocks.length === 0) return values;
  throw new CutoverError({
    code: 'STACK_INVALID_JSON',
    address: file,
    message: `it holds blocks: ${blocks.join(', ')}`,
    value: blocks,
    rule: 'a file of values is lines of NAME = VALUE',
    fix: 'move them to a *.tf file',
  });
}

/** Sections of a configuration would be taken for values. */
const isBlock = (name: string): boolean => ['locals', 'terraform'].includes(name);

/** In JSON a `${` is text. */
function literally(value: Json): Json {
  return JSON.parse(JSON.stringify(value).replace(/([$%])\{/g, '$1$1{')) as Json;
}
