/** The report in a real browser. Skipped where there is none (CUTOVER_CHROMIUM names one). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { faint, overflowing } from '../../../local/run/console/testing/audit.ts';
import { type Browser, browserOfMachine } from '../../../local/run/console/testing/chromium.ts';
import { CRITERIA } from '../../criteria.ts';
import { deployment, outcomes, record } from '../../testing/records.ts';
import { judge } from '../judge.ts';
import { renderHtml } from './page.ts';

const browser = await browserOfMachine();
test.after.always(() => browser?.close());
const inBrowser = browser === null ? test.skip : test;
const LONG = `arn:aws:ecs:us-east-1:000000000000:${'x'.repeat(300)}`;

inBrowser('nothing sticks out, is too faint or too small to read, on a phone or a desk, by day or night', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-report-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const run = record({
    system: LONG,
    target: LONG,
    outcomes: outcomes(50, { path: LONG }),
    deployments: [deployment({ service: LONG, reason: LONG, rolloutState: 'FAILED', taskDefinition: LONG })],
    events: [{ atMs: record().startedAtMs, subject: LONG, code: 'DEPLOYMENT_FAILED', message: LONG, level: 'error' }],
    fidelity: [{ subject: LONG, kind: 'no local effect', reason: LONG }],
  });
  const file = join(dir, 'report.html');
  await writeFile(file, renderHtml(run, judge(run, CRITERIA)));
  const page = await (browser as Browser).open();
  for (const width of [1280, 768, 390])
    for (const dark of [false, true]) {
      await page.view({ width, dark });
      await page.goto(pathToFileURL(file).href);
      t.deepEqual(await overflowing(page), [], `${width}`);
      // Every colour that a series may have, not only those of this run.
      await page.evaluate(`for (let i = 0; i < 9; i++) {
        const item = document.createElement('li');
        item.className = 'c' + i;
        item.append('series ' + i);
        document.querySelector('.legend').append(item);
      }`);
      t.deepEqual(await faint(page), [], dark ? 'dark' : 'light');
      const scale: number = await page.evaluate("document.querySelector('svg').getBoundingClientRect().width / 900");
      t.true(11 * scale > 7, `texts of a chart are ${11 * scale} px high at ${width}`);
    }
  t.deepEqual(page.complaints, []);
});
