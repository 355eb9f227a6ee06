import test from 'ava';
import type { Action } from '../../topology.ts';
import { BLUE, forward, GREEN, PRODUCTION, RULE, TO_BLUE } from '../codedeploy/testing/builders.ts';
import { ApiError } from '../contracts.ts';
import { createTrafficControl, LiveActions } from './traffic-control.ts';

function control(actions: readonly Action[] = TO_BLUE, defaultActions: readonly Action[] = PRODUCTION.defaultActions) {
  let rule = { ...RULE, actions };
  let listener = { ...PRODUCTION, defaultActions };
  const traffic = createTrafficControl({
    listener: (arn) => (arn === listener.arn ? listener : undefined),
    rulesOf: () => [rule],
    hasGroup: (arn) => [BLUE.arn, GREEN.arn].includes(arn),
    replace({ ruleArn }, next) {
      if (ruleArn) rule = { ...rule, actions: next };
      else listener = { ...listener, defaultActions: next };
    },
  });
  return { traffic, rule: () => rule, listener: () => listener };
}
const route = { listenerArn: PRODUCTION.arn, ruleArn: RULE.arn };
const codeOf = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error);
  }
  return 'none';
};

test('routes are the rules and default action that forward to one of the groups', (t) => {
  const { traffic } = control(TO_BLUE, [forward({ [GREEN.arn]: 3, other: 1 })]);
  t.deepEqual(
    traffic.routes(PRODUCTION.arn, [BLUE.arn, GREEN.arn]).map(({ ruleArn, weights }) => [ruleArn, weights]),
    [
      [RULE.arn, { [BLUE.arn]: 1 }],
      [null, { [GREEN.arn]: 3, other: 1 }],
    ],
  );
  t.deepEqual(traffic.routes('none', [BLUE.arn]), []);
  t.deepEqual(control().traffic.routes(PRODUCTION.arn, [GREEN.arn]), []);
});

test('weights replace the forward action alone; stickiness stays', (t) => {
  const sticky: Action = { type: 'forward', targetGroups: [{ arn: BLUE.arn, weight: 1 }], stickinessSeconds: 60 };
  const { traffic, rule } = control([sticky]);
  traffic.setWeights(route, { [BLUE.arn]: 90, [GREEN.arn]: 10 });
  t.deepEqual(rule().actions, [
    {
      type: 'forward',
      targetGroups: [
        { arn: BLUE.arn, weight: 90 },
        { arn: GREEN.arn, weight: 10 },
      ],
      stickinessSeconds: 60,
    },
  ]);
});

test('what a route had puts it back', (t) => {
  const { traffic, rule } = control();
  const [before] = traffic.routes(PRODUCTION.arn, [BLUE.arn]);
  traffic.setWeights(route, { [GREEN.arn]: 100 });
  traffic.setActions(route, before!.actions);
  t.deepEqual(rule().actions, TO_BLUE);
});

test('refused in AWS’s words, and nothing changes', (t) => {
  const { traffic, rule } = control();
  t.is(
    codeOf(() => traffic.setWeights({ listenerArn: 'x', ruleArn: null }, {})),
    'ListenerNotFound',
  );
  t.is(
    codeOf(() => traffic.setWeights({ ...route, ruleArn: 'x' }, {})),
    'RuleNotFound',
  );
  t.is(
    codeOf(() => traffic.setWeights(route, { none: 1 })),
    'TargetGroupNotFound',
  );
  for (const weight of [-1, 1000, 0.5])
    t.is(
      codeOf(() => traffic.setWeights(route, { [BLUE.arn]: weight })),
      'ValidationError',
    );
  t.deepEqual(rule().actions, TO_BLUE);
});

const shifted = [forward({ [BLUE.arn]: 0, [GREEN.arn]: 100 })];
const ignoring = { ...RULE, ignoreChanges: ['action'] };

test('an apply puts live actions back, unless it ignores them', (t) => {
  const live = new LiveActions([], () => undefined);
  live.changed(RULE, shifted);
  t.deepEqual(live.onPut(ignoring, 'action', TO_BLUE, shifted), shifted);
  t.is(live.saved().length, 1);
  t.deepEqual(live.onPut(RULE, 'action', TO_BLUE, shifted), TO_BLUE);
  t.is(live.saved().length, 0);
});

test('a new rule is as the stacks say, whatever it ignores', (t) => {
  t.deepEqual(new LiveActions([], () => undefined).onPut(ignoring, 'action', TO_BLUE, null), TO_BLUE);
});

test('after a kill live actions come back once, where nothing has changed or they are ignored', (t) => {
  const saved = { arn: RULE.arn, digest: RULE.digest, actions: shifted };
  const make = (digest: string) => new LiveActions([{ ...saved, digest }], () => undefined);
  t.deepEqual(make(RULE.digest).onPut(RULE, 'action', TO_BLUE, null), shifted);
  t.deepEqual(make('other').onPut(RULE, 'action', TO_BLUE, null), TO_BLUE);
  t.deepEqual(make('other').onPut(ignoring, 'action', TO_BLUE, null), shifted);
  const once = make(RULE.digest);
  t.is(once.saved().length, 1, 'what is still to come back is saved again');
  once.onPut(RULE, 'action', TO_BLUE, null);
  once.removed(RULE.arn);
  t.deepEqual(once.onPut(RULE, 'action', TO_BLUE, null), TO_BLUE);
});
