import test from 'ava';
import { openFrontDoor } from '../run/control/front-door.ts';
import { helloAt } from './hello.ts';

test('a plane of this folder is told from one of another folder, and from nobody', async (t) => {
  const hello = { pid: 7, startTicks: '1', stateDir: '/state/a' };
  const door = await openFrontDoor({ port: 0, token: 'secret', hello, onDown: () => undefined });
  t.deepEqual(await helloAt(door.port, '/state/a'), hello);
  t.is(await helloAt(door.port, '/state/b'), null);
  await door.close();
  t.is(await helloAt(door.port, '/state/a'), null);
});
