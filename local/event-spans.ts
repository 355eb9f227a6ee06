/** How long things took, by the events of their begin and end. Pure. */

export interface TimedEvent {
  readonly atMs: number;
  readonly code: string;
  readonly subject: string;
  readonly message: string;
}

export interface SpanKind {
  /** Codes. */
  readonly begin: string;
  readonly end: string;
  /** Its first group is the thing's name in a message. */
  readonly name: RegExp;
}

/**
 * The longest span of each subject, ms. A second end without a begin is none.
 * @param events oldest first
 */
export function longestSpans(events: readonly TimedEvent[], { begin, end, name }: SpanKind): Map<string, number> {
  const begun = new Map<string, number>();
  const longest = new Map<string, number>();
  for (const { atMs, code, subject, message } of events) {
    if (code !== begin && code !== end) continue;
    const id = name.exec(message)?.[1];
    if (id === undefined) continue;
    const key = `${subject} ${id}`;
    const since = begun.get(key);
    if (code === begin) begun.set(key, atMs);
    else if (since !== undefined) {
      longest.set(subject, Math.max(longest.get(subject) ?? 0, atMs - since));
      begun.delete(key);
    }
  }
  return longest;
}

/** From the registration of a target to its first passed health check; the subject is the target group. */
export const TARGET_BOOT: SpanKind = { begin: 'TARGET_REGISTERED', end: 'TARGET_HEALTHY', name: /^target (\S+) / };
