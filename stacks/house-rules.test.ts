import test from 'ava';
import { Estate } from '../modules/rules/estate.ts';
import { violationsIn } from '../modules/rules/house-rules.ts';
import { ENVIRONMENT_NAMES, ENVIRONMENTS } from './environments.ts';
import { RULE_EXCEPTIONS } from './rule-exceptions.ts';
import { SCALE_NAMES } from './scales.ts';
import { readSettings, type Settings } from './settings.ts';
import { STAGE_NAMES } from './stages.ts';
import { stacksFrom } from './testing/stacks.ts';

const estateOf = (settings: Settings): Estate =>
  new Estate(Object.fromEntries(Object.entries(stacksFrom(settings)).map(([name, { json }]) => [name, json])));

for (const environment of ENVIRONMENT_NAMES) {
  test(`${environment}: every stage of both systems keeps the house rules, but for the exceptions`, (t) => {
    for (const stage of STAGE_NAMES) {
      const env = { CUTOVER_SYSTEM: 'all', CUTOVER_STAGE: stage, CUTOVER_ENVIRONMENT: environment };
      for (const CUTOVER_SCALE of SCALE_NAMES) {
        t.deepEqual(violationsIn(estateOf(readSettings({ ...env, CUTOVER_SCALE })), RULE_EXCEPTIONS), []);
      }
    }
  });
}

test('each exception is needed, and says why', (t) => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'all' });
  // The way out without NAT gateways, with a test listener that is open to everybody.
  const environment = { ...ENVIRONMENTS.dev, egress: 'endpoints', testListenerCidrBlocks: ['0.0.0.0/0'] } as const;
  const found = violationsIn(estateOf({ ...settings, environment }));
  for (const { rule, address, because } of RULE_EXCEPTIONS) {
    t.true(
      found.some((violation) => violation.id === rule && address.test(violation.address)),
      `${rule} ${address}`,
    );
    t.true(because.length > 20);
  }
  t.deepEqual(violationsIn(estateOf({ ...settings, environment }), RULE_EXCEPTIONS), []);
});
