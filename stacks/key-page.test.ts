/** The key page as an option of the stacks: off by default; what it names is what the stacks have. */
import test from 'ava';
import { Estate } from '../modules/rules/estate.ts';
import { violationsIn } from '../modules/rules/violations.ts';
import { RULE_EXCEPTIONS } from './rule-exceptions.ts';
import { readSettings } from './settings.ts';
import { stacksFrom } from './testing/stacks.ts';

const stacksWith = (keyPage: boolean) => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'logistics', CUTOVER_STAGE: 'microservices' });
  const { environment } = settings;
  return stacksFrom({ ...settings, environment: { ...environment, front: { ...environment.front, keyPage } } });
};

test('by default there is no page', (t) => {
  t.deepEqual(stacksWith(false)['interstella-hq']!.all('aws_lb_listener_rule'), []);
});

test('with the option, HQ’s load balancer answers it: the key’s parameter and the topics are those of the stacks', (t) => {
  const stacks = stacksWith(true);
  const hq = stacks['interstella-hq']!;
  const rule = hq.one('aws_lb_listener_rule');
  t.deepEqual(rule.condition, [{ path_pattern: { values: ['/getkey.html'] } }]);
  const body: string = rule.action[0].fixed_response.message_body;
  t.true(hq.all('aws_ssm_parameter').some(({ name }) => body.includes(`--name ${name} `)));
  for (const { name } of stacks['interstella-topics']!.all('aws_sns_topic')) t.true(body.includes(name), name);
  t.regex(JSON.stringify(hq.json.output), /getkey\.html/);
  const json = Object.entries(stacks).map(([name, stack]) => [name, stack.json] as const);
  t.deepEqual(violationsIn(new Estate(Object.fromEntries(json)), RULE_EXCEPTIONS), []);
});
