/** CloudWatch Logs filter patterns over plain text. Pure. Rules: Logs FilterAndPatternSyntax (unstructured events). */
import { ApiError } from '../../contracts.ts';

/**
 * Terms are ANDed, `?term` are ORed, `-term` excludes, quotes hold phrases together; case-sensitive.
 * @throws ApiError InvalidParameterException for the JSON, column and regular-expression forms, which are not offered
 */
export function compilePattern(pattern: string): (message: string) => boolean {
  const trimmed = pattern.trim();
  if (trimmed === '') return () => true;
  if (/^[{[]/.test(trimmed) || /(^|\s)[?-]?%/.test(trimmed)) {
    throw new ApiError(
      'InvalidParameterException',
      'Invalid filter pattern: the local plane offers terms, ?terms, -terms and "phrases"',
    );
  }
  const terms = [...trimmed.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, sign = '', phrase, word]) => ({
    sign,
    text: phrase === undefined ? (word ?? '') : phrase.replace(/\\(.)/g, '$1'),
  }));
  const of = (sign: string): string[] => terms.filter((term) => term.sign === sign).map((term) => term.text);
  const [required, optional, excluded] = [of(''), of('?'), of('-')];
  return (message) =>
    required.every((text) => message.includes(text)) &&
    !excluded.some((text) => message.includes(text)) &&
    (optional.length === 0 || required.length > 0 || optional.some((text) => message.includes(text)));
}
