import test from 'ava';
import { baseUrl, ConfigError, flag, integer, list, oneOf, readConfig, text } from './config.ts';

const settings = {
  PORT: integer({ min: 0, max: 65_535, default: 5_000 }),
  WAIT_MS: integer({ min: 1, max: 10, default: 5, unit: 'milliseconds' }),
  UNSIGNED: flag(),
  LEVEL: oneOf(['info', 'debug'] as const, 'info'),
  ENDPOINT: baseUrl({ what: 'the API' }),
  MAYBE: baseUrl({ what: 'the other API', optional: true }),
  KEY: text({ pattern: /^\w{4,}$/, rule: 'four characters', fix: 'set it', secret: true }),
  KEYS: list({ entry: /^\w+$/, rule: 'a list', fix: 'set it', atLeast: 1 }),
};
const good = { ENDPOINT: 'hq.example', KEY: 'abcd', KEYS: 'a, b,' };
const read = (env: Record<string, string | undefined>) => readConfig({ service: 'test', settings, env });

test('defaults, lists and addresses without a scheme', (t) => {
  t.deepEqual(read(good), {
    PORT: 5_000,
    WAIT_MS: 5,
    UNSIGNED: false,
    LEVEL: 'info',
    ENDPOINT: 'http://hq.example',
    MAYBE: null,
    KEY: 'abcd',
    KEYS: ['a', 'b'],
  });
  t.is(read({ ...good, ENDPOINT: 'https://hq.example:8443/v1/' }).ENDPOINT, 'https://hq.example:8443/v1');
  t.true(read({ ...good, UNSIGNED: 'TRUE' }).UNSIGNED);
});

test('an empty variable counts as not set', (t) => {
  t.is(read({ ...good, PORT: '' }).PORT, 5_000);
  t.throws(() => read({ ...good, KEY: '' }), { instanceOf: ConfigError });
});

test('every bad variable is named at once, with value, rule and fix; secrets are not shown', (t) => {
  const error = t.throws(
    () =>
      read({
        PORT: '70000',
        WAIT_MS: '1.5',
        UNSIGNED: 'maybe',
        LEVEL: 'loud',
        ENDPOINT: 'ftp://x',
        KEY: 'a b',
        KEYS: ',',
      }),
    { instanceOf: ConfigError },
  );
  t.deepEqual(
    error.badVariables.map((bad) => bad.variable),
    ['PORT', 'WAIT_MS', 'UNSIGNED', 'LEVEL', 'ENDPOINT', 'KEY', 'KEYS'],
  );
  t.true(error.badVariables.every((bad) => bad.rule !== '' && bad.fix !== ''));
  t.is(error.badVariables[0]?.value, '70000');
  t.false(error.message.includes('a b'));
  t.regex(
    error.message,
    /INVALID_CONFIG: WAIT_MS\n {2}value: "1.5"\n {2}rule: {2}a whole number of milliseconds from 1 to 10/,
  );
});

for (const bad of ['http://user:pw@hq', 'http://hq/?q', 'http://hq/#f', 'http://', 'h q', 'javascript:alert(1)']) {
  test(`an address that is refused: ${bad}`, (t) => {
    t.throws(() => read({ ...good, ENDPOINT: bad }), { instanceOf: ConfigError });
  });
}

for (const bad of ['-1', '1e3', '0x10', ' 5', '5 ', 'NaN', '9'.repeat(16)]) {
  test(`a number that is refused: "${bad}"`, (t) => {
    t.throws(() => read({ ...good, PORT: bad }), { instanceOf: ConfigError });
  });
}

test('rules between settings are reported beside the others', (t) => {
  const check = () => [{ variable: 'REGION', value: null, rule: 'needed', fix: 'set it' }];
  const error = t.throws(() => readConfig({ service: 'test', settings, env: { ...good, PORT: 'x' }, check }), {
    instanceOf: ConfigError,
  });
  t.deepEqual(
    error.badVariables.map((bad) => bad.variable),
    ['PORT', 'REGION'],
  );
});
