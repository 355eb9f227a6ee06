/**
 * How long services took to become healthy on a plane: from the registration of a target to its first passed health
 * check, in wall time, the longest of each target group. Reads what `./cutover events --json` printed, or the
 * `record.json` of a rehearsal. What AWS needs besides (image pull, a network interface) is not in it. Pure.
 */
import { CutoverError } from '../errors.ts';
import { isObject } from '../read/json.ts';

interface TargetEvent {
  readonly group: string;
  /** `<id>:<port>`. */
  readonly target: string;
  readonly atMs: number;
  readonly isHealthy: boolean;
}

/** @returns seconds by target group name @throws CutoverError INVALID_CONFIG where the text is neither */
export function measuredBoots(text: string, file: string): Record<string, number> {
  const events = eventsIn(text, file).flatMap((e) => targetEvent(e) ?? []);
  const registered = new Map<string, number>();
  const boots: Record<string, number> = {};
  for (const { group, target, atMs, isHealthy } of events.sort((a, b) => a.atMs - b.atMs)) {
    const key = `${group} ${target}`;
    const since = registered.get(key);
    if (!isHealthy) registered.set(key, atMs);
    else if (since !== undefined) {
      boots[group] = Math.max(boots[group] ?? 0, Math.ceil((atMs - since) / 1000));
      // Healthy again after it was unhealthy is no boot.
      registered.delete(key);
    }
  }
  return boots;
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

const CODES: Readonly<Record<string, boolean>> = { TARGET_REGISTERED: false, TARGET_HEALTHY: true };

function targetEvent(event: unknown): TargetEvent | null {
  if (!isObject(event)) return null;
  const { code, subject, message, atMs, wallAt } = event;
  const isHealthy = typeof code === 'string' && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  const target = typeof message === 'string' ? /^target (\S+) /.exec(message)?.[1] : undefined;
  const at = typeof atMs === 'number' ? atMs : Date.parse(String(wallAt));
  if (isHealthy === undefined || target === undefined || typeof subject !== 'string' || Number.isNaN(at)) return null;
  return { group: subject, target, atMs: at, isHealthy };
}
