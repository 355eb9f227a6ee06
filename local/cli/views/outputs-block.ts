/** What `up` prints when the plane runs: where to send requests, and what to try. */
import type { Status } from '../../status.ts';
import { paint } from '../output.ts';

export function outputsBlock(status: Status): string {
  const lines = [
    paint(`Plane is up: ${status.stage ? `stage ${status.stage}, ` : ''}clock rate ${status.clockRate}`, 'bold'),
  ];
  for (const lb of status.loadBalancers)
    for (const listener of lb.listeners) {
      lines.push(`  ${lb.name.padEnd(24)} ${listener.url}`);
      for (const rule of listener.rules) lines.push(`    ${describeRule(rule)}`);
    }
  for (const api of status.restApis)
    for (const stage of api.stages) lines.push(`  ${api.name.padEnd(24)} ${stage.url}`);
  lines.push(
    `  ${'AWS endpoint'.padEnd(24)} ${status.endpoints.aws}   (export AWS_ENDPOINT_URL=${status.endpoints.aws})`,
  );
  if (status.endpoints.console) lines.push(`  ${'console'.padEnd(24)} ${status.endpoints.console}`);
  if (status.addressMode === 'mapped')
    lines.push('  Low ports or further loopback addresses are not to be had here: the ports above are mapped.');
  if (status.outputs.length > 0) lines.push(paint('Outputs', 'bold'));
  for (const output of status.outputs) lines.push(`  ${output.stack}.${output.name} = ${text(output.value)}`);
  return lines.join('\n');
}

/** `/iridium* → interstella-iridium`, `default → …`. */
export function describeRule(rule: Status['loadBalancers'][number]['listeners'][number]['rules'][number]): string {
  const when =
    rule.priority === 'default'
      ? 'default'
      : `${rule.priority}: ${(rule.conditions as readonly ConditionView[]).map(condition).join(' and ')}`;
  return `${when} → ${(rule.actions as readonly ActionView[]).map(action).join(', ')}`;
}

interface ConditionView {
  field: string;
  values?: readonly string[];
  name?: string;
  pairs?: readonly { key: string | null; value: string }[];
}

interface ActionView {
  type: string;
  statusCode?: number;
  targetGroups?: readonly { name?: string; arn: string; weight: number }[];
}

function condition(c: ConditionView): string {
  const values = c.values ?? c.pairs?.map((p) => (p.key ? `${p.key}=${p.value}` : p.value)) ?? [];
  const subject = c.field === 'path-pattern' ? '' : `${c.name ?? c.field} `;
  return `${subject}${values.join(' or ')}`;
}

function action(a: ActionView): string {
  if (a.type !== 'forward') return `${a.type}${a.statusCode ? ` ${a.statusCode}` : ''}`;
  const groups = a.targetGroups ?? [];
  const name = (g: { name?: string; arn: string }): string => g.name ?? g.arn.split('/')[1] ?? g.arn;
  return groups.length === 1 && groups[0] ? name(groups[0]) : groups.map((g) => `${name(g)} (${g.weight})`).join(', ');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
