/** What a policy document says, from JSON or from Terraform's own data source, in IAM's words. */
import type { Estate } from './estate.ts';
import { blocks, type Json, parsed, several } from './values.ts';

export interface Read {
  readonly statements: readonly Json[];
  /** Whether every statement of it is seen. */
  readonly isWhole: boolean;
}

const UNREAD: Read = { statements: [], isWhole: false };

/** IAM takes these in any case. */
const ELEMENTS = [
  'Action',
  'Condition',
  'Effect',
  'NotAction',
  'NotPrincipal',
  'NotResource',
  'Principal',
  'Resource',
  'Sid',
];
const CANONICAL: Readonly<Record<string, string>> = Object.fromEntries(
  ELEMENTS.map((name) => [name.toLowerCase(), name]),
);

/** Documents that are made of others have no more of them in a row. */
const MAX_SOURCES = 10;

/** @param text of the attribute: JSON, or a reference to `data.aws_iam_policy_document` */
export function readPolicy(estate: Estate, stack: string, written: unknown, depth = 0): Read {
  const text = estate.literal(stack, written);
  const [, name] =
    /^\$\{data\.aws_iam_policy_document\.([\w-]+)(?:\[\d+\])?\.(?:json|minified_json)\}$/.exec(String(text)) ?? [];
  if (name !== undefined) return readSource(estate, stack, name, depth);
  const statements = parsed(text)?.[keyOf(parsed(text), 'statement')];
  if (statements === undefined) return UNREAD;
  return {
    statements: several<Json>(statements).map((one) => estate.literalIn(stack, canonical(one))),
    isWhole: true,
  };
}

/** A data source; what it takes from other documents is read as well. */
function readSource(estate: Estate, stack: string, name: string, depth: number): Read {
  const body = estate.data(stack, 'aws_iam_policy_document', name);
  if (body === undefined || depth > MAX_SOURCES) return UNREAD;
  const others = ['source_policy_documents', 'override_policy_documents', 'source_json', 'override_json']
    .flatMap((key) => several<Json>(body[key]))
    .map((text) => readPolicy(estate, stack, text, depth + 1));
  const own = blocks(body, 'statement').map((one) => estate.literalIn(stack, fromBlock(one)));
  return {
    statements: [...own, ...others.flatMap(({ statements }) => statements)],
    isWhole: others.every(({ isWhole }) => isWhole),
  };
}

function fromBlock(statement: Json): Json {
  const made: Json = {
    Effect: statement.effect ?? 'Allow',
    Action: statement.actions,
    NotAction: statement.not_actions,
    Resource: statement.resources,
    NotResource: statement.not_resources,
    Principal: principals(blocks(statement, 'principals')),
    NotPrincipal: principals(blocks(statement, 'not_principals')),
    Condition: conditions(blocks(statement, 'condition')),
  };
  return Object.fromEntries(Object.entries<Json>(made).filter(([, value]) => value !== undefined));
}

function principals(all: readonly Json[]): Json {
  if (all.length === 0) return undefined;
  if (all.some(({ type }) => type === '*')) return '*';
  return merged(all.map(({ type, identifiers }) => [String(type), several<Json>(identifiers)]));
}

function conditions(all: readonly Json[]): Json {
  if (all.length === 0) return undefined;
  const tests = [...new Set(all.map(({ test }) => String(test)))];
  return Object.fromEntries(
    tests.map((test) => [
      test,
      merged(all.filter((one) => one.test === test).map(({ variable, values }) => [String(variable), several(values)])),
    ]),
  );
}

function merged(pairs: readonly (readonly [string, readonly Json[]])[]): Json {
  const found: Record<string, Json[]> = {};
  for (const [key, values] of pairs) found[key] = [...(found[key] ?? []), ...values];
  return found;
}

function canonical(statement: Json): Json {
  return Object.fromEntries(
    Object.entries<Json>(statement ?? {}).map(([key, value]) => [CANONICAL[key.toLowerCase()] ?? key, value]),
  );
}

function keyOf(document: Json, lowerCase: string): string {
  return Object.keys(document ?? {}).find((key) => key.toLowerCase() === lowerCase) ?? lowerCase;
}
