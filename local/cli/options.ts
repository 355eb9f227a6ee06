/** Parsers for flag values: each refuses with the flag, the value, the rule and the fix. */
import { InvalidArgumentError } from 'commander';

/** A whole number in a range. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}.`);
    return number;
  };
}

/** Anything but nothing: an empty value is a shell variable that is not set. */
export function someText(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('it is empty.');
  return value;
}

/** An address that can be called. */
export function httpUrl(value: string): string {
  const url = URL.parse(value);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new InvalidArgumentError('it must be an http or https URL.');
  return value;
}

/** A number above one bound and at most another. */
export function numberUpTo(above: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !(number > above && number <= most))
      throw new InvalidArgumentError(`it must be a number above ${above}, at most ${most}.`);
    return number;
  };
}

/** One of a few words. */
export function oneOf<T extends string>(...words: readonly T[]): (value: string) => T {
  return (value) => {
    if (!(words as readonly string[]).includes(value))
      throw new InvalidArgumentError(`it must be one of ${words.join(', ')}.`);
    return value as T;
  };
}

/** Collects repeatable `NAME=VALUE` flags into one record. */
export function pairs(value: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError('it must be NAME=VALUE.');
  return { ...previous, [value.slice(0, at)]: value.slice(at + 1) };
}

/** Collects repeatable flags into a list. */
export function list(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** Stage names, in cutover order (the stages themselves are data of the stacks). */
export const STAGES = ['monolith', 'containers', 'strangler', 'microservices'] as const;
export type StageName = (typeof STAGES)[number];
