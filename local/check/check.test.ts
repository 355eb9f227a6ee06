/** What the reader refuses is told beside what the rules find; nothing ends a check, and no secret gets out. */
import test from 'ava';
import fc from 'fast-check';
import { checkStacks } from './check.ts';
import { type CheckReport, SEVERITIES } from './contracts.ts';
import { add, type Change, container, rawOf, setEnvironment, soundStack, the } from './testing/system.ts';

function checked(change: Change, options: Parameters<typeof checkStacks>[1] = {}): CheckReport {
  const stack = soundStack();
  change(stack);
  return checkStacks(rawOf(stack), options);
}

const short = (report: CheckReport): string[] => report.findings.map((f) => `${f.severity} ${f.rule} ${f.address}`);

test('a refusal that a rule knows is that rule’s finding, once', (t) => {
  const report = checked((s) => {
    const service = the(s, 'aws_ecs_service', 'orders');
    Object.assign(service, { deployment_minimum_healthy_percent: 100, deployment_maximum_percent: 100 });
  });
  t.deepEqual(short(report), ['error deployment-percentages test/aws_ecs_service.orders']);
  t.false(report.passed);
});

test('refusals and findings of every rule come at once', (t) => {
  const report = checked((s) => {
    the(s, 'aws_lb_listener_rule', 'api')['priority'] = 10;
    the(s, 'aws_lb_listener_rule', 'shop')['priority'] = 60_000;
    delete the(s, 'aws_ecs_service', 'orders')['deployment_circuit_breaker'];
    setEnvironment(s, 'api', { DB_PASSWORD: 'hunter2' });
  });
  t.deepEqual(
    short(report).map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['error not-accepted', 'error not-accepted', 'error secret-in-environment', 'warning circuit-breaker-off'],
  );
});

test('what AWS takes and a local plane does not run is no error', (t) => {
  const report = checked((s) => {
    the(s, 'aws_lb', 'main')['load_balancer_type'] = 'gateway';
    the(s, 'aws_ecs_service', 'orders')['service_connect_configuration'] = { enabled: true };
    add(s, 'aws_wafv2_web_acl', 'w', { name: 'w', scope: 'REGIONAL' });
    add(s, 'aws_wafv2_web_acl_association', 'w', {
      resource_arn: '${aws_lb.main.arn}',
      web_acl_arn: '${aws_wafv2_web_acl.w.arn}',
    });
    the(s, 'aws_lb', 'main')['tags'] = { capacity: '${aws_wafv2_web_acl.w.capacity}' };
  });
  t.true(report.passed, short(report).join('\n'));
  const types = new Set(report.findings.map((f) => f.rule));
  t.deepEqual([...types], ['not-checked']);
  t.true(report.findings.some((f) => f.address === 'test/aws_wafv2_web_acl.w'));
  t.true(report.findings.some((f) => f.address === 'test/aws_lb.main.load_balancer_type'));
});

test('a type that is allowed is passed over in silence', (t) => {
  const change: Change = (s) => add(s, 'aws_thing', 'x', { name: 'x' });
  t.deepEqual(short(checked(change)), ['advice not-checked test/aws_thing.x']);
  t.deepEqual(short(checked(change, { allow: ['aws_thing'] })), []);
});

test('a reference to nothing is an error; a name of elsewhere is a warning', (t) => {
  const nothing = checked((s) => {
    the(s, 'aws_lb_listener_rule', 'api')['listener_arn'] = '${aws_lb_listener.gone.arn}';
  });
  t.true(
    short(nothing).includes('error not-accepted test/aws_lb_listener_rule.api.listener_arn'),
    short(nothing).join('\n'),
  );
  const elsewhere = checked((s) => {
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/x/1/2';
    the(s, 'aws_lb_listener_rule', 'api')['listener_arn'] = arn;
  });
  t.true(short(elsewhere).includes('warning not-accepted test/aws_lb_listener_rule.api.listener_arn'));
  t.true(elsewhere.passed);
});

test('what a data source does not find may be elsewhere: a warning', (t) => {
  const data = { aws_ecs_cluster: { shared: { cluster_name: 'shared' } } };
  const report = checkStacks(rawOf(soundStack(), { data }));
  t.deepEqual(short(report), ['warning not-accepted test/data.aws_ecs_cluster.shared']);
});

test('what follows from a type that is not run here is no error either', (t) => {
  const report = checked((s) => {
    const forward = (the(s, 'aws_lb_listener', 'main')['default_action'] as object[])[0];
    the(s, 'aws_lb_listener', 'main')['default_action'] = [
      { type: 'authenticate-oidc', order: 1, authenticate_oidc: { issuer: 'https://i' } },
      { ...forward, order: 2 },
    ];
    add(s, 'aws_lb_target_group', 'functions', { name: 'functions', target_type: 'lambda' });
  });
  t.deepEqual(
    short(report).filter((line) => !line.startsWith('advice ')),
    [],
  );
});

test('what a module gives is not known, and that is told of the module once', (t) => {
  const module = { vpc: { source: 'terraform-aws-modules/vpc/aws' } };
  const tags = { Network: '${module.vpc.vpc_id}', Zones: '${module.vpc.azs[0]}' };
  const report = checkStacks(rawOf({ aws_sqs_queue: { q: { name: 'q', tags } } }, { module }));
  t.deepEqual(short(report), ['advice not-checked test/module.vpc']);
});

test('strict: warnings fail, advice does not', (t) => {
  const warned: Change = (s) => delete the(s, 'aws_ecs_service', 'orders')['deployment_circuit_breaker'];
  t.true(checked(warned).passed);
  t.false(checked(warned, { strict: true }).passed);
  const advised: Change = (s) => delete container(s, 'api')['logConfiguration'];
  t.deepEqual(short(checked(advised)).length, 1);
  t.true(checked(advised, { strict: true }).passed);
});

test('no finding repeats a secret', (t) => {
  const secret = 'correct-horse-battery-staple';
  const report = checked((s) => {
    setEnvironment(s, 'api', { DB_PASSWORD: secret, URL: `postgres://user:${secret}@db/x`, COOKIE_KEY: secret });
    container(s, 'api')['command'] = [`postgres://user:${secret}@db/x`];
    add(s, 'aws_ssm_parameter', 'key', { name: '/api-key', type: 'SecureString', value: secret });
    add(s, 'aws_ssm_parameter', 'clear', { name: '/api-token', type: 'String', value: secret });
  });
  t.is(report.findings.filter((f) => /secret|parameter-in-clear/.test(f.rule)).length, 6, short(report).join('\n'));
  t.false(JSON.stringify(report).includes(secret));
});

test('a variable without value is told, and one with a value is used', (t) => {
  const raw = rawOf(soundStack(), { variable: { size: { type: 'number' } } });
  t.deepEqual(short(checkStacks(raw)), ['error not-accepted test/var.size']);
  t.deepEqual(short(checkStacks(raw, { variables: { size: 3 } })), []);
});

const RUNS = 120;
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', 'x', [], {}, [null], [[]], [{}], { a: 1 }),
  fc.constantFrom<unknown>('${', '${nothing.x}', '${self.x}', '${jsonencode({})}', 'arn:aws:x', 'a'.repeat(2000)),
);

/** Replaces what lies at the end of a walk that the steps choose. */
function mutate(top: Record<string, unknown>, steps: readonly number[], value: unknown): void {
  let at = top;
  for (const [i, step] of steps.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const inner = at[key];
    if (i === steps.length - 1 || inner === null || typeof inner !== 'object') {
      at[key] = value;
      return;
    }
    at = inner as Record<string, unknown>;
  }
}

test('property: whatever is changed anywhere, the check ends with findings that explain themselves', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { minLength: 2, maxLength: 9 }), odd, (steps, value) => {
      const report = checked((s) => mutate(s, steps, value));
      for (const f of report.findings) {
        t.true(SEVERITIES.includes(f.severity));
        t.true(Boolean(f.rule && f.address && f.message && f.text && f.fix), JSON.stringify(f));
      }
      t.is(report.passed, report.counts.error === 0);
    }),
    { numRuns: RUNS },
  );
});

test('where a resource cannot be evaluated, nothing else is told to be missing because of it', (t) => {
  const report = checked((s) => {
    the(s, 'aws_sqs_queue_policy', 'lost')['policy'] = '${nothing.x}';
    the(s, 'aws_lb', 'main')['subnets'] = ['${aws_subnet.a.id}'];
  });
  t.regex(report.findings.at(-1)?.message ?? '', /not asked because of it: dead-letter-closed$/);
  t.deepEqual(short(report), [
    'error balancer-zones test/aws_lb.main.subnets',
    'error not-accepted test/aws_sqs_queue_policy.lost.policy',
    'advice not-checked test/aws_sqs_queue_policy.lost',
  ]);
});

test('what nothing looks at and cannot be evaluated leaves the rest of its resource', (t) => {
  const report = checked((s) => {
    const lb = the(s, 'aws_lb', 'main');
    lb['tags'] = { made: '${timestamp()}' };
    lb['subnets'] = ['${aws_subnet.a.id}'];
  });
  t.deepEqual(short(report), [
    'error balancer-zones test/aws_lb.main.subnets',
    'advice not-checked test/aws_lb.main.tags.made',
  ]);
});

test('deployments to servers, unknown instance types and slips of the pen', (t) => {
  const report = checked((s) => {
    add(s, 'aws_codedeploy_app', 'servers', { name: 'servers' });
    add(s, 'aws_codedeploy_deployment_group', 'servers', {
      app_name: '${aws_codedeploy_app.servers.name}',
      deployment_group_name: 'servers',
      service_role_arn: 'arn:aws:iam::000000000000:role/deploy',
      ec2_tag_filter: [{ key: 'a', type: 'KEY_ONLY' }],
      auto_rollback_configuration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    });
    the(s, 'aws_launch_template', 't')['instance_type'] = 'x9z.huge';
    the(s, 'aws_lb', 'main')['idle_timout'] = 30;
  });
  t.true(report.passed, short(report).join('\n'));
  t.deepEqual(
    short(report).filter((line) => !/^advice (not-checked|no-deployment-alarms|no-termination-wait) /.test(line)),
    ['warning not-checked test/aws_lb.main.idle_timout'],
  );
});

test('a cluster whose instances no stack makes is warned of; a cron of five fields is an error', (t) => {
  const report = checked((s) => {
    delete s['aws_autoscaling_group'];
    add(s, 'aws_appautoscaling_scheduled_action', 'night', {
      name: 'night',
      service_namespace: 'ecs',
      scalable_dimension: 'ecs:service:DesiredCount',
      resource_id: '${aws_appautoscaling_target.api.resource_id}',
      schedule: 'cron(0 22 * * ?)',
      scalable_target_action: { min_capacity: '2', max_capacity: '2' },
    });
  });
  t.deepEqual(short(report), [
    'error not-accepted test/aws_appautoscaling_scheduled_action.night.schedule',
    'warning desired-count-fits test/aws_ecs_service.orders',
  ]);
});
