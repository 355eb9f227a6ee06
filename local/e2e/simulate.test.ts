/** `simulate` as a user runs it: results, refusals, exit codes. */
import test from 'ava';
import { start } from './cutover.ts';

const run = (...args: string[]) => start(['simulate', ...args]).finished;

test('a day of 10,000 tasks on 1,000 instances, as text', async (t) => {
  const { code, stdout } = await run('--tasks', '10000', '--instances', '1000');
  t.is(code, 0);
  t.regex(stdout, /at most 10,000 tasks on 1,000 instances/);
  t.regex(stdout, /EC2 m5\.xlarge: [\d,]+ instance-hours × \$0\.192/);
  t.regex(stdout, /Bottleneck {2}service-\d: /);
});

test('as JSON, of the stacks', async (t) => {
  const { code, stdout } = await run('--stage', 'microservices', '--system', 'forum', '--hours', '2', '--json');
  t.is(code, 0, stdout);
  const result = JSON.parse(stdout);
  t.is(result.version, 1);
  t.is(result.minutes.length, 120);
  t.true(result.input.services.some((s: { name: string }) => s.name.includes('threads')));
  t.deepEqual(Object.keys(result).slice(0, 3), ['version', 'input', 'notes']);
});

for (const [args, exit, message] of [
  [['--profile', 'tide'], 2, /BAD_FLAG: --profile: there is no such profile/],
  [['--tasks', '0'], 2, /whole number from 1/],
  [['--instance-type', 'x9.huge'], 2, /size or price of this instance type/],
  [['--peak-rate', '-1'], 2, /number above 0/],
  [['--synth', 'no-such-folder'], 3, /no-such-folder/],
] as const)
  test(`refused: simulate ${args.join(' ')}`, async (t) => {
    const { code, stderr } = await run(...args);
    t.is(code, exit);
    t.regex(stderr, message);
  });
