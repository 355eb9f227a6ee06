/**
 * How long services took to become healthy on a plane: from the registration of a target to its first passed health
 * check, in wall time, the longest of each target group. Reads what `./cutover events --json` printed, or the
 * `record.json` of a rehearsal. What AWS needs besides (image pull, a network interface) is not in it. Pure.
 */
import { CutoverError } from '../errors.ts';
import { longestSpans, TARGET_BOOT, type TimedEvent } from '../event-spans.ts';
import { isObject } from '../read/json.ts';

/** @returns seconds by target group name @throws CutoverError INVALID_CONFIG where the text is neither */
export function measuredBoots(text: string, file: string): Record<string, number> {
  const events = eventsIn(text, file).flatMap((event) => timedEvent(event) ?? []);
  const boots = longestSpans(
    events.sort((a, b) => a.atMs - b.atMs),
    TARGET_BOOT,
  );
  return Object.fromEntries([...boots].map(([group, ms]) => [group, Math.ceil(ms / 1000)]));
}

function eventsIn(text: string, file: string): readonly unknown[] {
  const whole = parsed(text);
  if (isObject(whole) && Array.isArray(whole['events'])) return whole['events'];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const events = lines.map(parsed);
  if (events.length > 0 && events.every((e) => isObject(e) && typeof e['code'] === 'string')) return events;
  throw new CutoverError({
    code: 'INVALID_CONFIG',
    address: file,
    message: 'it holds no events',
    rule: 'what ./cutover events --json printed, or record.json of a rehearsal',
    fix: './cutover events --json > events.jsonl',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function timedEvent(event: unknown): TimedEvent | null {
  if (!isObject(event)) return null;
  const { code, subject, message, atMs, wallAt } = event;
  const at = typeof atMs === 'number' ? atMs : Date.parse(String(wallAt));
  if (typeof code !== 'string' || typeof subject !== 'string' || typeof message !== 'string' || Number.isNaN(at))
    return null;
  return { atMs: at, code, subject, message };
}
