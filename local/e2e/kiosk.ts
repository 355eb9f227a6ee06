/** Terraform JSON of somebody else: a REST API before a load balancer that answers by itself, and before a function. */

/** A snack bar's API: nothing of it is called as the stacks here call theirs. */
export function kiosk(redeployment: string, menu: string) {
  const api = { rest_api_id: '${aws_api_gateway_rest_api.kiosk.id}' };
  const dish = { ...api, resource_id: '${aws_api_gateway_resource.dish.id}' };
  const root = { ...api, resource_id: '${aws_api_gateway_rest_api.kiosk.root_resource_id}' };
  const behind = '${aws_lb.kitchen.dns_name}';
  return {
    provider: { aws: { region: 'eu-central-1', allowed_account_ids: ['123456789012'] } },
    resource: {
      aws_subnet: {
        a: { vpc_id: 'vpc-1', cidr_block: '10.1.0.0/24', availability_zone: 'eu-central-1a' },
        b: { vpc_id: 'vpc-1', cidr_block: '10.1.1.0/24', availability_zone: 'eu-central-1b' },
      },
      aws_lb: { kitchen: { name: 'kitchen', internal: true, subnets: ['${aws_subnet.a.id}', '${aws_subnet.b.id}'] } },
      aws_lb_listener: {
        orders: {
          load_balancer_arn: '${aws_lb.kitchen.arn}',
          port: 8081,
          default_action: {
            type: 'fixed-response',
            fixed_response: { content_type: 'text/plain', status_code: '404', message_body: 'no such dish' },
          },
        },
      },
      aws_lb_listener_rule: {
        soup: {
          listener_arn: '${aws_lb_listener.orders.arn}',
          priority: 5,
          condition: [{ path_pattern: { values: [`/${menu}/soup`] } }, { query_string: { key: 'table', value: '7' } }],
          action: {
            type: 'fixed-response',
            fixed_response: { content_type: 'text/plain', status_code: '200', message_body: 'soup' },
          },
        },
      },
      aws_iam_role: { cook: { name: 'cook', assume_role_policy: '{}' } },
      aws_lambda_function: {
        tip: {
          function_name: 'tip',
          filename: 'tip.zip',
          handler: 'tip.handler',
          runtime: 'nodejs20.x',
          role: '${aws_iam_role.cook.arn}',
        },
      },
      aws_api_gateway_rest_api: { kiosk: { name: 'kiosk', endpoint_configuration: { types: ['EDGE'] } } },
      aws_api_gateway_resource: {
        dish: { ...api, parent_id: '${aws_api_gateway_rest_api.kiosk.root_resource_id}', path_part: '{dish+}' },
      },
      aws_api_gateway_method: {
        dish: {
          ...dish,
          http_method: 'ANY',
          authorization: 'NONE',
          api_key_required: true,
          request_parameters: { 'method.request.path.dish': true },
        },
        tip: { ...root, http_method: 'POST', authorization: 'NONE' },
      },
      aws_api_gateway_integration: {
        dish: {
          ...dish,
          http_method: '${aws_api_gateway_method.dish.http_method}',
          type: 'HTTP_PROXY',
          integration_http_method: 'ANY',
          uri: `http://${behind}:8081/${menu}/{dish}`,
          request_parameters: {
            'integration.request.path.dish': 'method.request.path.dish',
            'integration.request.querystring.table': 'stageVariables.table',
          },
        },
        tip: {
          ...root,
          http_method: '${aws_api_gateway_method.tip.http_method}',
          type: 'AWS_PROXY',
          integration_http_method: 'POST',
          uri: '${aws_lambda_function.tip.invoke_arn}',
        },
      },
      aws_api_gateway_deployment: {
        today: {
          ...api,
          triggers: { redeployment },
          depends_on: ['aws_api_gateway_integration.dish', 'aws_api_gateway_integration.tip'],
          lifecycle: { create_before_destroy: true },
        },
      },
      aws_api_gateway_stage: {
        open: {
          ...api,
          deployment_id: '${aws_api_gateway_deployment.today.id}',
          stage_name: 'open',
          variables: { table: '7' },
        },
      },
      aws_api_gateway_api_key: { guest: { name: 'guest', value: 'a-guest-of-the-kiosk' } },
      aws_api_gateway_usage_plan: {
        hungry: {
          name: 'hungry',
          api_stages: {
            api_id: '${aws_api_gateway_rest_api.kiosk.id}',
            stage: '${aws_api_gateway_stage.open.stage_name}',
          },
          throttle_settings: { rate_limit: 0.01, burst_limit: 4 },
        },
      },
      aws_api_gateway_usage_plan_key: {
        guest: {
          usage_plan_id: '${aws_api_gateway_usage_plan.hungry.id}',
          key_id: '${aws_api_gateway_api_key.guest.id}',
          key_type: 'API_KEY',
        },
      },
      aws_cloudwatch_metric_alarm: {
        refused: {
          alarm_name: 'kiosk-refuses',
          namespace: 'AWS/ApiGateway',
          metric_name: '4XXError',
          dimensions: { ApiName: 'kiosk', Stage: 'open' },
          statistic: 'Sum',
          period: 60,
          evaluation_periods: 1,
          threshold: 1,
          comparison_operator: 'GreaterThanOrEqualToThreshold',
          // A minute is a second at the test's clock rate: the state stays until it is read.
          treat_missing_data: 'ignore',
        },
      },
    },
    output: { url: { value: '${aws_api_gateway_stage.open.invoke_url}' } },
  };
}
