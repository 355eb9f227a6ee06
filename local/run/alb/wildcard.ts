/** `*` is zero or more characters, `?` exactly one (ELB load-balancer-listeners). Linear in practice, no backtracking blow-up. */

/** @returns a matcher; patterns without wildcards compare, a single `*` at the end compares a prefix */
export function compileWildcard(pattern: string, options: { ignoreCase: boolean }): (text: string) => boolean {
  const wanted = options.ignoreCase ? pattern.toLowerCase() : pattern;
  const fold = options.ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text;
  const star = wanted.indexOf('*');
  if (star < 0 && !wanted.includes('?')) return (text) => fold(text) === wanted;
  if (star === wanted.length - 1 && !wanted.includes('?')) {
    const prefix = wanted.slice(0, -1);
    return (text) => fold(text).startsWith(prefix);
  }
  return (text) => matches(wanted, fold(text));
}

/** Greedy with one point to return to: the last star. */
function matches(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
