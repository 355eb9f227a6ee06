/**
 * A thread of its own for HCL: its parser is Go in WebAssembly, which leaves globals behind, keeps its memory, and ends in
 * an exhausted call stack where somebody nests too deep. Nothing of that reaches who reads.
 */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

type Parse = (name: string, text: string) => Promise<unknown>;

const { parse } = createRequire(import.meta.url)('@cdktf/hcl2json') as { parse: Parse };

/** One file to convert. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

export interface Answer {
  readonly id: number;
  /** JSON text; null where there is an error. */
  readonly json: string | null;
  readonly error: string;
}

parentPort?.on('message', async ({ id, name, text }: Question) => {
  try {
    parentPort?.postMessage({ id, json: JSON.stringify(await parse(name, text)), error: '' } satisfies Answer);
  } catch (error) {
    const why = error instanceof RangeError ? 'it is nested too deep' : String((error as Error)?.message ?? error);
    parentPort?.postMessage({ id, json: null, error: why } satisfies Answer);
  }
});
