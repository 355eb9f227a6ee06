/** REST APIs: what API Gateway accepts and somebody will regret. Notes, not problems. */
import type { FidelityNote, ResourceBase, Topology } from '../../topology.ts';
import { integrationsOf } from './rest-integrations.ts';

export function restApiNotes(t: Topology): FidelityNote[] {
  const note = (subject: string, reason: string): FidelityNote => ({ subject, kind: 'approximated', reason });
  const needs = dependenciesOf(t);
  return [
    ...t.restDeployments.flatMap((d) => {
      const behind = needs(d.address);
      const late = t.restIntegrations.filter((x) => x.apiId === d.apiId && !behind.has(x.address));
      if (late.length === 0) return [];
      const which = `${late[0]?.address ?? ''}${late.length > 1 ? ` and ${late.length - 1} more` : ''}`;
      return [
        note(d.address, `it does not depend on ${which}: what is made after it is not in its picture of the API`),
      ];
    }),
    ...integrationsOf(t).flatMap((x) => {
      const free = [...(x.uri ?? '').matchAll(/\{([\w.-]+)\+?\}/g)]
        .map(([, name]) => name ?? '')
        .filter(
          (name) => !(x.uri ?? '').includes(`\${${name}}`) && !Object.hasOwn(x.requestParameters, `path.${name}`),
        );
      if (free.length === 0) return [];
      return [note(`${x.address}.uri`, `no request parameter fills {${free[0]}}: its method answers 500`)];
    }),
    ...t.restUsagePlans
      .filter((plan) => plan.throttle?.burst === 0)
      .map((plan) => note(`${plan.address}.throttle_settings`, 'a burst of 0 lets no request through')),
  ];
}

/** Everything that an address depends on, by however many steps. */
function dependenciesOf(t: Topology): (address: string) => ReadonlySet<string> {
  const direct = new Map<string, readonly string[]>();
  for (const value of Object.values(t))
    if (Array.isArray(value))
      for (const item of value as readonly Partial<ResourceBase>[])
        if (item.address !== undefined && item.dependsOn !== undefined) direct.set(item.address, item.dependsOn);
  return (address) => {
    const found = new Set<string>();
    const open = [...(direct.get(address) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...(direct.get(next) ?? []));
    }
    return found;
  };
}
