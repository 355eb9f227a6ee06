import test from 'ava';
import { refusalOf } from './knowledge.ts';

type Block = Parameters<typeof refusalOf>[0];
const refused = (type: string, allow: readonly string[] = [], mode = 'resource') =>
  refusalOf({ type, mode, address: `stack/${type}.one` } as unknown as Block, new Set(allow));

test('API Gateway is refused with its own reason and way out, not with a type that is called alike', (t) => {
  for (const type of ['aws_api_gateway_rest_api', 'aws_api_gateway_usage_plan', 'aws_apigatewayv2_api']) {
    const problem = refused(type);
    t.is(problem?.code, 'UNSUPPORTED_RESOURCE', type);
    t.is(problem?.value, type);
    t.regex(problem?.rule ?? '', /leave this machine/);
    t.regex(problem?.fix ?? '', /restApi null/);
    t.true(problem?.fix?.endsWith(`--allow ${type}`));
  }
});

test('its data sources too; what was accepted is accepted; other types have the general rule', (t) => {
  t.regex(refused('aws_api_gateway_rest_api', [], 'data')?.message ?? '', /^data source/);
  t.is(refused('aws_api_gateway_rest_api', ['aws_api_gateway_rest_api']), null);
  t.regex(refused('aws_quantum_gate')?.rule ?? '', /rather than left out/);
});
