import test from 'ava';
import { POLICY_EXCEPTIONS } from './exceptions.ts';
import {
  type CheckovResult,
  described,
  findingsIn,
  type JudgedStack,
  judge,
  type PolicyException,
} from './findings.ts';
import { VARIANTS, type Variant } from './variants.ts';

const variant = (name: string): Variant => VARIANTS.find((candidate) => candidate.name === name) as Variant;
const DEV = variant('dev-monolith');
const PROD = variant('prod-monolith');
const FRONT = variant('dev-monolith-front');

const STACK: JudgedStack = {
  stack: 'edge',
  variants: [DEV, PROD],
  json: {
    resource: { aws_lb: { balancer: {}, both: {} }, aws_lb_listener: { both: {} } },
    data: { aws_availability_zones: { zones: {} } },
  },
};
const result = (resource: string, check_id = 'CKV_1'): CheckovResult => ({
  check_id,
  check_name: 'what must hold',
  resource,
  file_path: '/edge-1/cdk.tf.json',
});
const found = (...results: CheckovResult[]) => findingsIn(results, { 'edge-1': STACK });
const exception = (extra: Partial<PolicyException> = {}): PolicyException => ({
  check: 'CKV_1',
  address: /^edge\/aws_lb\.balancer$/,
  because: 'x',
  ...extra,
});

test('a finding is of every variant that has the stack, once, at its Terraform address', (t) => {
  const findings = found(result('resource.balancer'), result('aws_lb.balancer'), result('data.zones'));
  t.deepEqual(
    findings.map(({ address, variant: { name } }) => [address, name]),
    [
      ['edge/aws_lb.balancer', 'dev-monolith'],
      ['edge/aws_lb.balancer', 'prod-monolith'],
      ['edge/data.aws_availability_zones.zones', 'dev-monolith'],
      ['edge/data.aws_availability_zones.zones', 'prod-monolith'],
    ],
  );
  t.deepEqual(described(findings)[0], 'edge/aws_lb.balancer: CKV_1, what must hold (dev-monolith, prod-monolith)');
});

test('a name of two types stays as checkov says it, and so meets no exception by accident', (t) => {
  t.is(found(result('resource.both'))[0]?.address, 'edge/resource.both');
});

test('a result of a file that was not given is an error', (t) => {
  t.throws(() => findingsIn([result('aws_lb.balancer')], {}), { message: /not given/ });
});

test('an exception is for one check, the addresses and the variants that it names', (t) => {
  const findings = found(result('aws_lb.balancer'));
  t.deepEqual(judge(findings, [exception()]), { unexplained: [], unused: [] });
  const left = (extra: Partial<PolicyException>) =>
    judge(findings, [exception(extra)]).unexplained.map(({ variant: { name } }) => name);
  t.deepEqual(left({ check: 'CKV_2' }), ['dev-monolith', 'prod-monolith']);
  t.deepEqual(left({ address: /^hq\// }), ['dev-monolith', 'prod-monolith']);
  t.deepEqual(left({ where: { environment: 'dev' } }), ['prod-monolith']);
  t.deepEqual(left({ where: { front: true } }), ['dev-monolith', 'prod-monolith']);
  t.deepEqual(judge([{ ...findings[0]!, variant: FRONT }], [exception({ where: { front: true } })]).unexplained, []);
});

test('an exception that nothing needs is told', (t) => {
  const unneeded = exception({ where: { front: true } });
  t.deepEqual(judge(found(result('aws_lb.balancer')), [exception(), unneeded]).unused, [unneeded]);
});

test('the exceptions: each has a check, a reason in words, and is not said twice', (t) => {
  for (const { check, because } of POLICY_EXCEPTIONS) {
    t.regex(check, /^CKV2?_AWS_\d+$/);
    t.true(because.length > 40, `${check}: ${because}`);
  }
  const keys = POLICY_EXCEPTIONS.map(({ check, address, where }) => JSON.stringify([check, String(address), where]));
  t.is(new Set(keys).size, keys.length);
});

test('every stage of both environments is there, bare and with everything in front', (t) => {
  t.is(VARIANTS.length, 17);
  t.is(new Set(VARIANTS.map(({ name }) => name)).size, VARIANTS.length);
  t.is(VARIANTS.filter(({ front }) => front).length, 8);
});
