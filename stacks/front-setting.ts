/** What stands in front of the services, as words of text: for CUTOVER_FRONT. Pure; problems go to the reader. */
import { QUOTA_PERIODS } from '../modules/rest-front-options.ts';
import type { FrontSettings } from './front.ts';
import type { SettingReader } from './setting-reader.ts';

type Change = (front: FrontSettings, given: readonly string[]) => FrontSettings;

interface FrontPart {
  /** How it is written, for the refusal. */
  readonly form: string;
  /** Its groups are what `change` is given; one that was left out is ''. */
  readonly pattern: RegExp;
  readonly change: Change;
}

/** What `rest-api` alone stands for: the numbers of the production guide. */
const USUAL_USAGE = { ratePerSecond: 100, burst: 200, quota: { limit: 1_000_000, period: 'MONTH' } } as const;
const USUAL_LOG_DAYS = 30;

/** The first word of each is its name: one part is written once, `https` once for each load balancer. */
const PARTS: readonly FrontPart[] = [
  {
    form: 'rest-api[:RATE:BURST[:LIMIT:DAY|WEEK|MONTH]]',
    pattern: new RegExp(
      `^rest-api(?::(\\d{1,5}(?:\\.\\d{1,3})?):(\\d{1,5})(?::(\\d{1,10}):(${QUOTA_PERIODS.join('|')}))?)?$`,
    ),
    change: (front, given) => ({ ...front, restApi: { usage: usageOf(given) } }),
  },
  {
    form: 'https:logistics|hq|forum=DOMAIN@CERTIFICATE_ARN',
    pattern: /^https:(logistics|hq|forum)=([^@\s]+)@(arn:\S+)$/,
    change: (front, [name = '', domainName = '', certificateArn = '']) => ({
      ...front,
      https: { ...front.https, [name]: { domainName, certificateArn } },
    }),
  },
  {
    form: 'web-acl=ARN',
    pattern: /^web-acl=(arn:\S+)$/,
    change: (front, [webAclArn = '']) => ({ ...front, webAclArn }),
  },
  {
    form: 'access-logs[:DAYS]',
    pattern: /^access-logs(?::(\d{1,5}))?$/,
    change: (front, [days = '']) => ({ ...front, accessLogDays: days === '' ? USUAL_LOG_DAYS : Number(days) }),
  },
  {
    form: 'alarms[=TOPIC_ARN+…]',
    pattern: /^alarms(?:=(arn:\S+))?$/,
    change: (front, [topics = '']) => ({ ...front, alarms: topics === '' ? {} : { topicArns: topics.split('+') } }),
  },
  { form: 'dashboard', pattern: /^dashboard$/, change: (front) => ({ ...front, dashboard: true }) },
  { form: 'key-page', pattern: /^key-page$/, change: (front) => ({ ...front, keyPage: true }) },
];

const RULE = `words with commas between them: ${PARTS.map(({ form }) => form).join(', ')}`;

/** The environment's front with what the setting adds to it, or changes in it. @param front the environment's own */
export function frontOf(reader: SettingReader, front: FrontSettings): FrontSettings {
  const taken = new Set<string>();
  let changed = front;
  for (const word of reader.words('front')) {
    const name = nameOf(word);
    const part = PARTS.find(({ pattern }) => pattern.test(word));
    if (!part) reader.refuseWord('front', { word, what: 'unknown part of the front', rule: RULE });
    else if (taken.has(name)) {
      reader.refuseWord('front', { word, what: `${name} is named twice`, rule: 'each part of the front once' });
    } else {
      changed = part.change(
        changed,
        (part.pattern.exec(word) ?? []).slice(1).map((given) => given ?? ''),
      );
    }
    taken.add(name);
  }
  return changed;
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
