import type { Found, Rule } from '../../contracts.ts';
import { containerAt } from '../../lookups.ts';

/** ARN of a parameter, with its name; a version or label may stand behind it. */
const ARN = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter\/?(\/?.+)$/;

export const secretMissing: Rule = {
  id: 'secret-missing',
  severity: 'warning',
  text: 'secrets are resolved before the task starts: one that is not there stops it with ResourceInitializationError. A parameter that no stack makes has to be made by hand before',
  page: 'ECS specifying-sensitive-data, SSM sysman-paramstore',
  fix: 'make it in a stack, or beforehand',
  needsAll: ['aws_ssm_parameter'],
  find: ({ topology: t }) => {
    const known = new Set(t.parameters.map((p) => bare(p.name)));
    return t.taskDefinitions.flatMap((definition) =>
      definition.containers.flatMap((container) =>
        container.secrets.flatMap(({ name, valueFrom }): Found[] => {
          const parameter = parameterOf(valueFrom);
          if (parameter === null || known.has(bare(parameter))) return [];
          return [
            {
              address: `${containerAt(definition, container)}.secrets.${name}`,
              message: `no stack makes the parameter ${parameter}`,
              value: valueFrom,
            },
          ];
        }),
      ),
    );
  },
};

/** Name of the parameter that is meant; null for a secret of Secrets Manager. */
function parameterOf(valueFrom: string): string | null {
  if (!valueFrom.startsWith('arn:')) return valueFrom;
  return ARN.exec(valueFrom)?.[1] ?? null;
}

/** Names in ARNs lose their first slash; a version or label is of the same parameter. */
const bare = (name: string): string => name.replace(/^\//, '').split(':')[0] ?? '';
