/** `aws_iam_policy_document`: statements as blocks → the JSON that the provider writes. */
import { CutoverError } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { Attribute } from '../names.ts';

/** @throws CutoverError INVALID_ATTRIBUTE */
export function policyJson(attribute: Attribute): string {
  const sources = [attribute('source_policy_documents') ?? []].flat().flatMap(statementsOf);
  const overrides = [attribute('override_policy_documents') ?? []].flat().flatMap(statementsOf);
  const own = objects(attribute('statement')).map(statement);
  // A statement with the same Sid replaces an earlier one.
  const bySid = new Map<unknown, Json>();
  for (const s of [...sources, ...own, ...overrides]) bySid.set(s['Sid'] ?? bySid.size, s);
  const id = attribute('policy_id');
  return JSON.stringify(
    {
      Version: attribute('version') ?? '2012-10-17',
      ...(id ? { Id: id } : {}),
      Statement: [...bySid.values()],
    },
    null,
    2,
  );
}

const objects = (value: unknown): Json[] => [value ?? []].flat().filter(isObject);
const texts = (value: unknown): string[] => [value ?? []].flat().map(String);

/** One value stands alone, several are sorted, as the provider writes them. */
function listed(values: readonly string[]): string | string[] {
  return values.length === 1 ? (values[0] as string) : [...values].sort().reverse();
}

function statement(s: Json): Json {
  const out: Json = {};
  if (s['sid']) out['Sid'] = s['sid'];
  out['Effect'] = s['effect'] ?? 'Allow';
  for (const [from, to] of [
    ['actions', 'Action'],
    ['not_actions', 'NotAction'],
    ['resources', 'Resource'],
    ['not_resources', 'NotResource'],
  ] as const)
    if (texts(s[from]).length > 0) out[to] = listed(texts(s[from]));
  for (const [from, to] of [
    ['principals', 'Principal'],
    ['not_principals', 'NotPrincipal'],
  ] as const)
    if (objects(s[from]).length > 0) out[to] = principals(objects(s[from]));
  if (objects(s['condition']).length > 0) out['Condition'] = conditions(objects(s['condition']));
  return out;
}

function principals(blocks: readonly Json[]): unknown {
  if (blocks.some((p) => p['type'] === '*')) return '*';
  const byType = new Map<string, string[]>();
  for (const p of blocks) {
    const type = String(p['type']);
    byType.set(type, [...(byType.get(type) ?? []), ...texts(p['identifiers'])]);
  }
  return Object.fromEntries([...byType].map(([type, ids]) => [type, listed(ids)]));
}

function conditions(blocks: readonly Json[]): Json {
  const byTest = new Map<string, Map<string, string[]>>();
  for (const c of blocks) {
    const test = byTest.get(String(c['test'])) ?? new Map<string, string[]>();
    const variable = String(c['variable']);
    test.set(variable, [...(test.get(variable) ?? []), ...texts(c['values'])]);
    byTest.set(String(c['test']), test);
  }
  return Object.fromEntries(
    [...byTest].map(([test, variables]) => [
      test,
      Object.fromEntries([...variables].map(([name, values]) => [name, listed(values)])),
    ]),
  );
}

function statementsOf(document: unknown): Json[] {
  try {
    const json = JSON.parse(String(document)) as unknown;
    return isObject(json) ? objects(json['Statement']) : [];
  } catch (error) {
    throw new CutoverError({
      code: 'INVALID_ATTRIBUTE',
      message: `a policy document is not JSON: ${error instanceof Error ? error.message : error}`,
      value: document,
      rule: 'JSON text',
      fix: 'correct the document',
    });
  }
}
