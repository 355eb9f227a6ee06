import type { ContainerDefinition } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { secretName, secretText } from '../../house/secrets.ts';
import { containerAt } from '../../lookups.ts';

/** Settings as shells and command lines have them: `NAME=value`, `--name=value`, `--name value`. */
const ASSIGNED = /(?:^|[\s;"'])(?:export\s+)?([A-Za-z_]\w*)=["']?([^\s"';&|]+)/g;
const FLAGS = /(?:^|\s)--?([A-Za-z][\w-]*)[= ]["']?([^\s"'-][^\s"']*)/g;

/** Of a value that is drawn so much is looked for, since it may be cut where it is used. */
const DRAWN_CHARACTERS = 16;

export const secretInEnvironment: Rule = {
  id: 'secret-in-environment',
  severity: 'error',
  text: 'who may describe a task definition or a function reads its environment: secrets are named in `secrets`, and resolved when the task starts',
  page: 'ECS specifying-sensitive-data',
  fix: 'keep it in an aws_ssm_parameter of type SecureString, and name that in secrets',
  find: ({ topology: t, drawn = new Map() }) => [
    ...t.taskDefinitions.flatMap((d) =>
      d.containers.flatMap((c) => [
        ...inVariables(`${containerAt(d, c)}.environment`, c.environment, drawn),
        ...texts(c).flatMap(([attribute, text]) => inText(`${containerAt(d, c)}.${attribute}`, text)),
      ]),
    ),
    ...t.functions.flatMap((f) => inVariables(`${f.address}.environment`, f.environment, drawn)),
    ...t.autoScalingGroups.flatMap((g) => inText(g.address, g.userData)),
  ],
};

const texts = ({ entryPoint, command, healthCheck }: ContainerDefinition): readonly (readonly [string, string])[] => [
  ['command', [...(entryPoint ?? []), ...(command ?? [])].join(' ')],
  ['healthCheck.command', healthCheck?.command.join(' ') ?? ''],
];

function inVariables(
  address: string,
  variables: Readonly<Record<string, string>>,
  drawn: ReadonlyMap<string, string>,
): Found[] {
  return Object.entries(variables).flatMap(([name, value]): Found[] => {
    const at = { address: `${address}.${name}`, value: hidden(value) };
    const what = secretText(value);
    if (what) return [{ ...at, message: `${name} holds ${what}` }];
    const source = [...drawn].find(([text]) => value.includes(text.slice(0, DRAWN_CHARACTERS)))?.[1];
    if (source !== undefined) return [{ ...at, message: `${name} holds the secret of ${source}` }];
    const likely = secretName(name, value);
    if (likely === null) return [];
    return likely === 'name'
      ? [{ ...at, message: `${name} is a secret by its name`, severity: 'error' }]
      : [{ ...at, message: `${name} may be a secret by its name`, severity: 'warning' }];
  });
}

function inText(address: string, text: string): Found[] {
  const what = secretText(text);
  if (what) return [{ address, message: `its text holds ${what}`, value: null }];
  const named = [ASSIGNED, FLAGS]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    // What a shell puts in is no secret that stands here.
    .find(([, name = '', value = '']) => !/[$`<]/.test(value) && secretName(name, value) === 'name')?.[1];
  return named === undefined ? [] : [{ address, message: `its text sets ${named}, a secret by its name`, value: null }];
}

const hidden = (value: string): string => `(${value.length} characters, not shown)`;
