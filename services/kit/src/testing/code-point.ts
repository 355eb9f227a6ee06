/** Arbitrary text for properties. */
import fc from 'fast-check';

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const LAST = 0x10ffff;

/**
 * Any character of any plane but half a surrogate pair, as the `unit` of `fc.string`: what its own `binary` is, without
 * the map of a million characters that each process would build for it first.
 */
export const codePoint = fc
  .integer({ min: 0, max: LAST - SURROGATES })
  .map((n) => String.fromCodePoint(n < FIRST_SURROGATE ? n : n + SURROGATES));
