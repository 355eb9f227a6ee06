/** The port that is the plane's lock, and what it answers before the plane does. */
import test, { type ExecutionContext } from 'ava';
import { openFrontDoor } from './front-door.ts';

async function opened(t: ExecutionContext) {
  const downs: boolean[] = [];
  const door = await openFrontDoor({
    port: 0,
    token: 'secret',
    hello: { pid: 1, startTicks: '2', stateDir: '/state' },
    onDown: (keepState) => void downs.push(keepState),
  });
  t.teardown(() => door.close());
  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${door.port}${path}`, { method, headers });
  return { door, downs, ask };
}

test('of two that open the same port one is refused, by name', async (t) => {
  const { door } = await opened(t);
  const options = { port: door.port, token: '', hello: { pid: 1, startTicks: null, stateDir: '' }, onDown: () => {} };
  await t.throwsAsync(openFrontDoor(options), { message: /endpoint cannot listen.*EADDRINUSE/ });
});

test('before the plane answers: hello, down with the token, 503 for all else', async (t) => {
  const { downs, ask } = await opened(t);
  t.deepEqual(await (await ask('/_cutover/hello')).json(), { pid: 1, startTicks: '2', stateDir: '/state' });
  const early = await ask('/_cutover/status', 'GET', { 'x-cutover-token': 'secret' });
  t.deepEqual([early.status, early.headers.get('retry-after')], [503, '1']);
  t.is((await ask('/?Action=ListTopics', 'POST')).status, 503);
  for (const path of ['/_cutover/down', '/_cutover/leave']) {
    t.is((await ask(path, 'POST')).status, 403);
    t.is((await ask(path, 'POST', { 'x-cutover-token': 'secre' })).status, 403);
    t.is((await ask(path, 'GET', { 'x-cutover-token': 'secret' })).status, 405);
    t.is((await ask(path, 'POST', { 'x-cutover-token': 'secret', origin: 'https://evil.example' })).status, 403);
  }
  t.deepEqual(downs, []);
  for (const path of ['/_cutover/down', '/_cutover/leave'])
    t.is((await ask(path, 'POST', { 'x-cutover-token': 'secret' })).status, 200);
  t.deepEqual(downs, [false, true]);
});

test('handed on, requests go to the plane, but for the front door’s own; handed back, open answers are cut', async (t) => {
  const { door, ask } = await opened(t);
  door.hand((req, res) => void (req.url === '/long' ? res.write('x') : res.end('plane')));
  t.is(await (await ask('/any')).text(), 'plane');
  t.is((await ask('/_cutover/hello')).headers.get('content-type'), 'application/json');
  const long = await ask('/long');
  door.hand(null);
  await t.throwsAsync(long.text());
  t.is((await ask('/any')).status, 503);
});
