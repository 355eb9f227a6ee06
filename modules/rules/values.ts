/** Values as Terraform JSON may have them: one block or a list of blocks, switches as texts, JSON inside texts. */

// biome-ignore lint/suspicious/noExplicitAny: synthesized JSON has no type
export type Json = any;

/** Parsed, or undefined where it is not literal JSON. */
export function parsed(text: unknown): Json {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One or several of something, as policies and blocks have it. */
export function several<T>(value: T | readonly T[] | undefined | null): readonly T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** All blocks of a name, those of a `dynamic` block too: what it repeats is judged once, as it is written. */
export function blocks(body: Json, name: string): readonly Json[] {
  const repeated = several<Json>(body?.dynamic).flatMap((dynamic) => several<Json>(dynamic?.[name]));
  return [...several<Json>(body?.[name]), ...repeated.flatMap(({ content }) => several<Json>(content))];
}

/** The block of a name that may stand once: Terraform JSON takes it bare and as a list of one. */
export function block(body: Json, name: string): Json {
  return blocks(body, name)[0];
}

/** Terraform takes switches as texts, too. */
export function isOn(value: unknown): boolean {
  return value === true || value === 'true';
}

/** True for text that Terraform only knows when it applies. */
export function isReference(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}
