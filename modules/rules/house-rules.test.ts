import { readdir, rm } from 'node:fs/promises';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { Lb } from '@cdktf/provider-aws/lib/lb/index.js';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import test from 'ava';
import { type App, TerraformStack, Testing } from '../cdktf.ts';
import { Estate } from './estate.ts';
import { BrokenRulesError, keepHouseRules } from './house-rules.ts';
import type { RuleException } from './rule.ts';
import { violationsIn } from './violations.ts';

const folders: string[] = [];
test.after.always(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** Two stacks, each of which breaks a rule. */
const broken = (exceptions: readonly RuleException[] = []): App => {
  const app = Testing.app({ stackTraces: false, fakeCdktfJsonPath: false });
  folders.push(app.outdir);
  const stack = (id: string): TerraformStack => {
    const made = new TerraformStack(app, id);
    new AwsProvider(made, 'aws');
    return made;
  };
  new CloudwatchLogGroup(stack('logs'), 'group', { name: 'g' });
  new Lb(stack('edge'), 'balancer', { name: 'b' });
  keepHouseRules(app, exceptions);
  return app;
};

test('synthesis tells every broken rule of every stack at once, and writes nothing', async (t) => {
  const app = broken();
  const error = t.throws(() => app.synth(), { instanceOf: BrokenRulesError });
  t.deepEqual(
    error?.violations.map(({ id, address }) => [id, address]),
    [
      ['log-groups-expire', 'logs/aws_cloudwatch_log_group.group.retention_in_days'],
      ['load-balancers-drop-invalid-headers', 'edge/aws_lb.balancer.drop_invalid_header_fields'],
    ],
  );
  t.is(
    error?.message.split('\n').slice(0, 4).join('\n'),
    [
      'logs/aws_cloudwatch_log_group.group.retention_in_days: breaks log-groups-expire',
      '  value: null',
      '  rule:  a log group says how long it keeps, else it keeps and costs for ever (Logs PutRetentionPolicy)',
      '  fix:   set a number of days, such as 30',
    ].join('\n'),
  );
  t.false((await readdir(app.outdir)).includes('manifest.json'));
});

test('an exception is for one rule and the addresses that it names', (t) => {
  const because = 'the test';
  const excepted = (exceptions: readonly RuleException[]): string[] => {
    const error = t.throws(() => broken(exceptions).synth(), { instanceOf: BrokenRulesError });
    return error?.violations.map(({ id }) => id) ?? [];
  };
  t.deepEqual(excepted([{ rule: 'log-groups-expire', address: /^logs\//, because }]), [
    'load-balancers-drop-invalid-headers',
  ]);
  t.is(excepted([{ rule: 'log-groups-expire', address: /^edge\//, because }]).length, 2);
});

test('what keeps the rules is synthesized', async (t) => {
  const app = broken([
    { rule: 'log-groups-expire', address: /./, because: 'the test' },
    { rule: 'load-balancers-drop-invalid-headers', address: /./, because: 'the test' },
  ]);
  t.notThrows(() => app.synth());
  t.true((await readdir(app.outdir)).includes('manifest.json'));
});

test('an empty estate breaks nothing', (t) => {
  t.deepEqual(violationsIn(new Estate({})), []);
});
