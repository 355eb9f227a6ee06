/** terraform_data and null_resource: waits for AWS act; what only keeps values does not; other commands are refused. */
import { LOCAL_EXEC, NULL_RESOURCE, TERRAFORM_DATA } from '../../read/schemas/terraform-data.ts';
import type { CommandWait } from '../../topology.ts';
import { decode } from '../decode.ts';
import { encodeJson } from '../expr/values.ts';
import { acting, type BuildContext, type Provisioner } from '../kind.ts';
import { uuid } from '../names.ts';
import { parseWait, RECOGNISED, type Wait } from './wait-command.ts';

/** Terraform keeps no provisioner in its state: a changed command alone is no change. */
const UNSEEN = ['id', 'wait'];
const KEEPS = 'it keeps values for references';

// A replaced one has another id, as Terraform gives it: its wait runs again, and only then.
const terraformData = acting(
  TERRAFORM_DATA,
  'commandWaits',
  (_names, block, attribute) => ({
    id: uuid(`${block.address} ${encodeJson(attribute('triggers_replace') ?? null)}`),
    output: attribute('input') ?? null,
  }),
  (context) => build(context),
  UNSEEN,
);

const nullResource = acting(
  NULL_RESOURCE,
  'commandWaits',
  (_names, block, attribute) => ({ id: uuid(`${block.address} ${encodeJson(attribute('triggers') ?? null)}`) }),
  (context) => build(context),
  UNSEEN,
);

/** Types whose provisioners are read. */
export const isProvisioned = (type: string): boolean => type === 'terraform_data' || type === 'null_resource';

type Context = Pick<BuildContext<never>, 'base' | 'computed' | 'report' | 'provisioners' | 'isAllowed'>;

function build(context: Context): CommandWait | null {
  const { base, computed, report, provisioners } = context;
  const waits = provisioners.flatMap((p) => waitOf(p, context) ?? []);
  if (waits.length > 1)
    report.problem('UNSUPPORTED_ATTRIBUTE', 'provisioner', {
      message: `it waits ${waits.length} times`,
      value: waits.length,
      rule: 'one wait a resource',
      fix: `make a ${base.type} for each wait`,
    });
  const [wait] = waits;
  if (wait) return { ...base, id: computed('id'), wait };
  report.note('no-local-effect', base.type, KEEPS);
  return null;
}

function waitOf(provisioner: Provisioner, { base, report, isAllowed }: Context): Wait | null {
  const { type, path, json } = provisioner;
  if (type !== 'local-exec') return refuse(`a ${type} provisioner is not run here`, null, provisioner);
  const v = decode(LOCAL_EXEC, json, report, path);
  if (v.when === 'destroy') {
    report.note('no-local-effect', `${base.type}.provisioner`, 'nothing is run when a resource is removed');
    return null;
  }
  const wait = parseWait(v.command, v.environment);
  return typeof wait === 'string' ? refuse(`the command is not run here: ${wait}`, v.command, provisioner) : wait;

  function refuse(message: string, value: string | null, { path: at }: Provisioner): null {
    if (isAllowed) {
      report.note('allowed', base.address, `${message}; it was accepted with --allow and has no local effect`);
      return null;
    }
    report.problem('UNSUPPORTED_ATTRIBUTE', value === null ? at : `${at}.command`, {
      message,
      value,
      rule: RECOGNISED,
      fix: `accept it without local effect: --allow ${base.address}, or --allow ${base.type} for all of them`,
    });
    return null;
  }
}

export const COMMAND_KINDS = [terraformData, nullResource];
