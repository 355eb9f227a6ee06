import test from 'ava';
import { createManualClock } from '../../local/run/clock.ts';
import type { Status } from '../../local/status.ts';
import { FakePlane } from '../testing/fake-plane.ts';
import { status } from '../testing/status.ts';
import type { TestTarget } from '../testing/target.ts';
import { Follower } from './follower.ts';

/** A plane whose answers wait until the test lets them go. */
class SlowPlane extends FakePlane {
  asked = 0;
  hold: Promise<void> = Promise.resolve();

  override async status(): Promise<Status> {
    this.asked += 1;
    await this.hold;
    return super.status();
  }
}

function followed() {
  const clock = createManualClock();
  const plane = new SlowPlane(status(), { requests: [] } as unknown as TestTarget, '');
  const follower = new Follower({ plane, clock, generatorCores: async () => null, onStatus: () => undefined });
  return { clock, plane, follower };
}

test('a sample each second, until it is stopped', async (t) => {
  const { clock, plane, follower } = followed();
  await follower.start();
  for (let second = 0; second < 3; second++) await clock.advance(1_000);
  t.is(follower.samples.length, 3);
  await follower.stop();
  const { asked } = plane;
  for (let second = 0; second < 3; second++) await clock.advance(1_000);
  t.is(plane.asked, asked);
  t.is(follower.samples.length, 3);
});

test('stopped while a sample is taken, it takes no further one', async (t) => {
  const { clock, plane, follower } = followed();
  await follower.start();
  const { promise, resolve } = Promise.withResolvers<void>();
  plane.hold = promise;
  await clock.advance(1_000);
  const { asked } = plane;
  await follower.stop();
  resolve();
  for (let second = 0; second < 3; second++) await clock.advance(1_000);
  t.is(plane.asked, asked);
  t.is(follower.samples.length, 0);
});
