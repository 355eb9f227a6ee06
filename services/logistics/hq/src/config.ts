/** HQ's settings, and the choice of its order store. */
import {
  type BadVariable,
  type ConfigOf,
  type CrossCheck,
  integer,
  list,
  oneOf,
  serviceSettings,
  text,
} from '../../../kit/src/index.ts';

const optional = { pattern: /^\S{0,256}$/, rule: 'text without spaces', fallback: '' };

export const settings = {
  ...serviceSettings({ port: 8_080 }),
  /** Callers' keys; several, so that a key can be replaced without an outage. */
  API_KEYS: list({
    entry: /^[\x21-\x7e]{1,256}$/,
    atLeast: 1,
    rule: 'a comma list of at least one key of 1 to 256 visible characters',
    fix: "set it to the callers' keys; on ECS a secret taken from the parameter store",
    secret: true,
  }),
  /**
   * Where orders are kept. `auto`: DynamoDB where an endpoint or a region is set (as ECS, Lambda and the plane set
   * them), else embedded. `embedded`: DynamoDB's API in this process, its data in ORDERS_PATH.
   */
  ORDERS_STORE: oneOf(['auto', 'dynamodb', 'embedded'] as const, 'auto'),
  ORDERS_TABLE: text({
    pattern: /^[A-Za-z0-9_.-]{3,255}$/,
    rule: 'a DynamoDB table name: 3 to 255 letters, digits, underscores, dots, hyphens',
    fix: 'set it to the name of the order table, or unset it for the default, interstella-orders',
    fallback: 'interstella-orders',
  }),
  ORDERS_PATH: text({
    pattern: /^[^\0]{1,1024}$/,
    rule: 'a folder for the embedded store',
    fix: 'set it to a folder that may be written, or unset it for the default, .cutover/hq-orders',
    fallback: '.cutover/hq-orders',
  }),
  /** Bound on one call to the store with its retries; below the callers' own bound of 5 s. */
  ORDERS_TIMEOUT_MS: integer({ min: 50, max: 60_000, default: 4_000, unit: 'milliseconds' }),
  DYNAMODB_ENDPOINT: text({
    ...optional,
    pattern: /^(https?:\/\/[^\s/]+\/?)?$/,
    rule: 'the origin of a DynamoDB endpoint',
    fix: "set it to an origin such as http://127.0.0.1:8000, or unset it for AWS_ENDPOINT_URL's or AWS's own",
  }),
  AWS_ENDPOINT_URL: text({ ...optional, fix: 'set it to an origin, or unset it' }),
  AWS_ENDPOINT_URL_DYNAMODB: text({ ...optional, fix: 'set it to an origin, or unset it' }),
  AWS_REGION: text({ ...optional, fix: 'set it to a region such as us-east-1, or unset it' }),
  AWS_DEFAULT_REGION: text({ ...optional, fix: 'set it to a region such as us-east-1, or unset it' }),
};
export type HqConfig = ConfigOf<typeof settings>;

export type StoreChoice =
  | { readonly kind: 'embedded'; readonly path: string }
  | { readonly kind: 'dynamodb'; readonly endpoint: string | undefined; readonly region: string };

/** Which store the settings ask for. */
export function chooseStore(config: Omit<HqConfig, 'API_KEYS'>): StoreChoice {
  const endpoint = config.DYNAMODB_ENDPOINT || config.AWS_ENDPOINT_URL_DYNAMODB || config.AWS_ENDPOINT_URL || undefined;
  const region = config.AWS_REGION || config.AWS_DEFAULT_REGION;
  const embedded = config.ORDERS_STORE === 'embedded' || (config.ORDERS_STORE === 'auto' && !endpoint && !region);
  if (embedded) return { kind: 'embedded', path: config.ORDERS_PATH };
  return { kind: 'dynamodb', endpoint, region: region || 'us-east-1' };
}

/** DynamoDB itself needs a region; only behind an endpoint of its own does its name not matter. */
export const check: CrossCheck<typeof settings> = (config) => {
  if (config.ORDERS_STORE !== 'dynamodb') return [];
  if (config.DYNAMODB_ENDPOINT || config.AWS_ENDPOINT_URL_DYNAMODB || config.AWS_ENDPOINT_URL) return [];
  if (config.AWS_REGION || config.AWS_DEFAULT_REGION) return [];
  const bad: BadVariable = {
    variable: 'AWS_REGION',
    value: null,
    rule: 'ORDERS_STORE=dynamodb needs a region or an endpoint',
    fix: 'set AWS_REGION, or DYNAMODB_ENDPOINT, or ORDERS_STORE=embedded',
  };
  return [bad];
};
