import test from 'ava';
import { type MappingSide, parseMapping } from './parse-mapping.ts';
import { parseLogFormat, parseTemplate } from './parse-template.ts';
import { methodPathOf } from './read-maps.ts';

test('mapping expressions: what is read, and what is none', (t) => {
  const rows: readonly (readonly [side: MappingSide, expression: string, value: object | null])[] = [
    ['request', "'two words'", { from: 'text', text: 'two words' }],
    ['request', "''", { from: 'text', text: '' }],
    ['request', 'context.identity.sourceIp', { from: 'context', name: 'identity.sourceIp' }],
    ['request', 'stageVariables.url', { from: 'stage-variable', name: 'url' }],
    ['request', 'method.request.path.id', { from: 'path', name: 'id' }],
    ['request', 'method.request.header.X-Api-Key', { from: 'header', name: 'X-Api-Key' }],
    ['request', 'method.request.multivaluequerystring.q', { from: 'multi-querystring', name: 'q' }],
    ['request', 'method.request.multivalueheader.x', { from: 'multi-header', name: 'x' }],
    ['request', 'method.request.body', { from: 'body', path: [], as: 'text' }],
    ['request', 'method.request.body.a.b', { from: 'body', path: ['a', 'b'], as: 'text' }],
    ['request', 'method.request.body.a[0]', null],
    ['request', 'method.request.cookie.x', null],
    ['request', 'integration.response.header.x', null],
    ['request', 'plain', null],
    ['response', 'integration.response.header.ETag', { from: 'response-header', name: 'ETag' }],
    ['response', 'integration.response.body.name', { from: 'body', path: ['name'], as: 'text' }],
    ['response', 'method.request.path.id', null],
    ['gateway', 'method.request.header.Origin', { from: 'header', name: 'Origin' }],
    ['gateway', 'method.request.body', null],
  ];
  for (const [side, expression, value] of rows) t.deepEqual(parseMapping(expression, side), value as never, expression);
});

test('templates: references are read, braces and all; what the language would act on is told', (t) => {
  t.deepEqual(parseTemplate(`{"a":$input.json('$.x.y'),"b":"\${context.stage}","c":"$!{stageVariables.v}"}`).template, [
    { from: 'text', text: '{"a":' },
    { from: 'body', path: ['x', 'y'], as: 'json' },
    { from: 'text', text: ',"b":"' },
    { from: 'context', name: 'stage' },
    { from: 'text', text: '","c":"' },
    { from: 'stage-variable', name: 'v' },
    { from: 'text', text: '"}' },
  ]);
  t.deepEqual(parseTemplate('$input.body').template, [{ from: 'body', path: [], as: 'text' }]);
  t.is(parseTemplate('price: 5 $, #1, a#b').unread, null);
  for (const unread of [
    '#if($x)1#end',
    '#foreach($a in $b)x#end',
    '$util.escapeJavaScript($a)',
    '$input.params()',
    '## no',
    '#set($a=1)',
  ])
    t.not(parseTemplate(`x ${unread} y`).unread, null, unread);
});

test('log formats: only $context is a reference', (t) => {
  t.deepEqual(parseLogFormat('$context.status $input.body #if $5'), [
    { from: 'context', name: 'status' },
    { from: 'text', text: ' $input.body #if $5' },
  ]);
});

test('paths of methods, as settings and plans write them', (t) => {
  t.deepEqual(methodPathOf('*/*'), { path: '*', httpMethod: '*' });
  t.deepEqual(methodPathOf('orders/{id}/GET'), { path: '/orders/{id}', httpMethod: 'GET' });
  t.deepEqual(methodPathOf('/orders/POST'), { path: '/orders', httpMethod: 'POST' });
  t.deepEqual(methodPathOf('~1orders~1{id}/GET'), { path: '/orders/{id}', httpMethod: 'GET' });
  t.deepEqual(methodPathOf('/GET'), { path: '/', httpMethod: 'GET' });
});
