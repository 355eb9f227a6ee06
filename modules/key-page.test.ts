import test from 'ava';
import { KeyPage, type KeyPageProps } from './key-page.ts';
import { refuses, synth } from './testing/synth.ts';

const PROPS: KeyPageProps = {
  listenerArn: 'arn:listener',
  priority: 10,
  keyParameter: '/interstella/fulfillment-api-key',
  topics: ['interstella-Orders', 'interstella-Iridium', 'interstella-Magnesite'],
};
const page = (props: Partial<KeyPageProps> = {}) =>
  synth((stack) => void new KeyPage(stack, 'page', { ...PROPS, ...props })).one('aws_lb_listener_rule');

test('the load balancer answers the page itself: where the key is, and the topics', (t) => {
  const { condition, action, priority, listener_arn } = page();
  t.is(priority, 10);
  t.is(listener_arn, 'arn:listener');
  t.deepEqual(condition, [{ path_pattern: { values: ['/getkey.html'] } }]);
  t.like(action[0], { type: 'fixed-response', fixed_response: { status_code: '200', content_type: 'text/html' } });
  const body: string = action[0].fixed_response.message_body;
  t.true(body.length <= 1024, String(body.length));
  for (const text of [PROPS.keyParameter, ...PROPS.topics, 'x-api-key', 'aws sns subscribe'])
    t.true(body.includes(text), text);
});

test('another path', (t) => {
  t.deepEqual(page({ path: '/key' }).condition, [{ path_pattern: { values: ['/key'] } }]);
});

for (const [what, props, named] of [
  ['a priority of 0', { priority: 0 }, 'priority'],
  ['a path without a slash', { path: 'getkey.html' }, 'path'],
  ['markup in the parameter', { keyParameter: '/a<b>' }, 'keyParameter'],
  ['markup in a topic', { topics: ['<script>'] }, 'topics'],
  [
    'a page that is too long',
    { topics: Array.from({ length: 20 }, (_, i) => `topic-${i}-${'x'.repeat(40)}`) },
    'topics',
  ],
] as const)
  test(`refused: ${what}`, (t) => {
    refuses(t, [named], (stack) => void new KeyPage(stack, 'page', { ...PROPS, ...(props as object) }));
  });
