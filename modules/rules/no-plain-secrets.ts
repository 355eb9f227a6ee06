import { containersIn } from './containers.ts';
import type { Estate, Json } from './estate.ts';
import type { Finding, HouseRule } from './rule.ts';
import { isSecret } from './secrets.ts';

const FIX = 'keep it in Parameter Store or Secrets Manager, and name its ARN';

export const noPlainSecrets: HouseRule = {
  id: 'no-plain-secrets',
  rule: 'no secret stands in a plain setting, where everybody reads it who may describe the resource (ECS specifying-sensitive-data)',
  check: (estate) => [...inContainers(estate), ...inFunctions(estate)],
};

function inContainers(estate: Estate): Finding[] {
  return containersIn(estate).flatMap(({ address, body }) =>
    (body.environment ?? [])
      .filter(({ name, value }: Json) => isSecret(name, value))
      .map(({ name }: Json) => ({ address: `${address}.environment`, value: name, fix: FIX })),
  );
}

function inFunctions(estate: Estate): Finding[] {
  return estate.all('aws_lambda_function').flatMap(({ address, body }) =>
    Object.entries(body.environment?.variables ?? {})
      .filter(([name, value]) => isSecret(name, value))
      .map(([name]) => ({ address: `${address}.environment`, value: name, fix: FIX })),
  );
}
