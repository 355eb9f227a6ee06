/** Terraform's `format`: the verbs of its documentation. */
import { asBoolean, asNumber, asText, encodeJson, rounded } from '../values.ts';

const VERB = /%(?:%|(?:\[(\d+)\])?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z])?)/g;
const MAX_WIDTH = 1000;

/** @throws Error for a verb without a value, a value without a verb, an unknown verb */
export function format(template: string, args: readonly unknown[]): string {
  let next = 0;
  let highest = 0;
  const text = template.replace(VERB, (whole, position, flags: string, width, precision, verb) => {
    if (whole === '%%') return '%';
    const index = position ? Number(position) - 1 : next;
    next = index + 1;
    highest = Math.max(highest, next);
    if (index >= args.length || index < 0) throw new Error(`there is no value for ${whole}`);
    const digits = precision === undefined ? null : Number(precision);
    return pad(one(verb, args[index], digits, flags ?? ''), flags ?? '', Number(width ?? 0));
  });
  if (highest < args.length) throw new Error(`there are ${args.length} values, and verbs for ${highest}`);
  return text;
}

function pad(text: string, flags: string, width: number): string {
  if (width > MAX_WIDTH) throw new Error(`a width of ${width} is more than ${MAX_WIDTH}`);
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function one(verb: string | undefined, value: unknown, digits: number | null, flags: string): string {
  const signed = (text: string, n: number): string => (flags.includes('+') && n >= 0 ? `+${text}` : text);
  switch (verb) {
    case 's':
      return digits === null ? asText(value) : [...asText(value)].slice(0, digits).join('');
    case 'd':
      return signed(asText(Math.trunc(rounded(asNumber(value)))), asNumber(value));
    case 'f':
      return signed(asNumber(value).toFixed(Math.min(digits ?? 6, 20)), asNumber(value));
    case 'e':
      return asNumber(value)
        .toExponential(Math.min(digits ?? 6, 20))
        .replace(/e([-+])(\d)$/, 'e$10$2');
    case 'g':
      return String(asNumber(value));
    case 'b':
      return Math.trunc(asNumber(value)).toString(2);
    case 'o':
      return Math.trunc(asNumber(value)).toString(8);
    case 'x':
      return typeof value === 'number' ? Math.trunc(value).toString(16) : Buffer.from(asText(value)).toString('hex');
    case 'X':
      return Math.trunc(asNumber(value)).toString(16).toUpperCase();
    case 'q':
      return JSON.stringify(asText(value));
    case 't':
      return String(asBoolean(value));
    case 'v':
      return typeof value === 'string' ? value : encodeJson(value);
    default:
      throw new Error(`there is no verb %${verb ?? ''}`);
  }
}
