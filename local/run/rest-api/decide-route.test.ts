import test from 'ava';
import { type Route, routeOf, segmentsOf } from './decide-route.ts';

const routes = (...lines: string[]): Route<string>[] =>
  [...Map.groupBy(lines, (line) => line.split(' ')[1] ?? '')].map(([path, own]) => ({
    path,
    segments: segmentsOf(path),
    methods: new Map(own.map((line) => [line.split(' ')[0] ?? '', line])),
  }));

const API = routes(
  'GET /',
  'GET /pets',
  'ANY /pets/{id}',
  'POST /pets/{id}',
  'GET /pets/dogs',
  'GET /pets/{id}/toys',
  'ANY /{proxy+}',
  'GET /files/{path+}',
);

test('the most specific resource wins, then the method, then ANY', (t) => {
  const rows: readonly (readonly [method: string, path: string, taken: string | null, parameters?: object])[] = [
    ['GET', '/', 'GET /'],
    ['GET', '/pets', 'GET /pets'],
    ['GET', '/pets/', 'GET /pets'],
    ['GET', '/pets/dogs', 'GET /pets/dogs'],
    ['DELETE', '/pets/dogs', null],
    ['GET', '/pets/7', 'ANY /pets/{id}', { id: '7' }],
    ['POST', '/pets/7', 'POST /pets/{id}', { id: '7' }],
    ['GET', '/pets/7/toys', 'GET /pets/{id}/toys', { id: '7' }],
    ['PUT', '/pets', null],
    ['GET', '/pets/7/toys/3', 'ANY /{proxy+}', { proxy: 'pets/7/toys/3' }],
    ['GET', '/files/a/b.txt', 'GET /files/{path+}', { path: 'a/b.txt' }],
    ['GET', '/files', 'ANY /{proxy+}', { proxy: 'files' }],
    ['POST', '/', null],
    ['GET', '/pets/a%2Fb', 'ANY /pets/{id}', { id: 'a%2Fb' }],
    ['GET', '/%70ets', 'GET /pets'],
    ['GET', '//', null],
    ['GET', '/pets/%zz', 'ANY /pets/{id}', { id: '%zz' }],
    ['get', '/pets', null],
  ];
  for (const [method, path, taken, parameters = {}] of rows) {
    const routed = routeOf(API, method, path);
    t.is(routed?.operation ?? null, taken, `${method} ${path}`);
    if (routed) t.deepEqual(routed.pathParameters, parameters, `${method} ${path}`);
  }
});

test('without a catch-all, an unknown path leads nowhere', (t) => {
  t.is(routeOf(routes('POST /orders'), 'POST', '/order'), null);
  t.is(routeOf([], 'GET', '/'), null);
});
