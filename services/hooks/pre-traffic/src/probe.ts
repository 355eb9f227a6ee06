/** Sends the requests and keeps what came back. Nothing is judged here: see `decide-checks.ts`. */

/** One answer, or why there is none. */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Lower case, without parameters; empty where it is missing. */
      readonly contentType: string;
      readonly body: string;
      /** The service's version as it names itself; null where it does not. */
      readonly version: string | null;
      /** From the request to the end of its answer. */
      readonly ms: number;
    }
  | { readonly kind: 'none'; readonly reason: string };

export interface ProbeOptions {
  readonly url: URL;
  readonly requests: number;
  readonly timeoutMs: number;
  /** How long the function may still run. Default: no bound. */
  readonly remainingMs?: () => number;
}

/** An answer is read so far and no further. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** What is left for telling CodeDeploy. */
const REPORT_MS = 2_000;

/** One after another, so that a green version that is slow to warm up is seen as a client sees it. */
export async function probe(options: ProbeOptions): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < options.requests; i++) {
    const leftMs = (options.remainingMs?.() ?? Number.POSITIVE_INFINITY) - REPORT_MS;
    if (leftMs <= 0) answers.push({ kind: 'none', reason: "the function's own time is up" });
    else answers.push(await ask(options.url, Math.min(options.timeoutMs, leftMs)));
  }
  return answers;
}

async function ask(url: URL, timeoutMs: number): Promise<Answer> {
  const startedAt = performance.now();
  try {
    const signal = AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs)));
    const response = await fetch(url, { redirect: 'manual', signal, headers: { Accept: 'application/json' } });
    const body = await readAtMost(response, MAX_BODY_BYTES);
    if (body === null) return { kind: 'none', reason: `the answer is longer than ${MAX_BODY_BYTES} bytes` };
    return {
      kind: 'answer',
      status: response.status,
      contentType: (response.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase(),
      body,
      version: response.headers.get('x-service-version'),
      ms: performance.now() - startedAt,
    };
  } catch (error) {
    return { kind: 'none', reason: reasonOf(error, timeoutMs) };
  }
}

async function readAtMost(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `no whole answer within ${Math.round(timeoutMs)} ms`;
  return cause?.code ?? cause?.message ?? message;
}
