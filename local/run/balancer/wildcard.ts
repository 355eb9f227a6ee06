/** Patterns of listener rules: `*` is zero or more characters, `?` exactly one (ELB load-balancer-listeners). Pure. */

export type TextMatcher = (text: string) => boolean;

/**
 * Compiles once; matching takes at most pattern × text steps, whatever the pattern (no regular expressions, so a
 * hostile path cannot make it backtrack without end).
 * @param ignoreCase the caller then passes lower-case text
 */
export function compileWildcard(pattern: string, ignoreCase: boolean): TextMatcher {
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  const firstStar = wanted.indexOf('*');
  const plain = !wanted.includes('?');
  if (plain && firstStar === -1) return (text) => text === wanted;
  if (plain && firstStar === wanted.length - 1) {
    const prefix = wanted.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  if (plain && firstStar === 0 && wanted.lastIndexOf('*') === 0) {
    const suffix = wanted.slice(1);
    return (text) => text.endsWith(suffix);
  }
  return (text) => matchesGlob(wanted, text);
}

/** The characters before the first wildcard. */
export function literalPrefix(pattern: string): string {
  const end = pattern.search(/[*?]/);
  return end === -1 ? pattern : pattern.slice(0, end);
}

const STAR = 42;
const QUESTION = 63;

function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const wanted = p < pattern.length ? pattern.charCodeAt(p) : -1;
    if (wanted === STAR) {
      starAt = p++;
      resumeAt = t;
    } else if (wanted === QUESTION || wanted === text.charCodeAt(t)) {
      p++;
      t++;
    } else if (starAt !== -1) {
      // Only the last star ever needs to take more: what earlier ones matched stays matched.
      p = starAt + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (p < pattern.length && pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}
