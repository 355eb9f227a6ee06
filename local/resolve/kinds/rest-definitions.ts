/** REST APIs themselves, and what an OpenAPI document in `body` makes of them. */
import { REST_API } from '../../read/schemas/aws-api-gateway.ts';
import type { RestApi } from '../../topology-rest-api.ts';
import { acting } from '../kind.ts';
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
      // What is no JSON has been reported, and reads as ''.
      imported: v.body === null || v.body === '' ? null : importApi(v.body, { ...context, id, rootResourceId }),
    };
  },
);

export const REST_DEFINITION_KINDS = [api];
