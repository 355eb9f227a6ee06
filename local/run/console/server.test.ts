import { readdir, readFile } from 'node:fs/promises';
import { get, request } from 'node:http';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createManualClock } from '../clock.ts';
import { createEventLog } from '../events.ts';
import { createConsoleServer } from './server.ts';
import { emptyStatus } from './testing/busy-status.ts';

const DIR = join(import.meta.dirname, '..', '..', '..', 'console');

async function served(t: ExecutionContext) {
  const events = createEventLog(createManualClock());
  const server = createConsoleServer({ dir: DIR, status: () => emptyStatus(), events });
  const port = await server.listen(0);
  t.teardown(() => server.close());
  const tell = (message: string) => events.emit({ source: 'plane', subject: 'x', code: 'X', message });
  return { tell, port, url: `http://127.0.0.1:${port}` };
}

/** What a stream says first, until the text has come. */
function streamed(url: string, until: string, lastEventId?: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const sent = get(`${url}/api/events`, { headers }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes(until)) return;
      sent.destroy();
      resolve(text);
    });
  });
  sent.on('error', reject);
  return promise;
}

test('every file of the page is served, and nothing beside them', async (t) => {
  const { url } = await served(t);
  for (const file of (await readdir(DIR)).filter((name) => name !== 'index.html')) {
    const answer = await fetch(`${url}/${file}`);
    t.is(answer.status, 200, file);
    t.is(await answer.text(), await readFile(join(DIR, file), 'utf8'));
  }
  t.regex(await (await fetch(url)).text(), /<title>Cutover console/);
  for (const path of ['/package.json', '/../package.json', '/%2e%2e/package.json', '/constructor', '//app.js'])
    t.is((await fetch(url + path)).status, 404, path);
});

test('only reads, and only for this machine’s own pages', async (t) => {
  const { url, port } = await served(t);
  t.is((await fetch(`${url}/api/status`, { method: 'POST' })).status, 405);
  const { promise, resolve } = Promise.withResolvers<number>();
  request({ port, host: '127.0.0.1', path: '/api/status', headers: { host: 'rebound.example' } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  }).end();
  t.is(await promise, 403);
});

test('HEAD of the events ends', async (t) => {
  const { url } = await served(t);
  const answer = await fetch(`${url}/api/events`, { method: 'HEAD' });
  t.is(answer.headers.get('content-type'), 'text/event-stream');
  t.is(await answer.text(), '');
});

test('events go on after the last one that was seen; one of another plane counts for nothing', async (t) => {
  const { tell, url } = await served(t);
  for (const message of ['one', 'two', 'three']) tell(message);
  const run = emptyStatus().pid;
  const all = await streamed(url, 'three');
  t.regex(all, new RegExp(`^retry: \\d+\nevent: run\ndata: ${run}\n\nid: ${run}\\.1\n`));
  t.notRegex(await streamed(url, 'three', `${run}.2`), /one|two/);
  for (const other of [`${run + 1}.2`, '2', 'x', `${run}.2.3`, `${run}.-2`])
    t.regex(await streamed(url, 'three', other), /one/, other);
});
