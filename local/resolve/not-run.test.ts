import test from 'ava';
import { refusalOf } from './knowledge.ts';

type Block = Parameters<typeof refusalOf>[0];
const refused = (type: string, allow: readonly string[] = [], mode = 'resource') =>
  refusalOf({ type, mode, address: `stack/${type}.one` } as unknown as Block, new Set(allow));

test('what of API Gateway is not run is refused with its own reason and way out, not with a type that is called alike', (t) => {
  const rows = [
    ['aws_apigatewayv2_api', /HTTP and WebSocket APIs/, /aws_api_gateway_rest_api/],
    ['aws_api_gateway_vpc_link', /network load balancers/, /integration_target/],
    ['aws_api_gateway_domain_name', /no TLS/, /invoke_url/],
    ['aws_api_gateway_base_path_mapping', /no TLS/, /invoke_url/],
    ['aws_api_gateway_authorizer', /would be open/, /API keys/],
    ['aws_api_gateway_request_validator', /without this part/, /leave it out/],
  ] as const;
  for (const [type, rule, fix] of rows) {
    const problem = refused(type);
    t.is(problem?.code, 'UNSUPPORTED_RESOURCE', type);
    t.is(problem?.value, type);
    t.regex(problem?.rule ?? '', rule);
    t.regex(problem?.fix ?? '', fix);
    t.true(problem?.fix?.endsWith(`--allow ${type}`));
  }
});

test('REST APIs themselves are run', (t) => {
  for (const part of ['rest_api', 'integration', 'stage', 'usage_plan_key', 'gateway_response'])
    t.is(refused(`aws_api_gateway_${part}`), null);
});

test('data sources are refused too; what was accepted is accepted; other types have the general rule', (t) => {
  t.regex(refused('aws_api_gateway_rest_api', [], 'data')?.message ?? '', /^data source/);
  t.is(refused('aws_apigatewayv2_api', ['aws_apigatewayv2_api']), null);
  t.regex(refused('aws_quantum_gate')?.rule ?? '', /rather than left out/);
});
