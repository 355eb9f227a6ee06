/** CUTOVER_FRONT: each word turns one part of the front on; wrong ones are told by name. */
import test from 'ava';
import { NOTHING_IN_FRONT } from './front.ts';
import { readSettings, SettingsError } from './settings.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d';
const WEB_ACL = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/guard/0a1b';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:on-call';

const front = (CUTOVER_FRONT: string) => readSettings({ CUTOVER_FRONT }).environment.front;
const refusal = (CUTOVER_FRONT: string): string => {
  try {
    readSettings({ CUTOVER_FRONT });
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
};

test('unset or blank: nothing in front', (t) => {
  t.deepEqual(readSettings({}).environment.front, NOTHING_IN_FRONT);
  t.deepEqual(front(' , '), NOTHING_IN_FRONT);
});

test('rest-api: the usual numbers, or rate, burst and quota', (t) => {
  t.deepEqual(front('rest-api').restApi, {
    usage: { ratePerSecond: 100, burst: 200, quota: { limit: 1_000_000, period: 'MONTH' } },
  });
  t.deepEqual(front('rest-api:0.5:2').restApi, { usage: { ratePerSecond: 0.5, burst: 2 } });
  t.deepEqual(front('rest-api:10:20:300:DAY').restApi, {
    usage: { ratePerSecond: 10, burst: 20, quota: { limit: 300, period: 'DAY' } },
  });
});

test('every part by its word, several at once', (t) => {
  const all = front(
    `dashboard, key-page,alarms=${TOPIC}+${TOPIC}-2,access-logs:7,web-acl=${WEB_ACL},https:hq=hq.example.com@${CERTIFICATE},https:forum=forum.example.com@${CERTIFICATE}`,
  );
  t.deepEqual(all, {
    https: {
      hq: { domainName: 'hq.example.com', certificateArn: CERTIFICATE },
      forum: { domainName: 'forum.example.com', certificateArn: CERTIFICATE },
    },
    webAclArn: WEB_ACL,
    accessLogDays: 7,
    alarms: { topicArns: [TOPIC, `${TOPIC}-2`] },
    dashboard: true,
    restApi: null,
    keyPage: true,
  });
  t.deepEqual(front(`https:hq=hq.example.com@Z0123456789ABC@${CERTIFICATE}`).https, {
    hq: { domainName: 'hq.example.com', hostedZoneId: 'Z0123456789ABC', certificateArn: CERTIFICATE },
  });
  t.deepEqual(front('alarms').alarms, {});
  t.is(front('access-logs').accessLogDays, 30);
});

test('cdktf’s context holds a list or the same text', (t) => {
  const of = (value: unknown) =>
    readSettings({ CDKTF_CONTEXT_JSON: JSON.stringify({ front: value }) }).environment.front;
  t.deepEqual(of(['rest-api', 'dashboard']), front('rest-api,dashboard'));
  t.deepEqual(of('rest-api,dashboard'), front('rest-api,dashboard'));
});

test('what is no part of a front is told with all that are, each wrong word at once', (t) => {
  const told = refusal('rest-apo,https,web-acl=guard,rest-api:1,dashboard');
  for (const word of ['rest-apo', 'https', 'web-acl=guard', 'rest-api:1']) t.true(told.includes(`"${word}"`), word);
  t.false(told.includes('"dashboard"'));
  t.regex(told, /CUTOVER_FRONT/);
  t.true(told.includes('https:logistics|hq|forum=DOMAIN[@ZONE_ID]@CERTIFICATE_ARN'));
  t.regex(refusal('rest-api,rest-api:1:2'), /rest-api is named twice/);
  t.regex(
    refusal(`https:hq=a.example.com@${CERTIFICATE},https:hq=b.example.com@${CERTIFICATE}`),
    /https:hq is named twice/,
  );
});

for (const [what, word, expected] of [
  [
    'burst',
    'rest-api:10:0',
    /usage\.burst of rest-api:10:0 is not valid in CUTOVER_FRONT\n {2}value: 0\n {2}rule: {2}.*1 to 5000/,
  ],
  ['rate', 'rest-api:0:1', /usage\.ratePerSecond[\s\S]*above 0/],
  ['quota', 'rest-api:1:1:0:DAY', /usage\.quota\.limit/],
  ['days', 'access-logs:4000', /accessLogDays[\s\S]*from 1 to 3653 days/],
  ['domain', `https:hq=HQ@${CERTIFICATE}`, /https\.domainName[\s\S]*a domain name in lower case/],
  ['zone', `https:hq=hq.example.com@Zone@${CERTIFICATE}`, /https\.hostedZoneId[\s\S]*id of a hosted zone/],
  ['certificate', `https:hq=hq.example.com@${TOPIC}`, /https\.certificateArn[\s\S]*certificate in ACM or IAM/],
  ['scope', `web-acl=${WEB_ACL.replace('regional', 'global')}`, /webAclArn[\s\S]*regional web ACL/],
  ['topic', `alarms=${CERTIFICATE}`, /topicArns[\s\S]*the ARN of a topic/],
  [
    'region',
    `web-acl=${WEB_ACL.replace('us-east-1', 'eu-west-1')}`,
    /"eu-west-1"[\s\S]*region of the stacks, us-east-1/,
  ],
] as const)
  test(`refused before anything is made, in each stage alike: ${what}`, (t) => {
    const told = refusal(word);
    t.regex(told, expected);
    t.regex(told, /is not valid in CUTOVER_FRONT\n/);
  });

test('what is of the stacks’ region, or of none, is taken', (t) => {
  const elsewhere = TOPIC.replace('us-east-1', 'eu-west-1');
  const env = { CUTOVER_REGION: 'eu-west-1', CUTOVER_FRONT: `alarms=${elsewhere}` };
  t.deepEqual(readSettings(env).environment.front.alarms, { topicArns: [elsewhere] });
  const iam = 'arn:aws:iam::123456789012:server-certificate/hq';
  t.is(front(`https:hq=hq.example.com@${iam}`).https.hq?.certificateArn, iam);
});
