/**
 * For a drill: a function that never answers CodeDeploy, added to a synthesized stage beside the hook that is there. Its
 * role, network and the rest are that one's.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { CutoverError } from '../../local/errors.ts';

/** CodeDeploy's managed role may only call functions of this prefix (AWSCodeDeployRoleForECS). */
export const SILENT_HOOK = 'CodeDeployHook_drill-silent-hook';

const HANDLER = 'exports.handler = async () => ({ said: "nothing" });\n';
const TYPE = 'aws_lambda_function';

interface StackJson {
  resource?: Record<string, Record<string, Record<string, unknown>>>;
}

/**
 * @param dir a stage's cdktf output; changed in place
 * @throws CutoverError MISSING_ATTRIBUTE where the stage has no function to take after
 */
export async function addSilentHook(dir: string): Promise<void> {
  for (const file of await stackFiles(dir)) {
    const stack = JSON.parse(await readFile(file, 'utf8')) as StackJson;
    const [model] = Object.values(stack.resource?.[TYPE] ?? {});
    if (!model) continue;
    const zip = zipSync({ 'silent.js': Buffer.from(HANDLER) }, { level: 0 });
    await writeFile(join(dirname(file), 'silent-hook.zip'), zip);
    const functions = { ...stack.resource?.[TYPE], 'drill-silent-hook': silent(model, zip) };
    await writeFile(file, JSON.stringify({ ...stack, resource: { ...stack.resource, [TYPE]: functions } }));
    return;
  }
  throw new CutoverError({
    code: 'MISSING_ATTRIBUTE',
    address: dir,
    message: `no ${TYPE} is there that a silent hook could take after`,
    fix: 'begin the drill at a stage with a blue/green service, e.g. --from microservices',
  });
}

function silent(model: Readonly<Record<string, unknown>>, zip: Uint8Array): Record<string, unknown> {
  const { environment: _environment, ...rest } = model;
  return {
    ...rest,
    function_name: SILENT_HOOK,
    filename: 'silent-hook.zip',
    source_code_hash: createHash('sha256').update(zip).digest('base64'),
    handler: 'silent.handler',
  };
}

/** `stacks/<name>/cdk.tf.json`, as cdktf writes them. */
async function stackFiles(dir: string): Promise<string[]> {
  const stacks = join(dir, 'stacks');
  const names = await readdir(stacks);
  return names.sort().map((name) => join(stacks, name, 'cdk.tf.json'));
}
