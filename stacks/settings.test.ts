import test from 'ava';
import { readSettings, SettingsError } from './settings.ts';

const problems = (env: Record<string, string>): string => {
  try {
    readSettings(env);
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
};

test('with nothing set: logistics, dev, microservices, cdktf.out', (t) => {
  const settings = readSettings({});
  t.like(settings, { stage: 'microservices', system: 'logistics', outDir: 'cdktf.out', providerVersion: undefined });
  t.like(settings.environment, { key: 'dev', name: 'interstella', region: 'us-east-1', allowUnsigned: true });
  t.deepEqual(settings.tags, {});
});

test('cdktf context is read, and the environment goes before it', (t) => {
  const CDKTF_CONTEXT_JSON = JSON.stringify({ stage: 'strangler', environment: 'prod', tags: { hq: 'v2' } });
  const fromContext = readSettings({ CDKTF_CONTEXT_JSON });
  t.is(fromContext.stage, 'strangler');
  t.is(fromContext.environment.key, 'prod');
  t.deepEqual(fromContext.tags, { hq: 'v2' });
  t.is(readSettings({ CDKTF_CONTEXT_JSON, CUTOVER_STAGE: 'monolith' }).stage, 'monolith');
});

test('prod takes no unsigned orders and no load-test certificate by default', (t) => {
  const { environment } = readSettings({ CUTOVER_ENVIRONMENT: 'prod' });
  t.false(environment.allowUnsigned);
  t.is(environment.loadTestCertificateParameter, null);
});

test('tags for each service', (t) => {
  const { tags } = readSettings({ CUTOVER_TAGS: 'monolith=broken-crash, iridium=v2' });
  t.deepEqual(tags, { monolith: 'broken-crash', iridium: 'v2' });
});

test('how CodeDeploy moves traffic, in one word', (t) => {
  const of = (CUTOVER_DEPLOYMENT_CONFIG: string) =>
    readSettings({ CUTOVER_DEPLOYMENT_CONFIG }).environment.blueGreen.configuration;
  t.is(readSettings({}).environment.blueGreen.configuration, 'ECSAllAtOnce');
  t.is(of('ECSCanary10Percent5Minutes'), 'ECSCanary10Percent5Minutes');
  t.is(of('CodeDeployDefault.ECSLinear10PercentEvery1Minutes'), 'ECSLinear10PercentEvery1Minutes');
  t.deepEqual(of('linear:20:2'), {
    name: 'forum-linear-20-percent-2-minutes',
    type: 'linear',
    percentage: 20,
    intervalMinutes: 2,
  });
});

test('the scale changes the environment’s numbers', (t) => {
  const counts = (env: Record<string, string>) => readSettings(env).environment.desiredCounts.monolith;
  t.is(counts({}), 4);
  t.is(counts({ CUTOVER_SCALE: 'small' }), 2);
  t.is(counts({ CDKTF_CONTEXT_JSON: '{"scale":"small"}', CUTOVER_ENVIRONMENT: 'prod' }), 2);
});

test('state is local, or in a bucket of S3 that is named', (t) => {
  const backend = (env: Record<string, string>) => readSettings(env).environment.backend;
  t.deepEqual(backend({}), { type: 'local' });
  t.deepEqual(backend({ CUTOVER_ENVIRONMENT: 'prod', CUTOVER_BACKEND: 'local' }), { type: 'local' });
  const s3 = { CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: 'acme-terraform-state' };
  t.deepEqual(backend(s3), { type: 's3', bucket: 'acme-terraform-state', region: 'us-east-1' });
  t.is(JSON.stringify(backend({ ...s3, CUTOVER_REGION: 'eu-west-1' })).includes('eu-west-1'), true);
  t.deepEqual(backend({ ...s3, CUTOVER_REGION: 'eu-west-1', CUTOVER_STATE_REGION: 'eu-central-1' }), {
    type: 's3',
    bucket: 'acme-terraform-state',
    region: 'eu-central-1',
  });
  const CDKTF_CONTEXT_JSON = JSON.stringify({ backend: 's3', stateBucket: 'acme-terraform-state' });
  t.deepEqual(backend({ CDKTF_CONTEXT_JSON }), backend(s3));
});

test('backends that cannot be: what, value, rule and fix', (t) => {
  t.is(
    problems({ CUTOVER_BACKEND: 's3' }),
    [
      'the backend is s3, and no bucket is named in CUTOVER_STATE_BUCKET',
      '  value: null',
      '  rule:  state in S3 needs a bucket that is there before the first deployment (Terraform language/backend/s3)',
      '  fix:   set CUTOVER_STATE_BUCKET to its name',
    ].join('\n'),
  );
  const unused = problems({ CUTOVER_STATE_BUCKET: 'acme-terraform-state', CUTOVER_STATE_REGION: 'eu-west-1' });
  t.regex(unused, /stateBucket beside local state in CUTOVER_STATE_BUCKET\n {2}value: "acme-terraform-state"/);
  t.regex(unused, /stateRegion beside local state in CUTOVER_STATE_REGION\n {2}value: "eu-west-1"/);
  // A bad backend is one problem, too, whatever else is said.
  t.is(problems({ CUTOVER_BACKEND: 'S3', CUTOVER_STATE_BUCKET: 'acme-state' }).match(/rule: /g)?.length, 1);
  // A bad name is one problem, and not a missing one too.
  t.is(problems({ CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: 'Acme' }).match(/rule: /g)?.length, 1);
  for (const name of ['ab', 'a_b', 'acme.state', '-acme', 'acme-', 'xn--acme', 'acme-s3alias', 'a'.repeat(64)]) {
    t.regex(problems({ CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: name }), /invalid stateBucket/, name);
  }
});

test('constraints of the provider’s version', (t) => {
  const of = (CUTOVER_AWS_PROVIDER_VERSION: string) => readSettings({ CUTOVER_AWS_PROVIDER_VERSION }).providerVersion;
  for (const good of [
    '5.100.0',
    '= 5.100.0',
    '~> 6.0',
    '>= 6.0, < 7.0',
    '>= 5.100, != 6.1.0',
    '6.0.0-beta1',
    '~> 5.88',
    '~> 5',
    '5.88',
  ])
    t.is(of(good), good);
  for (const bad of ['v6', '6.0 7.0', '>= 6.0,', '~ 6.0', '6.0.0.0', `${'1'.repeat(64)}x`]) {
    t.regex(problems({ CUTOVER_AWS_PROVIDER_VERSION: bad }), /version constraint/, bad);
  }
  for (const old of ['5.40.0', '= 5.87.9', '~> 5.40.0', '~> 4.0', '< 5.88', '<= 5.87', '>= 4.0, < 5.0', '5'])
    t.regex(
      problems({ CUTOVER_AWS_PROVIDER_VERSION: old }),
      /older than what the stacks use in CUTOVER_AWS_PROVIDER_VERSION/,
      old,
    );
  for (const new_ of ['<= 5.88', '< 5.88.1', '> 4.0']) t.is(of(new_), new_);
});

test('an unknown stage names the value and the allowed ones', (t) => {
  t.is(
    problems({ CUTOVER_STAGE: 'monolyth' }),
    [
      'unknown stage in CUTOVER_STAGE',
      '  value: "monolyth"',
      '  rule:  one of monolith, containers, strangler, microservices',
      '  fix:   set CUTOVER_STAGE to that, or unset it for the default',
    ].join('\n'),
  );
});

for (const [what, env, expected] of [
  ['environment', { CUTOVER_ENVIRONMENT: 'qa' }, /"qa"[\s\S]*one of dev, prod/],
  ['system', { CUTOVER_SYSTEM: 'x' }, /one of logistics, forum, all/],
  [
    'service in tags',
    { CUTOVER_TAGS: 'monolit=v1' },
    /unknown service "monolit"[\s\S]*monolith, iridium, magnesite, hq, forum, users, posts, threads/,
  ],
  ['tag', { CUTOVER_TAGS: 'hq=a b' }, /invalid tag of hq/],
  ['missing tag', { CUTOVER_TAGS: 'hq' }, /invalid tag of hq/],
  ['service named twice', { CUTOVER_TAGS: 'hq=a,hq=b' }, /hq is named twice/],
  ['environment name', { CUTOVER_ENVIRONMENT_NAME: 'Interstella' }, /lower-case letters only/],
  ['environment name that is ECS’s', { CUTOVER_ENVIRONMENT_NAME: 'ecsdemo' }, /not beginning with aws, ecs/],
  ['environment name that is ELB’s', { CUTOVER_ENVIRONMENT_NAME: 'internal' }, /not internal/],
  ['long environment name', { CUTOVER_ENVIRONMENT_NAME: 'abcdefghijklmnopq' }, /1–16/],
  ['region', { CUTOVER_REGION: 'Virginia' }, /an AWS region/],
  ['provider version', { CUTOVER_AWS_PROVIDER_VERSION: 'latest' }, /version constraint/],
  ['deployment configuration', { CUTOVER_DEPLOYMENT_CONFIG: 'ECSCanary20Percent5Minutes' }, /ECSAllAtOnce, .*canary:/],
  ['backend', { CUTOVER_BACKEND: 'gcs' }, /one of local, s3/],
  [
    'region of the state',
    { CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: 'acme', CUTOVER_STATE_REGION: 'Ohio' },
    /invalid stateRegion/,
  ],
  ['scale', { CUTOVER_SCALE: 'large' }, /one of default, small/],
  ['shift', { CUTOVER_DEPLOYMENT_CONFIG: 'canary:100:5' }, /linear:PERCENT:MINUTES/],
  [
    'shift of nothing',
    { CUTOVER_DEPLOYMENT_CONFIG: 'canary:0:5' },
    /percentage of canary:0:5 is not valid in CUTOVER_DEP/,
  ],
  ['shift over days', { CUTOVER_DEPLOYMENT_CONFIG: 'linear:1:1000' }, /at most 2880 minutes from the first step/],
  ['parameter of AWS', { CUTOVER_LOADTEST_CERT_PARAMETER: '/aws/cert' }, /not under \/aws or \/ssm/],
  ['parameter path', { CUTOVER_LOADTEST_CERT_PARAMETER: 'no-slash' }, /path of a parameter/],
  ['context', { CDKTF_CONTEXT_JSON: '[1]' }, /one JSON object/],
  ['context text', { CDKTF_CONTEXT_JSON: '{' }, /one JSON object/],
  ['stage in context', { CDKTF_CONTEXT_JSON: '{"stage":7}' }, /cdktf context "stage"[\s\S]*value: 7/],
] as const) {
  test(`refused: ${what}`, (t) => {
    t.regex(problems(env), expected);
  });
}

test('all problems are told at once', (t) => {
  const text = problems({ CUTOVER_STAGE: 'a', CUTOVER_ENVIRONMENT: 'b', CUTOVER_TAGS: 'c=d' });
  t.is(text.match(/ {2}rule: /g)?.length, 3);
});

/** Each setting with something that it never is. */
const WRONG: Readonly<Record<string, string>> = {
  CUTOVER_STAGE: 'monolyth',
  CUTOVER_SYSTEM: 'both',
  CUTOVER_ENVIRONMENT: 'qa',
  CUTOVER_ENVIRONMENT_NAME: 'aws',
  CUTOVER_REGION: 'Ohio',
  CUTOVER_SCALE: 'large',
  CUTOVER_TAGS: 'hq=',
  CUTOVER_DEPLOYMENT_CONFIG: 'linear:10:0',
  CUTOVER_AWS_PROVIDER_VERSION: '4.0',
  CUTOVER_FRONT: 'rest-api:1:0',
  CUTOVER_BACKEND: 'gcs',
  CUTOVER_STATE_BUCKET: 'A',
  CUTOVER_STATE_REGION: 'B',
  CUTOVER_LOADTEST_CERT_PARAMETER: 'c',
};

test('every setting at once: each problem names its setting, value, rule and fix', (t) => {
  const told = problems(WRONG).split(/\n(?! {2})/);
  for (const variable of Object.keys(WRONG)) {
    const own = told.filter((problem) => problem.split('\n')[0]?.endsWith(` in ${variable}`));
    t.true(own.length > 0, `${variable}:\n${told.join('\n')}`);
    for (const problem of own) t.regex(problem, /\n {2}value: .+\n {2}rule: {2}.+\n {2}fix: {3}.+$/, variable);
  }
});

test('cdktf decides where the output goes, when it does', (t) => {
  t.is(readSettings({ CUTOVER_OUTDIR: 'a' }).outDir, 'a');
  t.is(readSettings({ CUTOVER_OUTDIR: 'a', CDKTF_OUTDIR: 'b' }).outDir, 'b');
});
