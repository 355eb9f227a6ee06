/** Which references an expression holds, without evaluating it. */
import { isObject } from '../../read/json.ts';
import { childrenOf, type Node } from '../expr/ast.ts';
import { parseTemplate } from '../expr/parser.ts';

const parsed = new Map<string, Node>();
const MAX_CACHED = 20_000;

/** Parses once per text. @throws ExpressionError */
export function parseCached(text: string): Node {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size > MAX_CACHED) parsed.clear();
  const node = parseTemplate(text);
  parsed.set(text, node);
  return node;
}

export const isTemplate = (text: string): boolean => text.includes('${') || text.includes('%{');

/** Paths of all references anywhere in a JSON value; none of a text that cannot be parsed (evaluating it tells why). */
export function referencesIn(value: unknown): string[][] {
  if (typeof value === 'string') return isTemplate(value) ? inText(value) : [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isObject(value) ? Object.entries(value).flatMap(([k, v]) => [...referencesIn(k), ...referencesIn(v)]) : [];
}

function inText(text: string): string[][] {
  try {
    return pathsOf(parseCached(text));
  } catch {
    return [];
  }
}

function pathsOf(node: Node): string[][] {
  const path: string[] = [];
  let at = node;
  const inside: string[][] = [];
  while (at.kind === 'attribute' || at.kind === 'index') {
    if (at.kind === 'index' && at.index.kind !== 'literal') inside.push(...pathsOf(at.index));
    path.unshift(at.kind === 'attribute' ? at.name : at.index.kind === 'literal' ? String(at.index.value) : '*');
    at = at.of;
  }
  if (at.kind === 'name') return [[at.name, ...path], ...inside];
  return [...inside, ...childrenOf(at).flatMap(pathsOf)];
}

/** Whether the text calls a function. */
export function callsFunction(node: Node, name: string): boolean {
  return (node.kind === 'call' && node.name === name) || childrenOf(node).some((child) => callsFunction(child, name));
}
