import type { Found, Rule } from '../../contracts.ts';
import { containerAt } from '../../lookups.ts';
import { secretName, secretValue } from './patterns.ts';

export const secretInEnvironment: Rule = {
  id: 'secret-in-environment',
  severity: 'error',
  text: 'who may describe a task definition or a function reads its environment: secrets are named in `secrets`, and resolved when the task starts',
  page: 'ECS specifying-sensitive-data',
  fix: 'keep it in an aws_ssm_parameter of type SecureString, and name that in secrets',
  find: ({ topology: t }) => [
    ...t.taskDefinitions.flatMap((d) =>
      d.containers.flatMap((c) => [
        ...inVariables(`${containerAt(d, c)}.environment`, c.environment),
        ...inText(`${containerAt(d, c)}.command`, [...(c.entryPoint ?? []), ...(c.command ?? [])].join(' ')),
      ]),
    ),
    ...t.functions.flatMap((f) => inVariables(`${f.address}.environment`, f.environment)),
    ...t.autoScalingGroups.flatMap((g) => inText(g.address, g.userData)),
  ],
};

function inVariables(address: string, variables: Readonly<Record<string, string>>): Found[] {
  return Object.entries(variables).flatMap(([name, value]): Found[] => {
    const what = secretValue(value);
    const at = `${address}.${name}`;
    if (what) return [{ address: at, message: `${name} holds ${what}`, value: hidden(value) }];
    const likely = secretName(name, value);
    if (!likely) return [];
    return [
      {
        address: at,
        message: likely === 'name' ? `${name} is a secret by its name` : `${name} may be a secret by its name`,
        value: hidden(value),
        severity: likely === 'name' ? 'error' : 'warning',
      },
    ];
  });
}

function inText(address: string, text: string): Found[] {
  const what = secretValue(text);
  return what ? [{ address, message: `its text holds ${what}`, value: null }] : [];
}

const hidden = (value: string): string => `(${value.length} characters, not shown)`;
