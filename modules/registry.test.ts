import test from 'ava';
import { Registry } from './registry.ts';
import { ServiceLogs } from './service-logs.ts';
import { refuses, synth } from './testing/synth.ts';

test('each repository is scanned on push and drops untagged images', (t) => {
  const out = synth((stack) => {
    const registry = new Registry(stack, 'r', { repositories: ['interstella-monolith', 'interstella-hq'] });
    t.truthy(registry.repository('interstella-hq').url);
    t.throws(() => registry.repository('nope'), { message: /interstella-monolith, interstella-hq/ });
  });
  t.is(out.all('aws_ecr_repository').length, 2);
  t.deepEqual(out.all('aws_ecr_repository')[0].image_scanning_configuration, { scan_on_push: true });
  const rule = JSON.parse(out.all('aws_ecr_lifecycle_policy')[0].policy).rules[0];
  t.like(rule.selection, { tagStatus: 'untagged', countNumber: 14 });
});

test('upper case is refused, as the workshop warns', (t) => {
  refuses(
    t,
    ['repositories', 'repositories'],
    (stack) => new Registry(stack, 'r', { repositories: ['Bad', 'a--', 'ok'] }),
  );
});

test('log groups take only the retentions that CloudWatch has', (t) => {
  const out = synth((stack) => new ServiceLogs(stack, 'l', { name: '/ecs/interstella-iridium' }));
  t.like(out.one('aws_cloudwatch_log_group'), { name: '/ecs/interstella-iridium', retention_in_days: 30 });
  refuses(t, ['name', 'retentionDays'], (stack) => new ServiceLogs(stack, 'l', { name: 'a b', retentionDays: 6 }));
});
