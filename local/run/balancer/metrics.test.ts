/** What reaches CloudWatch (ELB load-balancer-cloudwatch-metrics). */
import test from 'ava';
import { createManualClock } from '../clock.ts';
import { createMetricStore } from '../metrics/store.ts';
import { loadBalancer, startBalancer, targetGroup } from './testing/builders.ts';
import { answering, exchangeRaw, OK, rawTarget } from './testing/raw-client.ts';
import { flushTraffic, GroupCounters, LoadBalancerCounters } from './traffic.ts';

const LB = { LoadBalancer: loadBalancer().arnSuffix };
const TG = { TargetGroup: targetGroup('web').arnSuffix };

test('requests, answers, times and hosts are counted by load balancer and target group; health checks are not', async (t) => {
  const clock = createManualClock();
  const target = await rawTarget(
    answering((request) => (request.includes('/missing') ? 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n' : OK)),
  );
  const lb = await startBalancer({ clock });
  t.teardown(async () => {
    await lb.balancer.close();
    await target.close();
  });
  await lb.registered('web', target.port);
  const get = (path: string) => exchangeRaw(lb.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  for (const path of ['/', '/', '/missing']) await get(path);
  await exchangeRaw(lb.port, 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n');
  await clock.advance(1_000);
  const read = (name: string, dimensions: Record<string, string>, statistic = 'Sum') =>
    lb.metrics.query({
      namespace: 'AWS/ApplicationELB',
      name,
      dimensions,
      startMs: 0,
      endMs: clock.now() + 1,
      periodSeconds: 60,
      statistic,
    })[0]?.value;
  const both = { ...LB, ...TG };
  t.is(read('RequestCount', LB), 3);
  t.is(read('RequestCount', both), 3);
  t.is(read('RequestCountPerTarget', TG), 3);
  t.is(read('HTTPCode_Target_2XX_Count', both), 2);
  t.is(read('HTTPCode_Target_4XX_Count', LB), 1);
  t.is(read('HTTPCode_ELB_4XX_Count', LB), 1);
  t.is(read('HTTPCode_ELB_5XX_Count', LB), undefined);
  t.is(read('TargetResponseTime', both, 'SampleCount'), 3);
  t.is(read('HealthyHostCount', both, 'Average'), 1);
  t.is(read('UnHealthyHostCount', both, 'Maximum'), 0);
  t.is(read('NewConnectionCount', LB), 4);
});

test('nothing happening is 0 requests, not missing data', async (t) => {
  const clock = createManualClock();
  const lb = await startBalancer({ clock });
  t.teardown(() => lb.balancer.close());
  await clock.advance(3_000);
  const [point] = lb.metrics.query({
    namespace: 'AWS/ApplicationELB',
    name: 'RequestCountPerTarget',
    dimensions: TG,
    startMs: 0,
    endMs: clock.now(),
    periodSeconds: 60,
    statistic: 'Sum',
  });
  t.is(point?.value, 0);
});

test('with a faster clock, counts are per control minute at the real rate; times stay', (t) => {
  const clock = createManualClock();
  const store = createMetricStore({ clock });
  const counters = new LoadBalancerCounters();
  const group = new GroupCounters();
  for (let i = 0; i < 10; i++) {
    counters.RequestCount++;
    group.RequestCount++;
    group.answered(200, 20 + i);
  }
  flushTraffic(
    store,
    {
      arnSuffix: 'app/a/1',
      counters,
      groups: [{ arnSuffix: 'targetgroup/b/1', counters: group, healthy: 2, unhealthy: 0, registered: 2 }],
    },
    clock.now(),
    30,
  );
  const read = (name: string, statistic: string, dimensions: Record<string, string>) =>
    store.query({
      namespace: 'AWS/ApplicationELB',
      name,
      dimensions,
      startMs: clock.now(),
      endMs: clock.now() + 1_000,
      periodSeconds: 60,
      statistic,
    })[0]?.value ?? -1;
  t.is(read('RequestCount', 'Sum', { LoadBalancer: 'app/a/1' }), 300);
  t.is(read('RequestCountPerTarget', 'Sum', { TargetGroup: 'targetgroup/b/1' }), 150);
  t.true(Math.abs(read('TargetResponseTime', 'Average', { LoadBalancer: 'app/a/1' }) - 0.0245) < 1e-9);
  t.true(Math.abs(read('TargetResponseTime', 'p90', { LoadBalancer: 'app/a/1' }) - 0.028) < 0.001);
  t.is(counters.RequestCount, 0);
});
