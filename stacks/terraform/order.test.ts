import test from 'ava';
import { chain, outOfOrder } from './order.ts';

const SAID = [
  'shop  aws_lb_listener_rule.cart_rule_0A (cart/rule): Creating...',
  'shop  aws_sns_topic_subscription.told: Creating...',
  'shop  aws_lb_listener_rule.cart_rule_0A (cart/rule): Creation complete after 0s [id=arn:aws:x]',
  'shop  aws_ecs_service.cart_service_0B: Modifying... [id=arn:aws:ecs:y]',
  'shop  aws_ecs_service.cart_service_0B: Still modifying... [id=arn:aws:ecs:y, 10s elapsed]',
  'shop  aws_ecs_service.cart_service_0B: Modifications complete after 11s',
].join('\n');

const RULE = 'aws_lb_listener_rule.cart';
const SERVICE = 'aws_ecs_service.cart';
const TOLD = 'aws_sns_topic_subscription.told';

test('what is done before the next begins is in order', (t) => {
  t.deepEqual(outOfOrder(SAID, chain(RULE, SERVICE)), []);
});

test('what begins too early is told, and so is what was not done, or not begun', (t) => {
  t.deepEqual(outOfOrder(SAID, chain(RULE, TOLD)), [{ first: RULE, next: TOLD }]);
  t.deepEqual(outOfOrder(SAID, chain(SERVICE, RULE)), [{ first: SERVICE, next: RULE }]);
  t.is(outOfOrder(SAID, chain(TOLD, SERVICE)).length, 1);
  t.is(outOfOrder(SAID, chain(RULE, 'aws_lb.cart')).length, 1);
  t.is(outOfOrder('', chain(RULE, SERVICE, TOLD)).length, 2);
});
