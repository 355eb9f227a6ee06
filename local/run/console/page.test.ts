/** The console's page in a real browser. Skipped where there is none (CUTOVER_CHROMIUM names one). */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Status } from '../../status.ts';
import { createManualClock } from '../clock.ts';
import { createEventLog } from '../events.ts';
import { createConsoleServer } from './server.ts';
import { faint, overflowing } from './testing/audit.ts';
import { busyStatus, emptyStatus } from './testing/busy-status.ts';
import { type Browser, browserOfMachine } from './testing/chromium.ts';

const DIR = join(import.meta.dirname, '..', '..', '..', 'console');
const browser = await browserOfMachine();
test.after.always(() => browser?.close());
// One after another: what is drawn in time depends on how many pages want to be.
const inBrowser = browser === null ? test.skip : test.serial;

/** A console whose status the test changes, at a port that stays its own. */
async function plane(t: ExecutionContext, first: Status) {
  let status = first;
  let server = await started(0);
  const { port } = server;
  t.teardown(() => server.close());
  const page = await (browser as Browser).open();
  t.teardown(() => page.close());

  async function started(wanted: number) {
    const events = createEventLog(createManualClock());
    const fresh = createConsoleServer({ dir: DIR, status: () => status, events });
    const bound = await fresh.listen(wanted);
    const tell = (message: string) => events.emit({ source: 'plane', subject: 'x', code: 'X', message });
    return { ...fresh, port: bound, tell };
  }

  return {
    page,
    tell: (message: string) => server.tell(message),
    shows: (next: Status) => {
      status = next;
    },
    stop: () => server.close(),
    async startAgain() {
      server = await started(port);
    },
    async visit() {
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.until("document.getElementById('services').children.length > 0");
    },
  };
}

const EVENTS = "document.getElementById('events').parentElement";
const ATTACK = `"><script>document.title='owned'</script><img src=x onerror="document.title='owned'">`;

for (const [what, name] of [
  ['names', 'orders'],
  ['names without a place to break', `arn:aws:ecs:us-east-1:000000000000:${'x'.repeat(300)}`],
  ['hostile names', ATTACK],
] as const)
  inBrowser(`${what}: nothing is cut off, sticks out, is too faint or becomes markup`, async (t) => {
    const { page, visit, tell } = await plane(t, busyStatus(name));
    tell(name);
    for (const width of [1280, 768, 390])
      for (const dark of [false, true]) {
        await page.view({ width, dark });
        await visit();
        await page.until("document.getElementById('events').children.length > 0");
        t.deepEqual(await overflowing(page), [], `${width}`);
        t.true(await page.evaluate(`${EVENTS}.scrollWidth <= ${EVENTS}.clientWidth`), 'an event sticks out');
        t.deepEqual(await faint(page), [], dark ? 'dark' : 'light');
      }
    t.is(await page.evaluate('document.querySelectorAll("main script, main img").length'), 0);
    t.is(await page.evaluate('document.title'), 'Cutover console');
    t.true(await page.evaluate(`document.body.textContent.includes(${JSON.stringify(name)})`));
    t.deepEqual(page.complaints, []);
  });

inBrowser(
  'headings, tables and what scrolls can be told apart without eyes, and reached without a mouse',
  async (t) => {
    const { page, visit } = await plane(t, busyStatus());
    await visit();
    const levels: number[] = await page.evaluate(
      "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))",
    );
    t.is(levels[0], 1);
    for (const [i, level] of levels.entries()) t.true(i === 0 || level <= levels[i - 1]! + 1, levels.join(' '));
    t.deepEqual(await page.evaluate("[...document.querySelectorAll('caption')].map((c) => c.textContent)"), [
      'Targets',
      'Alarms',
    ]);
    t.is(await page.evaluate("document.querySelectorAll('tbody th[scope=row]').length"), 4);
    t.is(await page.evaluate("[...document.querySelectorAll('meter')].filter((m) => m.labels.length === 0).length"), 0);
    // Narrow, so that one table has more than it shows; alarms and events are few.
    await page.view({ width: 390 });
    await page.until("document.getElementById('targets').tabIndex === 0");
    const reached: string[] = [];
    for (let i = 0; i < 3; i++) {
      await page.key('Tab');
      reached.push(await page.evaluate('document.activeElement.id || document.activeElement.tagName'));
      if (reached.at(-1) !== 'BODY')
        t.not(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none', reached.at(-1));
    }
    t.deepEqual(reached, ['A', 'targets', 'BODY']);
  },
);

inBrowser('the page is drawn anew without taking the focus or a selection away', async (t) => {
  const { page, visit, shows } = await plane(t, busyStatus());
  await visit();
  await page.evaluate(`(() => {
    document.querySelector('#balancers a').focus();
    getSelection().selectAllChildren(document.querySelector('#rest-apis h3'));
  })()`);
  shows({ ...busyStatus(), alarms: [], stage: 'strangler' });
  await page.until("document.getElementById('summary').textContent.includes('strangler')");
  t.is(await page.evaluate('document.activeElement.tagName'), 'A');
  t.is(await page.evaluate('getSelection().toString()'), 'orders');
  t.is(await page.evaluate("document.getElementById('alarms').textContent"), 'No alarm.');
});

inBrowser('a plane that goes away is told of, and what is shown as old; another one begins anew', async (t) => {
  const { page, visit, stop, startAgain, tell, shows } = await plane(t, busyStatus());
  tell('of the first plane');
  await visit();
  await page.until("document.getElementById('events').textContent.includes('of the first plane')");
  t.true(await page.evaluate("document.getElementById('stale').hidden"));
  await stop();
  await page.until("!document.getElementById('stale').hidden");
  t.regex(await page.evaluate("document.getElementById('stale').textContent"), /does not answer.*is from \d/);
  t.is(await page.evaluate('document.title'), 'no answer · Cutover console');
  t.deepEqual(await faint(page), []);
  shows(emptyStatus({ pid: 4712, state: 'failed' }));
  await startAgain();
  tell('of the second plane');
  await page.until("document.getElementById('stale').hidden");
  t.is(await page.evaluate('document.title'), 'failed · Cutover console');
  t.is(await page.evaluate("document.getElementById('services').textContent"), 'No service runs.');
  await page.until("document.getElementById('events').textContent.includes('of the second plane')");
  t.is(await page.evaluate("document.getElementById('events').children.length"), 1);
});
