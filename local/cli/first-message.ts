/** What a process that is being started says first, also where it ends at once. */
import type { ChildProcess } from 'node:child_process';
import type { Problem } from '../errors.ts';

export type FirstMessage = { type: 'listening' } | { type: 'failed'; problems: readonly Problem[] };

/** Never rejects: an end without a word is a failure of code INTERNAL. */
export function firstMessage(child: ChildProcess): Promise<FirstMessage> {
  return new Promise((resolve) => {
    const failed = (message: string): void =>
      resolve({ type: 'failed', problems: [{ code: 'INTERNAL', message } satisfies Problem] });
    child.once('message', (message) => resolve(message as FirstMessage));
    child.once('error', (error) => failed(String(error)));
    child.once('exit', (code, signal) => {
      const ended = (): void => failed(`it ended with ${signal ?? code}`);
      // Its end may be seen before what it said last.
      if (child.connected) child.once('disconnect', ended);
      else ended();
    });
  });
}
