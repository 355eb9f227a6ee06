/** The load balancer alone, in a process of its own: `node plane.ts LISTEN_PORT TARGET_PORT RULES`. Prints a line when its target is healthy. */
import { forwardTo, rule, startBalancer, targetGroup } from '../../local/run/balancer/testing/builders.ts';

const [listen, target, count] = process.argv.slice(2).map(Number) as [number, number, number];
const { registered } = await startBalancer({
  groups: [targetGroup('web'), targetGroup('other')],
  // Like a real listener's: one prefix per service, none of which takes the request.
  rules: Array.from({ length: count }, (_, i) =>
    rule(
      i + 1,
      [{ field: 'path-pattern', values: [`/service-${String(i).padStart(3, '0')}/*`] }],
      [forwardTo('other')],
    ),
  ),
  addresses: { listener: () => ({ host: '127.0.0.1', port: listen }) },
});
await registered('web', target);
process.stdout.write('ready\n');
