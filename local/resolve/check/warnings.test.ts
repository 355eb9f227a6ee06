import test from 'ava';
import { resolve } from '../index.ts';
import { goldenInput, type Resources } from '../testing/golden-input.ts';

/** Subjects and reasons of what is warned of, once the golden system has been changed. */
async function warned(name: string, change: (resources: Resources) => void): Promise<string[]> {
  const input = await goldenInput(name);
  try {
    change(input.resources);
    const { notes } = resolve(input.raw());
    return notes.filter((n) => n.subject.startsWith('golden/')).map((n) => `${n.subject}: ${n.reason}`);
  } finally {
    input.remove();
  }
}

const body = (resources: Resources, type: string, name: string): Record<string, unknown> =>
  resources[type]?.[name] ?? {};

test('a system as it should be is warned of nothing', async (t) => {
  t.deepEqual(await warned('blue-green-service', () => undefined), []);
});

test('a CODE_DEPLOY service without a deployment group', async (t) => {
  const found = await warned('blue-green-service', (r) => {
    delete r['aws_codedeploy_deployment_group'];
    delete r['aws_lambda_function'];
  });
  t.is(found.length, 1);
  t.regex(found[0] ?? '', /^golden\/aws_ecs_service\.s: no deployment group/);
});

test('what Terraform does not send of a daemon', async (t) => {
  const found = await warned('daemon-service', () => undefined);
  t.deepEqual(found, [
    'golden/aws_ecs_service.agent.desired_count: Terraform does not send it with DAEMON',
    'golden/aws_ecs_service.agent.deployment_maximum_percent: Terraform does not send it with DAEMON',
  ]);
});

test('what the next apply would revert, or fail to', async (t) => {
  const found = await warned('blue-green-service', (r) => {
    delete body(r, 'aws_ecs_service', 's')['lifecycle'];
    delete body(r, 'aws_lb_listener', 'main')['lifecycle'];
  });
  t.deepEqual(
    found.map((f) => f.split(':')[0]),
    ['golden/aws_ecs_service.s.lifecycle', 'golden/aws_lb_listener.main.lifecycle'],
  );
});

test('test traffic that reaches no task, alarms and hooks that nobody declares', async (t) => {
  const found = await warned('blue-green-service', (r) => {
    body(r, 'aws_lb_listener', 'test')['default_action'] = [
      { type: 'fixed-response', fixed_response: { content_type: 'text/plain', status_code: '404' } },
    ];
    const group = body(r, 'aws_codedeploy_deployment_group', 'g');
    group['alarm_configuration'] = { enabled: true, ignore_poll_alarm_failure: true, alarms: ['nobody'] };
    r['aws_ssm_parameter'] = {
      known: { name: '/known', type: 'String', value: JSON.stringify({ Hooks: [{ AfterInstall: 'hook' }] }) },
      lost: { name: '/lost', type: 'String', value: JSON.stringify({ Hooks: [{ AfterInstall: 'gone' }] }) },
      text: { name: '/text', type: 'String', value: 'not JSON, and yet "Hooks"' },
    };
  });
  t.deepEqual(
    found.map((f) => f.split(':')[0]),
    [
      'golden/aws_codedeploy_deployment_group.g.test_traffic_route',
      'golden/aws_codedeploy_deployment_group.g.alarm_configuration',
      'golden/aws_ssm_parameter.lost',
    ],
  );
});

test('rolling settings under CodeDeploy are listed', async (t) => {
  const found = await warned('blue-green-service', (r) => {
    const service = body(r, 'aws_ecs_service', 's');
    service['deployment_circuit_breaker'] = { enable: true, rollback: true };
    service['deployment_maximum_percent'] = 100;
    service['deployment_minimum_healthy_percent'] = 100;
  });
  t.deepEqual(
    found.map((f) => f.split(':')[0]),
    ['golden/aws_ecs_service.s.deployment_circuit_breaker', 'golden/aws_ecs_service.s.deployment_maximum_percent'],
  );
});

test('scaling: reverted counts, policies that nobody calls, requests of one group under blue/green', async (t) => {
  const found = await warned('scaling', (r) => {
    const service = body(r, 'aws_ecs_service', 's');
    service['deployment_controller'] = { type: 'CODE_DEPLOY' };
    service['lifecycle'] = { ignore_changes: ['task_definition', 'load_balancer'] };
    body(r, 'aws_cloudwatch_metric_alarm', 'a')['alarm_actions'] = [
      'arn:aws:automate:us-east-1:ec2:stop',
      '${aws_sns_topic.ops.arn}',
    ];
  });
  t.deepEqual(
    found.map((f) => f.split(':')[0]),
    [
      'golden/aws_ecs_service.s',
      'golden/aws_ecs_service.s.lifecycle',
      'golden/aws_appautoscaling_policy.requests',
      'golden/aws_appautoscaling_policy.steps',
      'golden/aws_cloudwatch_metric_alarm.a.alarm_actions',
    ],
  );
});
