/** What `validation` blocks of variables refuse (Terraform: custom conditions), each by its own message. */
import type { Problem } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import { inHome } from './addresses.ts';
import { declared, labelled } from './blocks.ts';
import { attempt } from './errors.ts';
import type { Home } from './homes.ts';
import type { World } from './world.ts';

export function checkValidations(world: World): Problem[] {
  const problems: Problem[] = [];
  for (const home of world.homes)
    for (const [name] of labelled(home.json['variable'], inHome(home.key, 'variable'), [])) {
      const validations = [declared(home.json, 'variable', name)?.['validation'] ?? []].flat().filter(isObject);
      // A variable without value, or of another type, has been reported.
      if (validations.length === 0 || attempt([], () => world.named.variable(home.key, name)) === undefined) continue;
      for (const validation of validations) problems.push(...failures(world, home, name, validation));
    }
  return problems;
}

function failures(world: World, { key, call }: Home, name: string, validation: Json): Problem[] {
  const { condition, error_message: message } = validation;
  const problems: Problem[] = [];
  const address = inHome(key, `var.${name}`);
  const at = `${address}.validation`;
  const holds = attempt(problems, () => world.evaluateValue(condition, { home: key }, at));
  if (holds === undefined || holds === true || holds === 'true') return problems;
  const text = attempt(problems, () => world.evaluateValue(message, { home: key }, at));
  const value = attempt([], () => world.named.variable(key, name));
  problems.push({
    code: 'INVALID_CONFIG',
    address,
    message: `the variable ${name} is refused: ${String(text ?? 'its validation does not hold')}`,
    value: world.named.isSensitiveVariable(key, name) ? '(sensitive)' : (value ?? null),
    rule: String(condition),
    fix: `set ${call ? `${name} in the block module ${call.name}` : `TF_VAR_${name}`} to a value that its validation takes`,
  });
  return problems;
}
