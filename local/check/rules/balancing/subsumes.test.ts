import test from 'ava';
import fc from 'fast-check';
import { compileWildcard } from '../../../run/balancer/wildcard.ts';
import { includes, subsumes } from './subsumes.ts';

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });

test('property: what is said to include matches all that the other matches', (t) => {
  fc.assert(
    fc.property(pattern, pattern, fc.array(text, { minLength: 1, maxLength: 30 }), (wide, narrow, texts) => {
      if (!includes(wide, narrow)) return;
      const [outer, inner] = [compileWildcard(wide, false), compileWildcard(narrow, false)];
      for (const one of texts) if (inner(one)) t.true(outer(one), `${wide} ${narrow} ${one}`);
    }),
    { numRuns: 2000 },
  );
});

test('patterns', (t) => {
  for (const [wide, narrow] of [
    ['*', ''],
    ['/api/*', '/api/v1'],
    ['/api/*', '/api/v?/*'],
    ['/a?c', '/a?c'],
    ['*/b/*', '/a/b/*'],
  ] as const)
    t.true(includes(wide, narrow), `${wide} ${narrow}`);
  for (const [wide, narrow] of [
    ['/api/*', '/api'],
    ['/a?c', '/a*c'],
    ['/api/v1', '/api/*'],
    ['/API/*', '/api/x'],
  ] as const)
    t.false(includes(wide, narrow), `${wide} ${narrow}`);
});

test('conditions: hosts whatever their case, networks, methods, headers by name, queries by key', (t) => {
  const host = (...values: string[]) => ({ field: 'host-header', values }) as const;
  const ip = (...values: string[]) => ({ field: 'source-ip', values }) as const;
  const header = (name: string, ...values: string[]) => ({ field: 'http-header', name, values }) as const;
  const query = (key: string | null, value: string) => ({ field: 'query-string', pairs: [{ key, value }] }) as const;
  t.true(subsumes([host('*.Example.com')], [host('a.example.COM'), ip('10.0.0.0/8')]));
  t.false(subsumes([host('*.example.com'), ip('10.0.0.0/8')], [host('a.example.com')]));
  t.true(subsumes([ip('10.0.0.0/8')], [ip('10.1.0.0/16')]));
  t.false(subsumes([ip('10.1.0.0/16')], [ip('10.0.0.0/8')]));
  t.true(subsumes([ip('2001:db8::/32')], [ip('2001:db8:1::/48')]));
  t.true(subsumes([header('X-A', '*')], [header('x-a', 'one')]));
  t.false(subsumes([header('x-a', '*')], [header('x-b', 'one')]));
  t.true(subsumes([query(null, '*')], [query('version', '1')]));
  t.false(subsumes([query('version', '1')], [query(null, '1')]));
});
