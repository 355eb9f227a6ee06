/** What `$(…)` prints, for the few commands whose answer the plane knows. Pure. */
import { expandWord } from '../shell/expand.ts';
import { lexShell } from '../shell/lexer.ts';
import type { Facts } from './machine.ts';

/** Instance metadata that user data asks for (EC2 instancedata-data-categories). */
const METADATA: Readonly<Record<string, (facts: Facts) => string>> = {
  'instance-id': (facts) => facts.instanceId,
  'local-ipv4': (facts) => facts.address,
  'instance-type': (facts) => facts.instanceType,
  'placement/availability-zone': (facts) => facts.zone,
  'placement/region': (facts) => facts.region,
  'local-hostname': hostOf,
  hostname: hostOf,
};

/** @returns null where it is not known */
export function substitute(text: string, facts: Facts, variable: (name: string) => string | undefined): string | null {
  const [command, second] = lexShell(text);
  if (!command || second) return null;
  const expansion = { variable, command: () => null, unknown: () => undefined };
  const words = command.words.flatMap((word) => expandWord(word, expansion));
  const [program = '', ...args] = words;
  switch (program.split('/').at(-1)) {
    case 'curl':
    case 'wget':
      return metadata(args, facts);
    case 'ec2-metadata':
      return args.some((arg) => arg === '-i' || arg === '--instance-id') ? facts.instanceId : null;
    case 'aws':
      return parameterOf(args, facts);
    case 'hostname':
      return hostOf(facts);
    case 'echo':
      return args.join(' ');
    default:
      return null;
  }
}

function metadata(args: readonly string[], facts: Facts): string | null {
  const url = args.find((arg) => arg.includes('169.254.169.254/'));
  if (url === undefined) return null;
  if (url.endsWith('/api/token')) return 'local';
  const path = /\/latest\/meta-data\/(.+?)\/?$/.exec(url)?.[1] ?? '';
  return Object.hasOwn(METADATA, path) ? (METADATA[path]?.(facts) ?? null) : null;
}

/** `aws ssm get-parameter --name N … --query Parameter.Value --output text`. */
function parameterOf(args: readonly string[], facts: Facts): string | null {
  const at = args.indexOf('ssm');
  if (at === -1 || args[at + 1] !== 'get-parameter') return null;
  const value = (flag: string): string | undefined =>
    args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1) ?? args[args.indexOf(flag) + 1];
  if (!args.some((arg) => arg === '--name' || arg.startsWith('--name='))) return null;
  if (value('--query') !== 'Parameter.Value') return null;
  return facts.parameter(value('--name') ?? '');
}

function hostOf({ address, region }: Facts): string {
  const domain = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
  return `ip-${address.replaceAll('.', '-')}.${domain}`;
}
