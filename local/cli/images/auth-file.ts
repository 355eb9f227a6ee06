/** A registry's token in a file of its own: on no command line, in no configuration of the user's, gone afterwards. */
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withScratch } from '../../scratch.ts';

const OWNER_ONLY = 0o600;

/**
 * @param authorization base64 of `AWS:password`, as GetAuthorizationToken gives it
 * @param use gets the folder (mode 0700) of config.json, in the format that docker, podman and buildah share
 */
export async function withAuthFile<T>(
  registry: { readonly host: string; readonly authorization: string },
  use: (dir: string) => Promise<T>,
): Promise<T> {
  return withScratch('registry', async (dir) => {
    const config = { auths: { [registry.host]: { auth: registry.authorization } }, ...(await contextOf(dir)) };
    await writeFile(join(dir, 'config.json'), JSON.stringify(config), { mode: OWNER_ONLY });
    return use(dir);
  });
}

/** docker finds its daemon through the user's current context: that stays, their credentials do not. */
async function contextOf(dir: string): Promise<{ currentContext?: string }> {
  const own = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const text = await readFile(join(own, 'config.json'), 'utf8').catch(() => '{}');
  try {
    const { currentContext } = JSON.parse(text) as { currentContext?: unknown };
    if (typeof currentContext !== 'string') return {};
    await symlink(join(own, 'contexts'), join(dir, 'contexts'));
    return { currentContext };
  } catch {
    return {}; // an unreadable configuration is docker's to complain about
  }
}
