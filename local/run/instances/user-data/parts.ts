/** The shell scripts in user data: the text itself, or parts of a MIME archive (cloud-init user-data formats). Pure. */

export interface UserDataParts {
  readonly scripts: readonly string[];
  /** What is in it that is no shell script, a sentence each. */
  readonly refused: readonly string[];
}

export function scriptsOf(userData: string): UserDataParts {
  const boundary = /^content-type:\s*multipart\/[^\n]*boundary="?([^"\s;]+)"?/im.exec(headOf(userData))?.[1];
  if (boundary === undefined) return partOf(userData);
  const parts = userData
    .split(`--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--') && part.trim() !== '')
    .map((part) => {
      const [head = '', ...body] = part.replace(/^\r?\n/, '').split(/\r?\n\r?\n/);
      const isBase64 = /^content-transfer-encoding:\s*base64/im.test(head);
      const text = body.join('\n\n');
      return partOf(isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text);
    });
  return { scripts: parts.flatMap((part) => part.scripts), refused: parts.flatMap((part) => part.refused) };
}

function partOf(text: string): UserDataParts {
  const bare = text.trimStart();
  if (bare.startsWith('#cloud-config')) return { scripts: [], refused: ['#cloud-config is not read here'] };
  const interpreter = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(bare);
  const program = (interpreter?.[1]?.endsWith('/env') ? interpreter[2] : interpreter?.[1])?.split('/').at(-1);
  if (program !== undefined && !/^(?:ba|da|z|k)?sh$/.test(program))
    return { scripts: [], refused: [`a script for ${program} is not read here`] };
  return { scripts: bare === '' ? [] : [text], refused: [] };
}

const headOf = (text: string): string => text.slice(0, 4096);
