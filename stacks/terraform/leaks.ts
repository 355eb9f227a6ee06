/** Looks for secrets' real values in what Terraform is given and says. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The provider and its modules. */
const LEFT_OUT = '.terraform';

export interface Secret {
  readonly name: string;
  readonly value: string;
}

/**
 * @param outDir a synthesized app, deployed or not
 * @param said output of commands, by command
 * @returns `<secret> in <file or command>` for each value found; never the value
 */
export async function leaks(
  secrets: readonly Secret[],
  outDir: string,
  said: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const look = (where: string, text: string): void => {
    for (const { name, value } of secrets) if (text.includes(value)) found.push(`${name} in ${where}`);
  };
  for (const [command, text] of Object.entries(said)) look(command, text);
  for (const file of await filesUnder(outDir)) look(relative(outDir, file), await readFile(file, 'latin1'));
  return found;
}

async function filesUnder(dir: string): Promise<string[]> {
  const entries = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.name !== LEFT_OUT);
  const below = entries.map((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(below)).flat();
}
