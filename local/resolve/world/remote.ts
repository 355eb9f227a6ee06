/** Which stack a `terraform_remote_state` stands for. */
import { CutoverError } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { RawStack, RawStacks } from '../../read/raw.ts';

/** cdktf names the data source after the stack it made the reference to. */
const CDKTF_NAME = /^cross-stack-reference-input-(.+)$/;

/**
 * By cdktf's name, else by a state file or key that is another stack's backend, else by a state file or key that names the stack.
 * @throws CutoverError DANGLING_REFERENCE
 */
export function remoteStack(raw: RawStacks, name: string, body: Json): string {
  const byName = raw.stacks.find((s) => s.name === CDKTF_NAME.exec(name)?.[1]);
  if (byName) return byName.name;
  const places = textsIn(body['config']);
  const byBackend = raw.stacks.find((s) => backendPlaces(s).some((place) => places.includes(place)));
  if (byBackend) return byBackend.name;
  const longestFirst = [...raw.stacks].sort((a, b) => b.name.length - a.name.length);
  const byFile = longestFirst.find((s) =>
    places.some((place) => place.split(/[/.]/).includes(s.name) || place === s.name),
  );
  if (byFile) return byFile.name;
  throw new CutoverError({
    code: 'DANGLING_REFERENCE',
    message: `it is not known which stack the state data.terraform_remote_state.${name} belongs to`,
    value: body['config'] ?? null,
    rule: 'a remote state is the state of a stack that is read with this one',
    fix: `name the state after one of ${raw.stacks.map((s) => s.name).join(', ')}`,
  });
}

function backendPlaces(stack: RawStack): string[] {
  const terraform = [stack.json['terraform']].flat().filter(isObject);
  const backends = terraform.flatMap((t) => [t['backend']].flat()).filter(isObject);
  return backends
    .flatMap((backend) => Object.values(backend))
    .flatMap((config) => [config].flat())
    .filter(isObject)
    .flatMap((config) => [config['path'], config['key'], config['prefix']])
    .filter((place) => typeof place === 'string')
    .map(withoutWorkingDirectory);
}

const textsIn = (config: unknown): string[] =>
  [config]
    .flat()
    .filter(isObject)
    .flatMap((c) => Object.values(c))
    .filter((v) => typeof v === 'string')
    .map(withoutWorkingDirectory);

/** Local backends are written with `${path.module}/../..` before the file, at the one end only. */
const withoutWorkingDirectory = (place: string): string => place.replace(/^(?:\$\{path\.\w+\}\/)?(?:\.{1,2}\/)*/, '');
