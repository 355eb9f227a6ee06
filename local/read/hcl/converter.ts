/** Native syntax (`*.tf`, `*.tfvars`) → the JSON syntax that everything else reads. The parser is loaded with the first such file. */
import { Worker } from 'node:worker_threads';
import { CutoverError } from '../../errors.ts';
import { isObject, type Json } from '../json.ts';
import { unreadable } from '../problems.ts';
import { refuseOddities } from '../text-file.ts';
import { normalise } from './normalise.ts';
import type { Answer } from './worker.ts';

/** Of one file; the longest that people write have some thousand lines. */
const MAX_BYTES = 2 * 2 ** 20;
/** All files of a configuration take a few seconds at most; a parser that does not come back is given up. */
const MAX_SILENCE_MS = 60_000;
/** MB of its heap, and of its call stack. */
const LIMITS = { maxOldGenerationSizeMb: 512, stackSizeMb: 4 };

interface Waiting {
  readonly file: string;
  resolve(json: Json): void;
  reject(error: Error): void;
}

export class HclConverter {
  #worker: Worker | null = null;
  #waiting = new Map<number, Waiting>();
  #asked = 0;
  #watch: NodeJS.Timeout | null = null;

  /** @param file named in problems @throws CutoverError INVALID_EXPRESSION for what is no HCL, STACK_UNREADABLE */
  async convert(file: string, text: string): Promise<Json> {
    if (text.length > MAX_BYTES) throw unreadable(file, `it has ${text.length} characters; at most ${MAX_BYTES}`);
    const id = this.#asked++;
    const answer = new Promise<Json>((resolve, reject) => this.#waiting.set(id, { file, resolve, reject }));
    this.#open().postMessage({ id, name: 'main.tf', text });
    this.#watch ??= setTimeout(() => this.#fail('its parser does not answer'), MAX_SILENCE_MS).unref();
    return normalise(await answer);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#unwatch();
    await worker?.terminate();
  }

  #open(): Worker {
    if (this.#worker) return this.#worker;
    const options = { execArgv: [], stdout: true, stderr: true, resourceLimits: LIMITS };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), options);
    worker.on('message', (answer: Answer) => this.#take(answer));
    worker.on('error', (error) => this.#fail(`its parser failed: ${error.message}`));
    worker.on('exit', () => this.#fail('its parser ended'));
    this.#worker = worker;
    return worker;
  }

  #take({ id, json, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#unwatch();
    if (this.#waiting.size > 0)
      this.#watch = setTimeout(() => this.#fail('its parser does not answer'), MAX_SILENCE_MS).unref();
    if (!waiting) return;
    try {
      if (json === null) throw notHcl(waiting.file, error);
      refuseOddities(json, waiting.file);
      const value: unknown = JSON.parse(json);
      waiting.resolve(isObject(value) ? value : {});
    } catch (problem) {
      waiting.reject(problem as Error);
    }
  }

  #unwatch(): void {
    if (this.#watch) clearTimeout(this.#watch);
    this.#watch = null;
  }

  /** Whoever still waits is told; the next file gets a parser of its own. */
  #fail(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    void this.close();
    for (const { file, reject } of waiting) reject(unreadable(file, why));
  }
}

/** `parse config: [main.tf:1,14-15: What; and why]` */
const PARSE_ERROR = /^parse config: \[([\s\S]*)\]$/;

function notHcl(file: string, error: string): CutoverError {
  const [, found = error] = PARSE_ERROR.exec(error.trim()) ?? [];
  const [, line] = /main\.tf:(\d+)/.exec(found) ?? [];
  return new CutoverError({
    code: 'STACK_INVALID_JSON',
    address: line ? `${file}:${line}` : file,
    message: `it is not HCL: ${found.replace(/^main\.tf:[\d,-]+: /, '').replaceAll('main.tf:', 'line ')}`,
    rule: 'Terraform’s native syntax (Terraform: configuration syntax)',
    fix: 'correct it; terraform validate tells more',
  });
}
