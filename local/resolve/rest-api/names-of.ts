/** Names that lead to a load balancer: its own, and those that Route 53 records of the stacks give it. */
import { isObject, type Json } from '../../read/json.ts';
import type { BuildContext } from '../kind.ts';

type All = BuildContext<never>['all'];

/** A name as it is compared: lower case, without the dot at its end. */
export const bareName = (value: unknown): string =>
  String(value ?? '')
    .toLowerCase()
    .replace(/\.$/, '');

/** What an alias may have before the load balancer's name (Route 53 routing-to-elb-load-balancer). */
const DUALSTACK = /^dualstack\./;

/**
 * Names whose record is an alias of the load balancer, or a CNAME of its name. Wildcards are no name to be asked for.
 * @param dnsName of the load balancer
 */
export function namesOf(dnsName: string, all: All): readonly string[] {
  const target = bareName(dnsName);
  const zones = new Map(
    all('aws_route53_zone').map(({ json }) => [String(json['zone_id'] ?? ''), bareName(json['name'])]),
  );
  const found = all('aws_route53_record').flatMap(({ json }) => {
    const leads = targetsOf(json).some((name) => bareName(name).replace(DUALSTACK, '') === target);
    return leads ? [fullName(bareName(json['name']), zones.get(String(json['zone_id'] ?? '')))] : [];
  });
  return [...new Set(found)].filter((name) => name !== '' && !name.includes('*'));
}

function targetsOf(record: Json): readonly unknown[] {
  const aliases = [record['alias'] ?? []].flat().filter(isObject);
  const names = record['type'] === 'CNAME' ? [record['records'] ?? []].flat() : [];
  return [...aliases.map((alias) => alias['name']), ...names];
}

/** Terraform adds the zone's name to one that does not end in it. */
const fullName = (name: string, zone: string | undefined): string =>
  zone === undefined || zone === '' || name === zone || name.endsWith(`.${zone}`) ? name : `${name}.${zone}`;
