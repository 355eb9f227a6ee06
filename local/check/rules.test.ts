/** Each rule with the stacks that fall into it, and those close by that do not. */
import test from 'ava';
import { checkStacks } from './check.ts';
import type { CheckReport } from './contracts.ts';
import { RULES } from './rules/index.ts';
import type { Case } from './testing/case.ts';
import { BALANCING } from './testing/cases/balancing.ts';
import { BLUE_GREEN } from './testing/cases/blue-green.ts';
import { CAPACITY } from './testing/cases/capacity.ts';
import { DELIVERY } from './testing/cases/delivery.ts';
import { DEPLOYMENTS } from './testing/cases/deployments.ts';
import { NETWORK } from './testing/cases/network.ts';
import { OPERATIONS } from './testing/cases/operations.ts';
import { OWN_BLUE_GREEN } from './testing/cases/own-blue-green.ts';
import { QUOTAS } from './testing/cases/quotas.ts';
import { SCALING } from './testing/cases/scaling.ts';
import { SECRETS } from './testing/cases/secrets.ts';
import { type Change, rawOf, soundStack } from './testing/system.ts';

const CASES: readonly Case[] = [
  ...DEPLOYMENTS,
  ...CAPACITY,
  ...NETWORK,
  ...BALANCING,
  ...BLUE_GREEN,
  ...OWN_BLUE_GREEN,
  ...SCALING,
  ...DELIVERY,
  ...SECRETS,
  ...OPERATIONS,
  ...QUOTAS,
];

function checked(change: Change, { bootSeconds }: Pick<Case, 'bootSeconds'> = {}): CheckReport {
  const stack = soundStack();
  change(stack);
  return checkStacks(rawOf(stack), bootSeconds ? { bootSeconds } : {});
}

test('the system that the cases change falls into nothing', (t) => {
  t.deepEqual(checked(() => undefined).findings, []);
});

test('every rule has a case, an id of its own, a page and a fix', (t) => {
  t.deepEqual(
    RULES.map((r) => r.id).filter((id) => !CASES.some((c) => c.rule === id)),
    [],
  );
  t.is(new Set(RULES.map((r) => r.id)).size, RULES.length);
  for (const rule of RULES) {
    t.regex(rule.id, /^[a-z]+(-[a-z0-9]+)*$/);
    t.regex(rule.page, /^(AAS|CD|CloudWatch|EC2|ECR|ECS|ELB|SNS|SSM|VPC) /, rule.id);
    t.true(rule.text.length > 0 && rule.fix.length > 0, rule.id);
  }
});

const told = (report: CheckReport): string =>
  report.findings.map((f) => `${f.severity} ${f.rule} ${f.address}: ${f.message}`).join('\n') || '(nothing)';

for (const [n, one] of CASES.entries()) {
  const rule = RULES.find((r) => r.id === one.rule);
  test(`${one.rule} (${n}): falls at ${one.at}`, (t) => {
    const report = checked(one.falls, one);
    const found = report.findings.filter((f) => f.rule === one.rule && f.address.includes(one.at));
    t.true(found.length > 0, told(report));
    t.is(found[0]?.severity, one.severity ?? rule?.severity, told(report));
    t.true(Boolean(found[0]?.message && found[0].fix && found[0].text));
  });
  test(`${one.rule} (${n}): spares what is close by`, (t) => {
    const report = checked(one.spares, one);
    t.deepEqual(
      report.findings.filter((f) => f.rule === one.rule),
      [],
      told(report),
    );
    // What is spared is no stack that the resolver could not read.
    t.deepEqual(
      report.findings.filter((f) => f.rule === 'not-accepted'),
      [],
      told(report),
    );
  });
}
