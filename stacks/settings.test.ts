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
  ['long environment name', { CUTOVER_ENVIRONMENT_NAME: 'abcdefghijklmnopq' }, /1–16/],
  ['region', { CUTOVER_REGION: 'Virginia' }, /an AWS region/],
  ['provider version', { CUTOVER_AWS_PROVIDER_VERSION: 'latest' }, /version constraint/],
  ['deployment configuration', { CUTOVER_DEPLOYMENT_CONFIG: 'ECSCanary20Percent5Minutes' }, /ECSAllAtOnce, .*canary:/],
  ['scale', { CUTOVER_SCALE: 'large' }, /one of default, small/],
  ['shift', { CUTOVER_DEPLOYMENT_CONFIG: 'canary:100:5' }, /linear:PERCENT:MINUTES/],
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

test('cdktf decides where the output goes, when it does', (t) => {
  t.is(readSettings({ CUTOVER_OUTDIR: 'a' }).outDir, 'a');
  t.is(readSettings({ CUTOVER_OUTDIR: 'a', CDKTF_OUTDIR: 'b' }).outDir, 'b');
});
