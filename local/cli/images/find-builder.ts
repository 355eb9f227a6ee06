/** The builder of this machine: the one asked for, else the first that works. */
import { tmpdir } from 'node:os';
import type { Problem } from '../../errors.ts';
import { BUILDERS, type Builder, type BuilderName, builderOf } from './builders.ts';
import { runBuilder, tail } from './run.ts';

const PROBE_TIMEOUT_MS = 20_000;
const INSTALL =
  'install docker, podman or buildah (Debian: apt-get install buildah), or start docker’s daemon; --builder picks one';

export async function findBuilder(wanted?: BuilderName): Promise<Builder | Problem> {
  const reasons: string[] = [];
  for (const name of wanted ? [wanted] : BUILDERS) {
    const builder = builderOf(name);
    const reason = await refusal(builder);
    if (reason === null) return builder;
    reasons.push(`${name}: ${reason}`);
  }
  return {
    code: 'TOOL_MISSING',
    address: wanted ? `--builder ${wanted}` : 'builder',
    message: `no image can be built here: ${reasons.join('; ')}`,
    rule: 'images are built by docker, podman or buildah, looked for on PATH in this order',
    fix: INSTALL,
  };
}

async function refusal({ name, probe, env }: Builder): Promise<string | null> {
  try {
    const { code, output } = await runBuilder(name, probe, {
      cwd: tmpdir(),
      env: { ...process.env, ...env },
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    return code === 0 ? null : tail(output, 2).replaceAll('\n', ' ') || `it ended with ${code}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'it is not on PATH' : message;
  }
}
