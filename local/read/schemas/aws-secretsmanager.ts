/** aws_secretsmanager_secret_version (Secrets Manager PutSecretValue). The secret itself is a name. */
import { inert, refused, schema, text } from '../schema.ts';

const STAGES = 'the value of the stack is the current one';

export const SECRET_VERSION = schema(['aws_secretsmanager_secret_version'], {
  secret_id: text({ required: true }),
  secret_string: text({ pattern: /^[\s\S]{1,65536}$/, rule: '1 to 65536 characters (Secrets Manager PutSecretValue)' }),
  secret_string_wo: text({
    pattern: /^[\s\S]{1,65536}$/,
    rule: '1 to 65536 characters (Secrets Manager PutSecretValue)',
  }),
  secret_string_wo_version: inert(STAGES),
  secret_binary: refused('tasks are given text'),
  version_stages: inert(STAGES),
  region: inert('the plane is one region'),
});
