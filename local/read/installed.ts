/** Modules that Terraform has brought: `terraform init` and `terraform get` list them in `.terraform/modules/modules.json`. */
import { stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import { isObject } from './json.ts';
import { readJson } from './text-file.ts';

const LIST = join('.terraform', 'modules', 'modules.json');

/** Where a registry's addresses begin that do not say which registry. */
const REGISTRY = 'registry.terraform.io/';
const OF_REGISTRY = /^[\w-]+\/[\w-]+\/[\w-]+(?:\/\/.*)?$/;

interface Entry {
  readonly source: string;
  readonly dir: string;
}

/** Of one stack: by the names of the calls that lead to a module, joined with dots. */
export class InstalledModules {
  readonly #folder: string;
  #entries: Promise<ReadonlyMap<string, Entry>> | null = null;

  /** @param folder of the stack, where Terraform runs */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param key names of the calls, outermost first @throws CutoverError STACK_UNREADABLE where it has not been brought */
  async folderOf(key: readonly string[], address: string, source: string): Promise<string> {
    this.#entries ??= this.#read();
    const entry = (await this.#entries).get(key.join('.'));
    if (!entry) throw new CutoverError(notBrought(address, source, this.#folder));
    if (OF_REGISTRY.test(source) && ![source, REGISTRY + source].includes(entry.source))
      throw new CutoverError({
        ...notBrought(address, source, this.#folder),
        message: `the module that was brought for it is another: ${entry.source}`,
      });
    const dir = resolve(this.#folder, entry.dir);
    if (!dir.startsWith(resolve(this.#folder) + sep))
      throw new CutoverError({
        ...notBrought(address, source, this.#folder),
        message: `the list of brought modules leads out of the folder of the stack: ${entry.dir}`,
      });
    return dir;
  }

  async #read(): Promise<ReadonlyMap<string, Entry>> {
    const file = join(this.#folder, LIST);
    if (!(await stat(file).catch(() => null))) return new Map();
    const { Modules: listed } = await readJson(file);
    return new Map(
      [listed].flat().flatMap((one): [string, Entry][] => {
        if (!isObject(one) || typeof one['Key'] !== 'string' || typeof one['Dir'] !== 'string') return [];
        return [[one['Key'], { source: String(one['Source'] ?? ''), dir: one['Dir'] }]];
      }),
    );
  }
}

const notBrought = (address: string, source: string, folder: string): Problem => ({
  code: 'STACK_UNREADABLE',
  address,
  message: `the module ${source} is not on this machine`,
  value: source,
  rule: 'modules from elsewhere are not fetched here: they are read from where Terraform has brought them',
  fix: `run terraform get in ${folder}, or copy the module beside the stack and call it by its path`,
});
