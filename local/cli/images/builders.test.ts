import test from 'ava';
import { BUILDERS, builderOf, printedDigest, stepOf } from './builders.ts';
import { contentTag } from './content-tag.ts';

const spec = {
  context: '/p',
  dockerfile: '/p/services/x/Dockerfile',
  args: { BUILD: 'latest' },
  labels: { a: 'b' },
  names: ['x:sha-1', 'x:latest'],
  platform: 'linux/amd64',
  npmrc: '/home/me/.npmrc',
  options: ['--volume=/a:/b'],
};

const push = { local: 'x:sha-1', remote: 'host/x:latest', authDir: '/t', digestFile: '/t/digest', plainHttp: false };

test('docker', (t) => {
  const { build, push: pushes, pushEnv } = builderOf('docker');
  t.deepEqual(build(spec), [
    ...['build', '--progress=plain', '--file', '/p/services/x/Dockerfile', '--platform', 'linux/amd64'],
    ...['--build-arg', 'BUILD=latest', '--build-arg', 'SOURCE_DATE_EPOCH=0', '--label', 'a=b'],
    ...['--tag', 'x:sha-1', '--tag', 'x:latest', '--secret', 'id=npmrc,src=/home/me/.npmrc', '--volume=/a:/b', '/p'],
  ]);
  t.deepEqual(pushes(push), [
    ['tag', 'x:sha-1', 'host/x:latest'],
    ['push', 'host/x:latest'],
  ]);
  t.deepEqual(pushEnv('/t'), { DOCKER_CONFIG: '/t' });
});

for (const name of ['podman', 'buildah'] as const)
  test(name, (t) => {
    const { build, push: pushes } = builderOf(name);
    t.deepEqual(build({ ...spec, npmrc: null, options: [] }), [
      ...['--log-level', 'debug', 'build', '--layers', '--timestamp', '0'],
      ...['--file', '/p/services/x/Dockerfile', '--platform', 'linux/amd64'],
      ...['--build-arg', 'BUILD=latest', '--label', 'a=b', '--tag', 'x:sha-1', '--tag', 'x:latest', '/p'],
    ]);
    const flags = ['push', '--authfile', '/t/config.json', '--digestfile', '/t/digest'];
    t.deepEqual(pushes(push), [[...flags, 'x:sha-1', 'docker://host/x:latest']]);
    t.deepEqual(pushes({ ...push, plainHttp: true }), [
      [...flags, '--tls-verify=false', 'x:sha-1', 'docker://host/x:latest'],
    ]);
  });

test('https is checked unless the registry is this machine’s own', (t) => {
  for (const name of BUILDERS) t.false(JSON.stringify(builderOf(name).push(push)).includes('tls-verify'));
});

test('steps of each builder, and nothing else', (t) => {
  t.is(stepOf('[1/2] STEP 5/20: COPY a b'), '[1/2] STEP 5/20: COPY a b');
  t.is(stepOf('STEP 2: RUN x'), 'STEP 2: RUN x');
  t.is(stepOf('#7 [build 3/12] COPY a b'), '[build 3/12] COPY a b');
  for (const line of ['--> 1234', '#7 0.512 added 162 packages', '#8 CACHED', 'added 162 packages in 14s'])
    t.is(stepOf(line), null);
});

test('the digest that docker prints', (t) => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  t.is(printedDigest(`a: Pushed\nlatest: digest: ${digest} size: 1234\n`), digest);
  t.is(printedDigest('latest: digest: sha256:12'), null);
});

test('the content tag: equal inputs, equal tag; any other input, another', (t) => {
  const content = { bundleDigest: 'sha256:a', dockerfile: 'FROM a\nRUN b\n', base: null, platform: 'linux/amd64' };
  const tag = contentTag(content);
  t.regex(tag, /^sha-[0-9a-f]{12}$/);
  t.is(contentTag({ ...content, dockerfile: 'FROM a\r\nRUN b\r\n' }), tag, 'line ends of the checkout');
  const others = [
    { bundleDigest: 'sha256:b' },
    { dockerfile: 'FROM a\n' },
    { base: 'node:24' },
    { platform: 'linux/arm64' },
  ];
  t.is(new Set([tag, ...others.map((other) => contentTag({ ...content, ...other }))]).size, 5);
});

test('working containers are known by the log, whose other lines are noise', (t) => {
  const id = 'c0'.repeat(32);
  const { working } = builderOf('buildah');
  const line = `time="2026-01-01T00:00:00Z" level=debug msg="Container ID: ${id}"`;
  t.is(working?.idIn(line), id);
  t.true(working?.isNoise(line));
  for (const said of [
    'STEP 1/2: FROM x',
    'npm error Container ID: 1',
    'time="2026-01-01T00:00:00Z" level=error msg="no"',
  ])
    t.deepEqual([working?.idIn(said), working?.isNoise(said)], [null, false]);
  t.is(builderOf('docker').working, null);
});
