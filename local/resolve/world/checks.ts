/** Sections that say how a state came to be, or what should hold of it: they change nothing that is run, and are told. */
import { isObject, type Json } from '../../read/json.ts';
import type { FidelityNote } from '../../topology.ts';
import { inHome } from './addresses.ts';
import { labelled } from './blocks.ts';
import { attempt } from './errors.ts';
import type { World } from './world.ts';

/** section → why it has no effect (Terraform: refactoring, import, removing resources). */
export const OF_STATE: Readonly<Record<string, string>> = {
  moved: 'there is no earlier state whose names would change',
  removed: 'there is no earlier state to forget anything of',
  import: 'nothing is imported: what is declared is made',
};

/** Notes of `moved`, `removed`, `import`, and of `check` blocks that do not hold: Terraform warns of these and goes on. */
export function checkChecks(world: World, notes: Map<string, FidelityNote>): void {
  const note = (subject: string, reason: string): void =>
    void notes.set(`no-local-effect ${subject}`, { kind: 'no-local-effect', subject, reason });
  for (const { key, json } of world.homes) {
    for (const [section, reason] of Object.entries(OF_STATE)) if (json[section]) note(section, reason);
    for (const [name, body] of labelled(json['check'], inHome(key, 'check'), []))
      for (const [reason, i] of failures(world, key, name, body)) note(inHome(key, `check.${name}${i}`), reason);
  }
}

function failures(world: World, home: string, name: string, body: unknown): [string, string][] {
  const content = ([body].flat()[0] ?? {}) as Json;
  // Its own data source asks what runs, mostly a URL.
  if (isObject(content) && content['data']) return [['it has a data source of its own, which is not asked here', '']];
  return [isObject(content) ? (content['assert'] ?? []) : []]
    .flat()
    .filter(isObject)
    .flatMap((assert, i): [string, string][] => {
      const at = inHome(home, `check.${name}`);
      const holds = attempt([], () => world.evaluateValue(assert['condition'], { home }, at));
      if (holds === true || holds === 'true') return [];
      const message = attempt([], () => world.evaluateValue(assert['error_message'], { home }, at));
      return [[`it does not hold: ${String(message ?? assert['condition'])}`, `.assert[${i}]`]];
    });
}
