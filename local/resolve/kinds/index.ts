/** Every resource type that is known, in one table; and the fidelity ledger's rows that follow from it. */
import { own } from '../../read/json.ts';
import type { Fields } from '../../read/schema.ts';
import { AWSLOGS_OPTIONS, CONTAINER } from '../../read/schemas/container-definition.ts';
import { LOCAL_EXEC } from '../../read/schemas/terraform-data.ts';
import type { Kind } from '../kind.ts';
import { ALARM_KINDS } from './alarms.ts';
import { CLUSTER_KINDS } from './clusters.ts';
import { CODEDEPLOY_KINDS } from './codedeploy.ts';
import { COMMAND_KINDS } from './command-waits.ts';
import { FUNCTION_KINDS } from './functions.ts';
import { INERT_TYPES } from './inert.ts';
import { INSTANCE_KINDS } from './instances.ts';
import { LISTENER_KINDS } from './listeners.ts';
import { LOAD_BALANCER_KINDS } from './load-balancers.ts';
import { NETWORK_KINDS } from './network.ts';
import { OBJECT_KINDS } from './objects.ts';
import { REST_API_KINDS } from './rest-apis.ts';
import { REST_DEFINITION_KINDS } from './rest-definitions.ts';
import { REST_INTEGRATION_KINDS } from './rest-integrations.ts';
import { REST_STAGE_KINDS } from './rest-stages.ts';
import { SCALING_KINDS } from './scaling.ts';
import { SERVICE_KINDS } from './services.ts';
import { STORAGE_KINDS } from './storage.ts';
import { TASK_KINDS } from './tasks.ts';
import { TOPIC_KINDS } from './topics.ts';

const KINDS: readonly Kind[] = [
  ...LOAD_BALANCER_KINDS,
  ...LISTENER_KINDS,
  ...CLUSTER_KINDS,
  ...INSTANCE_KINDS,
  ...TASK_KINDS,
  ...SERVICE_KINDS,
  ...TOPIC_KINDS,
  ...STORAGE_KINDS,
  ...NETWORK_KINDS,
  ...CODEDEPLOY_KINDS,
  ...FUNCTION_KINDS,
  ...OBJECT_KINDS,
  ...ALARM_KINDS,
  ...SCALING_KINDS,
  ...COMMAND_KINDS,
  ...REST_DEFINITION_KINDS,
  ...REST_API_KINDS,
  ...REST_INTEGRATION_KINDS,
  ...REST_STAGE_KINDS,
  ...INERT_TYPES,
];

const BY_TYPE: Readonly<Record<string, Kind>> = Object.fromEntries(
  KINDS.flatMap((kind) => kind.schema.types.map((type) => [type, kind])),
);

export const RESOURCE_TYPES: readonly string[] = Object.keys(BY_TYPE);

export const kindOf = (type: string): Kind | undefined => own(BY_TYPE, type);

/** What one attribute of one type does here. */
export interface FidelityRow {
  readonly type: string;
  /** Dotted path; `(all)` for a type that has no effect as a whole. */
  readonly attribute: string;
  readonly effect: 'acts' | 'approximated' | 'no local effect' | 'refused';
  /** Why, or which values; empty where it acts in full. */
  readonly reason: string;
}

/** Rows of the fidelity ledger, in the order of the tables. */
export function fidelityTable(): readonly FidelityRow[] {
  return KINDS.flatMap((kind) =>
    kind.noEffect
      ? kind.schema.types.map((type) => ({
          type,
          attribute: '(all)',
          effect: 'no local effect' as const,
          reason: kind.noEffect ?? '',
        }))
      : rowsOf(kind.schema.types[0] ?? '', kind.schema.fields),
  ).concat(
    rowsOf('aws_ecs_task_definition', CONTAINER, 'container_definitions[].'),
    rowsOf('terraform_data', LOCAL_EXEC, 'provisioner.local-exec.'),
    rowsOf('null_resource', LOCAL_EXEC, 'provisioner.local-exec.'),
    rowsOf('aws_ecs_task_definition', AWSLOGS_OPTIONS, 'container_definitions[].logConfiguration.options.'),
  );
}

function rowsOf(type: string, fields: Fields, prefix = ''): FidelityRow[] {
  return Object.entries(fields).flatMap(([name, field]): FidelityRow[] => {
    const attribute = `${prefix}${name}`;
    if (field.noEffect) return [{ type, attribute, effect: 'no local effect', reason: field.noEffect }];
    if (field.words?.length === 0) return [{ type, attribute, effect: 'refused', reason: field.rule ?? '' }];
    const words = field.words ? `only ${field.words.join(', ')}` : '';
    const row: FidelityRow = {
      type,
      attribute,
      effect: field.approximated ? 'approximated' : 'acts',
      reason: field.approximated ?? words,
    };
    return [row, ...(field.fields ? rowsOf(type, field.fields, `${attribute}.`) : [])];
  });
}
