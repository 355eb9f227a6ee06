/** REST APIs themselves, and what an OpenAPI document in `body` makes of them. */
import { YAMLError } from 'yaml';
import { REST_API } from '../../read/schemas/aws-api-gateway.ts';
import type { RestApi } from '../../topology-rest-api.ts';
import { decodeYaml } from '../expr/functions/documents.ts';
import { acting, type BuildContext } from '../kind.ts';
import { hex } from '../names.ts';
import { importApi } from '../rest-api/import-api.ts';
import { executionArn, hostOf, restArn } from './rest-apis.ts';

const api = acting(
  REST_API,
  'restApis',
  (names, block) => {
    const id = hex(block.address, 10);
    return {
      id,
      arn: restArn(names, `/restapis/${id}`),
      execution_arn: executionArn(names, id),
      root_resource_id: hex(`${block.address} root`, 10),
      created_date: '',
    };
  },
  (context): RestApi => {
    const { base, values: v, computed, names } = context;
    const [id, rootResourceId] = [computed('id'), computed('root_resource_id')];
    return {
      ...base,
      id,
      arn: computed('arn'),
      name: v.name,
      description: v.description,
      rootResourceId,
      host: hostOf(names, id),
      endpointDisabled: v.disable_execute_api_endpoint,
      imported: importedOf(context, { id, rootResourceId }),
    };
  },
);

type Context = BuildContext<typeof REST_API.fields>;

function importedOf(context: Context, ids: { readonly id: string; readonly rootResourceId: string }) {
  const { values, report } = context;
  if (values.body === null || values.body === '') return null;
  try {
    return importApi(documentOf(values.body), { ...context, ...ids });
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    report.bad('body', values.body, `it is neither JSON nor YAML: ${error.message}`, OPENAPI);
    return null;
  }
}

const OPENAPI = 'an OpenAPI 3 or Swagger 2 document in JSON or YAML (API Gateway ImportRestApi)';

/** Numbers of statuses may stand without quotes in YAML, as names too. @throws YAMLError */
function documentOf(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return decodeYaml(body);
  }
}

export const REST_DEFINITION_KINDS = [api];
