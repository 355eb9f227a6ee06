/** The parameter store: names, versions, and values whose load balancer names are local when they are read. */
import { CutoverError } from '../../errors.ts';
import type { Parameter } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type ParameterStore, type ResourceHandler } from '../contracts.ts';
import { arnAt, type Place } from '../place.ts';
import { brokenRules, type ParameterType } from './rules.ts';

export interface ParameterStoreOptions {
  readonly clock: Clock;
  /** Applied at each read: a load balancer's address may be known only after the parameter. */
  readonly localise: (text: string) => string;
  readonly place: Place;
}

export interface PlaneParameterStore extends ParameterStore {
  readonly handler: ResourceHandler<Parameter>;
}

interface Version {
  readonly type: ParameterType;
  readonly value: string;
  readonly version: number;
  readonly lastModifiedMs: number;
}

/** SSM keeps the last hundred versions (user guide, "parameter versions"). */
const MAX_VERSIONS = 100;

export function createParameterStore(options: ParameterStoreOptions): PlaneParameterStore {
  const { clock, localise } = options;
  /** Oldest version first, never empty. */
  const parameters = new Map<string, Version[]>();

  const prefix = (): string => arnAt(options.place, 'ssm', 'parameter');
  const arnOf = (name: string): string => `${prefix()}${name.startsWith('/') ? '' : '/'}${name}`;
  const shapeOf = (name: string, one: Version) => ({ name, arn: arnOf(name), ...one, value: localise(one.value) });

  /** A plain name's ARN has a slash that the name has not, so both readings are tried. */
  const keyOf = (nameOrArn: string): string | null => {
    if (!nameOrArn.startsWith('arn:')) return parameters.has(nameOrArn) ? nameOrArn : null;
    if (!nameOrArn.startsWith(`${prefix()}/`)) return null;
    const path = nameOrArn.slice(prefix().length);
    return [path, path.slice(1)].find((name) => parameters.has(name)) ?? null;
  };

  function find(nameOrArn: string): ReturnType<typeof shapeOf> | null {
    const key = keyOf(nameOrArn);
    if (key !== null) return shapeOf(key, parameters.get(key)?.at(-1) as Version);
    // `name:3` is version 3; a name itself holds no colon.
    const [, base, version] = /^(.+):(\d+)$/.exec(nameOrArn) ?? [];
    const baseKey = base === undefined ? null : keyOf(base);
    const found = baseKey === null ? undefined : parameters.get(baseKey)?.find((v) => v.version === Number(version));
    return baseKey !== null && found ? shapeOf(baseKey, found) : null;
  }

  function store(name: string, value: string, type: ParameterType): number {
    const versions = parameters.get(name) ?? [];
    const version = (versions.at(-1)?.version ?? 0) + 1;
    versions.push({ type, value, version, lastModifiedMs: clock.now() });
    if (versions.length > MAX_VERSIONS) versions.shift();
    parameters.set(name, versions);
    return version;
  }

  return {
    get: find,
    put(name, value, type) {
      const broken = brokenRules(name, value)[0];
      if (broken) throw new ApiError('ValidationException', `${broken.message}: ${broken.rule}`);
      const before = parameters.get(name)?.at(-1)?.type;
      if (before && type && type !== before && (before === 'SecureString' || type === 'SecureString'))
        throw new ApiError('ValidationException', `the type of ${name} cannot be changed from ${before} to ${type}`);
      return store(name, value, type ?? before ?? 'String');
    },
    list: () => [...parameters.keys()].sort().map((name) => shapeOf(name, parameters.get(name)?.at(-1) as Version)),
    remove(name) {
      const key = keyOf(name);
      return key !== null && parameters.delete(key);
    },
    handler: {
      put(next, previous) {
        refuseBroken(next);
        const before = parameters.get(next.name)?.at(-1);
        if (before && previous === null) throw alreadyExists(next);
        if (before?.value === next.value && before.type === next.parameterType) return;
        store(next.name, next.value, next.parameterType);
      },
      remove: (previous) => void parameters.delete(previous.name),
    },
  };
}

function refuseBroken(parameter: Parameter): void {
  const problems = brokenRules(parameter.name, parameter.value).map(({ what, ...broken }) => ({
    code: 'INVALID_ATTRIBUTE' as const,
    ...broken,
    address: `${parameter.address}.${what}`,
    // A value may be a secret.
    ...(what === 'name' ? { value: parameter.name } : {}),
  }));
  if (problems.length > 0) throw new CutoverError(problems);
}

/** As AWS answers Terraform's PutParameter without overwrite. */
function alreadyExists(parameter: Parameter): CutoverError {
  return new CutoverError({
    code: 'APPLY_FAILED',
    address: parameter.address,
    message: `ParameterAlreadyExists: the parameter ${parameter.name} exists already`,
    rule: 'Terraform creates a parameter only where there is none (SSM PutParameter, Overwrite)',
    fix: `delete the one that was put through the API: aws ssm delete-parameter --name ${parameter.name}`,
  });
}
