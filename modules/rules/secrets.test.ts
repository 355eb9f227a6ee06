/** What looks like a secret and what only seems to: by text, and by name with a value. */
import test from 'ava';
import { secretName, secretText } from './secrets.ts';

/** Put together here, so that no scanner takes the test for a leak. */
const made = (...parts: readonly string[]): string => parts.join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PEM = made('-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEabcdefghijk');

const TEXTS: readonly string[] = [
  'postgres://u:p@ss@db/x',
  'redis://:hunter2@cache:6379/0',
  'postgres://app:${aws_db_instance.d.password}@db/x',
  'jdbc:postgresql://db/x?user=a&password=hunter2',
  'Server=db;Database=x;User Id=a;Password=hunter22;',
  'host=db user=a password=hunter2 dbname=x',
  'root:hunter2@tcp(db:3306)/x',
  PEM,
  PEM.replace('\n', '\\n'),
  base64(PEM),
  `Basic ${base64('user:hunter2')}`,
  'Bearer 8d7f6a5s4d3f2g1h0j9k8l7',
  made('https://hooks.slack', '.com/services/T00000000/B00000000/XXXXXXXXXXXX'),
  made('github', '_pat_11ABCDEFG0abcdefghijkl'),
  made('npm', '_abcdefghijklmnopqrstuvwxyz0123456789'),
  made('AIza', 'SyA1234567890abcdefghijklmnopqrstuv'),
  made('SG', '.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz'),
  made('sk', '_test_4eC39HqLyjWDarjtT1zdp7dc'),
  made('sk', '-proj-abcdefghijklmnopqrstuvwxyz'),
  '${random_password.p.result}',
  'x-${aws_secretsmanager_secret_version.v[0].secret_string}',
];

const NO_TEXTS: readonly string[] = [
  'postgres://app@db:5432/x',
  'http://[::1]:80/@x',
  'https://registry.npmjs.org:443/@scope/x',
  'https://a.example.com:8443,admin@example.com',
  'https://example.com/login?reset_password=true',
  'password=$DB_PASSWORD',
  'http://proxy:3128',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  '-----BEGIN PUBLIC KEY-----',
  base64('-----BEGIN CERTIFICATE-----\nMIIE'),
  '${random_password.p.id}',
  'risk-assessment-of-everything-that-is-there',
];

for (const text of TEXTS) test(`a secret: ${text.slice(0, 12)}… of ${text.length}`, (t) => t.truthy(secretText(text)));
for (const text of NO_TEXTS) test(`no secret: ${text}`, (t) => t.is(secretText(text), null));

const NAMES: readonly (readonly [name: string, value: string, likely: 'name' | 'key' | null])[] = [
  ['DB_PASS', 'hunter2', 'name'],
  ['ROOT_PW', 'hunter2', 'name'],
  ['DB_PWD', 'hunter2', 'name'],
  ['dbPassword', 'hunter2', 'name'],
  ['spring.datasource.password', 'x1', 'name'],
  ['DB_PASSWORD', '123456', 'name'],
  ['API_TOKENS', 'aabb,ccdd', 'name'],
  ['API_KEY_V2', 'aabb', 'name'],
  ['TOKEN_PREVIOUS', 'aabb', 'name'],
  ['API_KEY', '${aws_api_gateway_api_key.k.value}', 'name'],
  ['SESSION_SALT', 'b4f9c2', 'key'],
  ['COOKIE_KEY', 'b4f9c2', 'key'],
  ['PWD', '/srv/app', null],
  ['DB_SECRET', '${aws_secretsmanager_secret.db.arn}', null],
  ['DB_SECRET', 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x', null],
  ['API_KEY', '/shop/api-key', null],
  ['DB_PASSWORD_FILE', '/run/secrets/db', null],
  ['PASSWORD_MIN_LENGTH', '12', null],
  ['ASK_PASSWORD', 'false', null],
  ['MAX_TOKENS', '4096', null],
  ['KMS_KEY', 'alias/app', null],
  ['S3_KEY', 'a/b.zip', null],
  ['JWT_PUBLIC_KEY', 'MIIB', null],
  ['BYPASS', 'lane', null],
  ['COMPASS', 'north', null],
];

test('a name and its value', (t) => {
  for (const [name, value, likely] of NAMES) t.is(secretName(name, value), likely, `${name}=${value}`);
});
