/** terraform_data and null_resource: what runs when they are made is a wait for AWS, or is not run. */
import { anything, inert, map, schema, text, word } from '../schema.ts';

const SHELL = 'the command is recognised, not run';

/** One `local-exec` provisioner (Terraform: provisioners). */
export const LOCAL_EXEC = {
  command: text({ required: true }),
  when: word(['create', 'destroy'], 'create'),
  on_failure: inert('a wait that fails, fails the apply'),
  interpreter: inert(SHELL),
  working_dir: inert(SHELL),
  environment: map(),
  quiet: inert(SHELL),
} as const;

export const TERRAFORM_DATA = schema(['terraform_data'], {
  input: inert('a value that is kept for references'),
  /** A change of it replaces the resource. */
  triggers_replace: anything(),
});

export const NULL_RESOURCE = schema(['null_resource'], {
  /** A change of it replaces the resource. */
  triggers: anything(),
});
