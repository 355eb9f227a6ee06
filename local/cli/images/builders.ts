/** What docker, podman and buildah are told: their arguments alone. Pure. No secret is ever among them. */

export const BUILDERS = ['docker', 'podman', 'buildah'] as const;
export type BuilderName = (typeof BUILDERS)[number];

export interface BuildSpec {
  /** The context's folder. */
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `repository:tag`, all for the one image. */
  readonly names: readonly string[];
  readonly platform: string;
  /** File with npm's configuration, mounted for the one step that needs it. */
  readonly npmrc: string | null;
  /** Further arguments, as they are. */
  readonly options: readonly string[];
}

export interface PushSpec {
  readonly local: string;
  readonly remote: string;
  /** Folder with config.json, which holds the registry's token. */
  readonly authDir: string;
  /** Where podman and buildah write the digest. */
  readonly digestFile: string;
  /** The registry speaks http: only ever on this machine. */
  readonly plainHttp: boolean;
}

export interface Builder {
  readonly name: BuilderName;
  /** Succeeds only where it can build: docker's client alone cannot. */
  readonly probe: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  build(spec: BuildSpec): readonly string[];
  /** One after another. */
  push(spec: PushSpec): readonly (readonly string[])[];
  pushEnv(authDir: string): Readonly<Record<string, string>>;
  /** Null where the builder's daemon tidies up after a client that ended. */
  readonly working: WorkingContainers | null;
}

/** Containers that a build works in: they stay where it is ended from outside. */
export interface WorkingContainers {
  /** Prints the full ids of all that there are, a line each. */
  readonly list: readonly string[];
  remove(ids: readonly string[]): readonly string[];
  /** The id of one that the build has begun with. */
  idIn(line: string): string | null;
  /** Lines that are there for `idIn` alone. */
  isNoise(line: string): boolean;
}

/** All files of a layer get this time, so that equal content gives an equal digest. */
const EPOCH_SECONDS = '0';

const docker: Builder = {
  name: 'docker',
  probe: ['version', '--format', '{{.Server.Version}}'],
  // One manifest, not an index with attestations: the digest that ECR shows is the image's.
  env: { DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
  build: (spec) => [
    'build',
    '--progress=plain',
    ...common({ ...spec, args: { ...spec.args, SOURCE_DATE_EPOCH: EPOCH_SECONDS } }),
    spec.context,
  ],
  push: ({ local, remote }) => [
    ['tag', local, remote],
    ['push', remote],
  ],
  pushEnv: (authDir) => ({ DOCKER_CONFIG: authDir }),
  working: null,
};

/** Names tell nothing about whose they are; the log, as far as `debug`, does. */
const containersOf = (list: readonly string[], remove: readonly string[]): WorkingContainers => ({
  list,
  remove: (ids) => [...remove, ...ids],
  idIn: (line) => /\bmsg="Container ID: ([0-9a-f]{64})"/.exec(line)?.[1] ?? null,
  isNoise: (line) => /^time="[^"]*" level=debug /.test(line),
});

const WORKING: Readonly<Record<'podman' | 'buildah', WorkingContainers>> = {
  podman: containersOf(['ps', '--all', '--external', '--quiet', '--no-trunc'], ['rm', '--force']),
  buildah: containersOf(['containers', '--quiet', '--notruncate'], ['rm']),
};

function containersBuilder(name: 'podman' | 'buildah'): Builder {
  return {
    name,
    probe: ['version'],
    env: {},
    build: (spec) => [
      ...['--log-level', 'debug', 'build', '--layers', '--timestamp', EPOCH_SECONDS],
      ...common(spec),
      spec.context,
    ],
    push: ({ local, remote, authDir, digestFile, plainHttp }) => [
      [
        'push',
        '--authfile',
        `${authDir}/config.json`,
        '--digestfile',
        digestFile,
        ...(plainHttp ? ['--tls-verify=false'] : []),
        local,
        `docker://${remote}`,
      ],
    ],
    pushEnv: () => ({}),
    working: WORKING[name],
  };
}

const ALL: Readonly<Record<BuilderName, Builder>> = {
  docker,
  podman: containersBuilder('podman'),
  buildah: containersBuilder('buildah'),
};

export const builderOf = (name: BuilderName): Builder => ALL[name];

function common({ dockerfile, args, labels, names, platform, npmrc, options }: BuildSpec): string[] {
  return [
    ...['--file', dockerfile, '--platform', platform],
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...names.flatMap((name) => ['--tag', name]),
    ...(npmrc === null ? [] : ['--secret', `id=npmrc,src=${npmrc}`]),
    ...options,
  ];
}

/** A line that says which step is under way: buildah's and podman's `STEP 3/9: …`, BuildKit's `#7 [build 3/9] …`. */
export function stepOf(line: string): string | null {
  const step = /^(?:\[\d+\/\d+\] )?STEP \d+(?:\/\d+)?: .*/.exec(line)?.[0];
  return step ?? /^#\d+ (\[[^\]]*\d+\/\d+\] .*)/.exec(line)?.[1] ?? null;
}

/** The digest that `docker push` prints: `latest: digest: sha256:… size: 1234`. */
export function printedDigest(output: string): string | null {
  return /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(output)?.[1] ?? null;
}
