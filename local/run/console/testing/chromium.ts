/** A real browser for tests of pages: a headless Chromium of this machine, driven over its DevTools protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of the browser; null where this machine has none. CUTOVER_CHROMIUM names another. */
export function findChromium(): string | null {
  const named = process.env['CUTOVER_CHROMIUM'];
  if (named !== undefined) return existsSync(named) ? named : null;
  const dirs = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '');
  return dirs.flatMap((dir) => NAMES.map((name) => join(dir, name))).find((path) => existsSync(path)) ?? null;
}

/** Pages behind others are drawn and keep time as the one in front. */
const AWAKE = ['background-timer-throttling', 'renderer-backgrounding', 'backgrounding-occluded-windows'].map(
  (what) => `--disable-${what}`,
);

export interface View {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export interface Page {
  goto(url: string): Promise<void>;
  view(view: View): Promise<void>;
  /** Runs an expression; a promise is waited for. What it gives must be JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves when the expression is true. */
  until(expression: string): Promise<void>;
  key(name: 'Tab' | 'Enter'): Promise<void>;
  /** The whole page, or what the window shows of it, as PNG. */
  picture(whole?: boolean): Promise<Buffer>;
  /** What the page's own code has thrown, or its policy has refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface Browser {
  open(): Promise<Page>;
  close(): Promise<void>;
}

/** This machine's browser; null where it has none, or one that does not start here (which is told on stderr). */
export async function browserOfMachine(): Promise<Browser | null> {
  const path = findChromium();
  if (path === null) return null;
  try {
    return await launchChromium(path);
  } catch (error) {
    process.stderr.write(`${path} does not start, so nothing is looked at in it: ${String(error)}\n`);
    return null;
  }
}

export async function launchChromium(path: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'cutover-chromium-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    ...AWAKE,
  ];
  const child = spawn(path, [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  // Its children are in its group: none of them outlives the test, nor a test that is given up.
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  };
  process.once('exit', end);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const socket = await addressOf(child)
    .then(connect)
    .catch(async (error) => {
      await rm(profile, { recursive: true, force: true });
      throw error;
    });
  return {
    open: () => openPage(socket),
    async close() {
      socket.close();
      end();
      await ended;
      process.off('exit', end);
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  let told = '';
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(`the browser ended before it listened:\n${told}`)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      const url = /DevTools listening on (ws:\S+)/.exec(told)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

type Params = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: what the protocol sends has a type for each method
type Told = any;

interface DevTools {
  send<T = unknown>(method: string, params?: Params, sessionId?: string): Promise<T>;
  on(sessionId: string, listener: (method: string, params: Told) => void): void;
  close(): void;
}

async function connect(url: string): Promise<DevTools> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`no DevTools at ${url}`));
  });
  let lastId = 0;
  const waiting = new Map<number, { resolve(value: Told): void; reject(error: Error): void }>();
  const listeners = new Map<string, (method: string, params: Told) => void>();
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data));
    if (message.id === undefined) listeners.get(message.sessionId)?.(message.method, message.params);
    else if (message.error) waiting.get(message.id)?.reject(new Error(message.error.message));
    else waiting.get(message.id)?.resolve(message.result);
  };
  socket.onclose = () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser is gone'));
  };
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        waiting.set(++lastId, { resolve, reject });
        socket.send(JSON.stringify({ id: lastId, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
      }),
    on: (sessionId, listener) => void listeners.set(sessionId, listener),
    close: () => socket.close(),
  };
}

async function openPage(tools: DevTools): Promise<Page> {
  const { targetId } = await tools.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const attached = await tools.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  const send = <T>(method: string, params?: Params): Promise<T> => tools.send<T>(method, params, attached.sessionId);
  const complaints: string[] = [];
  let loaded = (): void => undefined;
  tools.on(attached.sessionId, (method, params) => {
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Runtime.exceptionThrown')
      complaints.push(params.exceptionDetails.exception?.description ?? 'thrown');
    if (method === 'Log.entryAdded' && params.entry.source === 'security') complaints.push(params.entry.text);
  });
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);

  async function evaluate<T>(expression: string): Promise<T> {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await send<Told>('Runtime.evaluate', asked);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  return {
    complaints,
    evaluate,
    async goto(url) {
      const load = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await send('Page.navigate', { url });
      await load;
    },
    async view({ width, height = 900, dark = false }) {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
      await send('Emulation.setEmulatedMedia', { features });
    },
    until: (expression) =>
      evaluate(`new Promise((done) => {
        const look = () => { if (${expression}) done(); else setTimeout(look, 20); };
        look();
      })`),
    async key(name) {
      const key = { key: name, code: name, windowsVirtualKeyCode: name === 'Tab' ? 9 : 13 };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    },
    async close() {
      await tools.send('Target.closeTarget', { targetId });
    },
    async picture(whole = true) {
      const { data } = await send<{ data: string }>('Page.captureScreenshot', { captureBeyondViewport: whole });
      return Buffer.from(data, 'base64');
    },
  };
}
