/** What stands in front of the services, as words of text: for CUTOVER_FRONT. Pure; problems go to the reader. */
import { checkOptions } from '../modules/load-balancer-options.ts';
import { LOG_DAYS } from '../modules/log-bucket.ts';
import { checkThresholds } from '../modules/operations-alarms.ts';
import { PropCheck } from '../modules/prop-check.ts';
import { checkRestFront, QUOTA_PERIODS } from '../modules/rest-front-options.ts';
import type { FrontSettings } from './front.ts';
import type { SettingReader } from './setting-reader.ts';

interface FrontPart {
  /** How it is written, for the refusal. */
  readonly form: string;
  /** Its groups are what `adds` is given; one that was left out is ''. */
  readonly pattern: RegExp;
  readonly adds: (given: readonly string[]) => Partial<FrontSettings>;
}

/** What `rest-api` alone stands for: the numbers of the production guide. */
const USUAL_USAGE = { ratePerSecond: 100, burst: 200, quota: { limit: 1_000_000, period: 'MONTH' } } as const;
const USUAL_LOG_DAYS = 30;
/** Of the load balancers' first listener, which HTTPS is another one beside. */
const HTTP_PORT = 80;

/** The first word of each is its name: one part is written once, `https` once for each load balancer. */
const PARTS: readonly FrontPart[] = [
  {
    form: 'rest-api[:RATE:BURST[:LIMIT:DAY|WEEK|MONTH]]',
    pattern: new RegExp(
      `^rest-api(?::(\\d{1,5}(?:\\.\\d{1,3})?):(\\d{1,5})(?::(\\d{1,10}):(${QUOTA_PERIODS.join('|')}))?)?$`,
    ),
    adds: (given) => ({ restApi: { usage: usageOf(given) } }),
  },
  {
    form: 'https:logistics|hq|forum=DOMAIN[@ZONE_ID]@CERTIFICATE_ARN',
    pattern: /^https:(logistics|hq|forum)=([^@\s]+)(?:@(Z[^@\s]*))?@(arn:\S+)$/,
    adds: ([name = '', domainName = '', hostedZoneId = '', certificateArn = '']) => ({
      https: { [name]: { domainName, certificateArn, ...(hostedZoneId === '' ? {} : { hostedZoneId }) } },
    }),
  },
  { form: 'web-acl=ARN', pattern: /^web-acl=(arn:\S+)$/, adds: ([webAclArn = '']) => ({ webAclArn }) },
  {
    form: 'access-logs[:DAYS]',
    pattern: /^access-logs(?::(\d{1,5}))?$/,
    adds: ([days = '']) => ({ accessLogDays: days === '' ? USUAL_LOG_DAYS : Number(days) }),
  },
  {
    form: 'alarms[=TOPIC_ARN+…]',
    pattern: /^alarms(?:=(arn:\S+))?$/,
    adds: ([topics = '']) => ({ alarms: topics === '' ? {} : { topicArns: topics.split('+') } }),
  },
  { form: 'dashboard', pattern: /^dashboard$/, adds: () => ({ dashboard: true }) },
  { form: 'key-page', pattern: /^key-page$/, adds: () => ({ keyPage: true }) },
];

const RULE = `words with commas between them: ${PARTS.map(({ form }) => form).join(', ')}`;

/**
 * The environment's front with what the setting adds to it, or changes in it.
 * @param at.own the environment's own
 * @param at.region where certificates, web ACL and topics must be
 */
export function frontOf(
  reader: SettingReader,
  { own, region }: { readonly own: FrontSettings; readonly region: string },
): FrontSettings {
  const taken = new Set<string>();
  let front = own;
  for (const word of reader.words('front')) {
    const name = nameOf(word);
    const part = PARTS.find(({ pattern }) => pattern.test(word));
    if (!part) reader.refuse('front', { what: 'unknown part of the front', value: word, rule: RULE });
    else if (taken.has(name)) {
      reader.refuse('front', { what: `${name} is named twice`, value: word, rule: 'each part of the front once' });
    } else {
      const added = part.adds((part.pattern.exec(word) ?? []).slice(1).map((given) => given ?? ''));
      reader.refuseFor('front', word, problemsOf(added, region));
      front = { ...front, ...added, https: { ...front.https, ...added.https } };
    }
    taken.add(name);
  }
  return front;
}

/** What the constructs would refuse, told before any is made, and whether or not this stage makes one. */
function problemsOf({ restApi, https = {}, webAclArn, accessLogDays, alarms }: Partial<FrontSettings>, region: string) {
  const check = new PropCheck(undefined, 'front');
  if (restApi) checkRestFront(check, '', restApi);
  for (const one of Object.values(https)) {
    checkOptions(check, { https: one }, HTTP_PORT);
    checkRegion(check, 'https.certificateArn', { arn: one.certificateArn, region });
  }
  if (webAclArn) {
    checkOptions(check, { webAclArn }, HTTP_PORT);
    checkRegion(check, 'webAclArn', { arn: webAclArn, region });
  }
  check.range('accessLogDays', accessLogDays ?? undefined, LOG_DAYS);
  if (alarms) {
    checkThresholds(check, alarms);
    for (const arn of alarms.topicArns ?? []) checkRegion(check, 'topicArns', { arn, region });
  }
  return check.problems;
}

/** AWS finds none of them elsewhere. Certificates of IAM are of no region. */
function checkRegion(check: PropCheck, prop: string, { arn, region }: { arn: string; region: string }): void {
  const its = arn.split(':')[3] ?? '';
  check.that(its === '' || its === region, {
    prop,
    value: its,
    rule: `of the region of the stacks, ${region} (ELB CreateListener, WAF AssociateWebACL, CloudWatch PutMetricAlarm)`,
    fix: 'name one of that region, or set CUTOVER_REGION',
  });
}

/** `https:hq` for each load balancer, otherwise what stands before the first `:` or `=`. */
function nameOf(word: string): string {
  return /^https:\w+/.exec(word)?.[0] ?? word.split(/[:=]/)[0] ?? word;
}

function usageOf([rate = '', burst = '', limit = '', period = '']: readonly string[]) {
  if (rate === '') return USUAL_USAGE;
  const known = QUOTA_PERIODS.find((candidate) => candidate === period);
  return {
    ratePerSecond: Number(rate),
    burst: Number(burst),
    ...(known ? { quota: { limit: Number(limit), period: known } } : {}),
  };
}
