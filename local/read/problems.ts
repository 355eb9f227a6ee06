/** What reading refuses, and how several refusals become one. */
import { CutoverError, type Problem } from '../errors.ts';

const WHERE = 'a cdktf.out folder, a folder of *.tf and *.tf.json, or one such file';

export const unreadable = (file: string, why: string): CutoverError =>
  new CutoverError({
    code: 'STACK_UNREADABLE',
    address: file,
    message: `it cannot be read: ${why}`,
    rule: `stacks are ${WHERE}`,
    fix: `name ${WHERE} (./cutover synth writes a cdktf.out folder)`,
  });

export const invalid = (file: string, why: string): CutoverError =>
  new CutoverError({
    code: 'STACK_INVALID_JSON',
    address: file,
    message: why,
    rule: 'Terraform’s JSON configuration syntax, in UTF-8, or the manifest.json of cdktf',
    fix: 'synthesize it again: npx cdktf synth',
  });

/** Runs all, then throws every problem met in one error. */
export async function all<T, R>(items: readonly T[], run: (item: T) => Promise<R> | R): Promise<R[]> {
  const problems: Problem[] = [];
  const results = await Promise.all(
    items.map(async (item) => {
      try {
        return [await run(item)];
      } catch (error) {
        if (!(error instanceof CutoverError)) throw error;
        problems.push(...error.problems);
        return [];
      }
    }),
  );
  if (problems.length > 0) throw new CutoverError(problems);
  return results.flat() as R[];
}
