/** What an image's own environment is, from its Dockerfile. Pure. */

/**
 * ENV of the last stage, later lines winning. A value that uses a build argument (`$X`) is left out: it is known only
 * when the image is built. Grammar: Dockerfile reference, ENV.
 */
export function dockerfileEnv(text: string): Record<string, string> {
  const lines = text
    .replace(/^[ \t]*#.*(?:\r?\n|$)/gm, '')
    .replace(/\\[ \t]*\r?\n/g, ' ')
    .split(/\r?\n/);
  let env: Record<string, string> = {};
  for (const line of lines) {
    const [, instruction, rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    if (instruction?.toUpperCase() === 'FROM') env = {};
    if (instruction?.toUpperCase() === 'ENV') Object.assign(env, pairsOf(rest.trim()));
  }
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !value.includes('$')));
}

function pairsOf(text: string): Record<string, string> {
  // The old form, `ENV NAME the rest of the line`.
  const [, name, value] = /^([A-Za-z_]\w*)\s+(.*)$/.exec(text) ?? [];
  if (name !== undefined) return { [name]: value ?? '' };
  const pairs: Record<string, string> = {};
  for (const [, key, quoted] of text.matchAll(/([A-Za-z_]\w*)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)/g))
    pairs[key as string] = (quoted ?? '').replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
      (_, double, single, escaped) => (double !== undefined ? double.replace(/\\(.)/g, '$1') : (single ?? escaped)),
    );
  return pairs;
}
