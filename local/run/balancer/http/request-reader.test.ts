/** Heads come in whatever pieces the network makes of them. */
import test from 'ava';
import fc from 'fast-check';
import { RequestHead } from './request-head.ts';
import { RequestReader } from './request-reader.ts';

const rules = { dropInvalidHeaderFields: false, preserveHostHeader: false };

/** Every head that is read as the pieces come, as text; stops at a refusal. */
function headsOf(pieces: readonly Buffer[]): (string | number)[] {
  const reader = new RequestReader();
  const heads: (string | number)[] = [];
  for (const piece of pieces) {
    reader.bytes.append(piece);
    for (let next = reader.next('127.0.0.1', rules); next !== null; next = reader.next('127.0.0.1', rules)) {
      if (!(next instanceof RequestHead)) return [...heads, next.status];
      heads.push(next.refusal === 0 ? next.text : next.refusal);
      if (next.refusal !== 0) return heads;
    }
  }
  return heads;
}

function cutAt(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const edges = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
  return edges
    .slice(1)
    .map((end, i) => bytes.subarray(edges[i], end))
    .filter((piece) => piece.length > 0);
}

const FIRST = 'GET /a?b=c HTTP/1.1\r\nHost: shop.example:80\r\nX-Odd_Name: \t v \r\nX-Empty:\r\n';
const SECOND = 'OPTIONS * HTTP/1.0\r\n';

test('well-formed heads are the same at every cut, empty lines before them left out', (t) => {
  const text = `\r\n\r\n${FIRST}\r\n\r\n${SECOND}\r\n`;
  for (let cut = 1; cut < text.length; cut++) t.deepEqual(headsOf(cutAt(text, [cut])), [FIRST, SECOND], `at ${cut}`);
  t.deepEqual(headsOf([...Buffer.from(text, 'latin1')].map((byte) => Buffer.of(byte))), [FIRST, SECOND]);
});

test('what is refused whole is refused in pieces, and what passes whole passes in pieces', (t) => {
  const part = fc.constantFrom('\r\n', '\n', '\r', ' ', ':', 'GET', '/', 'HTTP/1.1', 'Host', 'a', '\x01', '\0', '\xe9');
  const line = fc.constantFrom('GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\n', 'Host: a\r\n', 'X: y\r\n', 'X: y\n', '');
  const text = fc
    .tuple(line, line, fc.array(fc.oneof(part, line), { maxLength: 8 }))
    .map(([first, second, rest]) => `${first}${second}${rest.join('')}\r\n\r\n`);
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 8 }), (all, cuts) => {
      const whole = headsOf([Buffer.from(all, 'latin1')]);
      const pieces = headsOf(cutAt(all, cuts));
      // Which of two faults is told depends on which was seen first; that one is told does not.
      const told = (heads: readonly (string | number)[]) =>
        heads.map((head) => (typeof head === 'number' ? 'no' : head));
      t.deepEqual(told(pieces), told(whole), JSON.stringify(all));
    }),
    { numRuns: 2_000 },
  );
});
