/** Terraform JSON of somebody else: a tea house that ECS itself deploys by a canary, with a test rule and a function. */

/** A program that is no image of the project: it pours what it is told to. */
export const POT = `
import { createServer } from 'node:http';
createServer((req, res) => res.end(process.env.TEA + '\\n')).listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => setTimeout(() => process.exit(0), 500));
`;

/** Not sure at first; then what the test rule pours decides. */
export const TASTER = `
exports.handler = async ({ lifecycleStage, executionDetails, hookDetails }) => {
  const asked = hookDetails.asked ?? 0;
  if (asked === 0) return { hookStatus: 'IN_PROGRESS', callBackDelay: 10, hookDetails: { asked: 1 } };
  const answer = await fetch(process.env.HOUSE, { headers: { 'x-taster': 'yes' } });
  const tea = await answer.text();
  console.log(lifecycleStage, executionDetails.targetServiceRevisionArn, tea);
  return { hookStatus: tea.includes('cold') ? 'FAILED' : 'SUCCEEDED' };
};
`;

/** @param tea what the newest revision pours */
export function teaHouse(tea: string) {
  const vpc = { vpc_id: '${aws_vpc.v.id}' };
  const group = (name: string) => ({
    name,
    port: 8000,
    protocol: 'HTTP',
    target_type: 'ip',
    ...vpc,
    deregistration_delay: 5,
    health_check: { path: '/', interval: 5, timeout: 2, healthy_threshold: 2, unhealthy_threshold: 2 },
  });
  const rule = (priority: number, condition: object) => ({
    listener_arn: '${aws_lb_listener.door.arn}',
    priority,
    condition: [condition],
    action: [
      {
        type: 'forward',
        forward: {
          target_group: [
            { arn: '${aws_lb_target_group.left.arn}', weight: 100 },
            { arn: '${aws_lb_target_group.right.arn}', weight: 0 },
          ],
        },
      },
    ],
    lifecycle: { ignore_changes: ['action'] },
  });
  const role = '${aws_iam_role.r.arn}';
  return {
    provider: { aws: { region: 'eu-west-1' } },
    resource: {
      aws_vpc: { v: { cidr_block: '10.0.0.0/16' } },
      aws_subnet: {
        a: { ...vpc, cidr_block: '10.0.0.0/24', availability_zone: 'eu-west-1a' },
        b: { ...vpc, cidr_block: '10.0.1.0/24', availability_zone: 'eu-west-1b' },
      },
      aws_iam_role: { r: { name: 'tea', assume_role_policy: '{}' } },
      aws_lb: { house: { name: 'tea-house', subnets: ['${aws_subnet.a.id}', '${aws_subnet.b.id}'] } },
      aws_lb_target_group: { left: group('left'), right: group('right') },
      aws_lb_listener: {
        door: {
          load_balancer_arn: '${aws_lb.house.arn}',
          port: 80,
          default_action: {
            type: 'fixed-response',
            fixed_response: { content_type: 'text/plain', status_code: '404', message_body: 'closed' },
          },
        },
      },
      aws_lb_listener_rule: {
        guests: rule(20, { path_pattern: { values: ['/*'] } }),
        taster: rule(10, { http_header: { http_header_name: 'x-taster', values: ['yes'] } }),
      },
      aws_lambda_function: {
        taster: {
          function_name: 'taster',
          filename: 'taster.zip',
          source_code_hash: '${filebase64sha256("${path.module}/taster.zip")}',
          handler: 'taster.handler',
          runtime: 'nodejs22.x',
          role,
          timeout: 20,
          environment: { variables: { HOUSE: 'http://${aws_lb.house.dns_name}/' } },
        },
      },
      aws_ecs_cluster: { c: { name: 'tea' } },
      aws_ecs_task_definition: {
        pot: {
          family: 'pot',
          requires_compatibilities: ['FARGATE'],
          network_mode: 'awsvpc',
          cpu: '256',
          memory: '512',
          container_definitions: JSON.stringify([
            {
              name: 'pot',
              image: `teapot:${tea}`,
              essential: true,
              portMappings: [{ containerPort: 8000 }],
              environment: [{ name: 'TEA', value: tea }],
            },
          ]),
        },
      },
      aws_ecs_service: {
        pot: {
          name: 'pot',
          cluster: '${aws_ecs_cluster.c.id}',
          task_definition: '${aws_ecs_task_definition.pot.arn}',
          desired_count: 2,
          launch_type: 'FARGATE',
          network_configuration: { subnets: ['${aws_subnet.a.id}', '${aws_subnet.b.id}'] },
          deployment_configuration: {
            strategy: 'CANARY',
            bake_time_in_minutes: '2',
            canary_configuration: { canary_percent: 25, canary_bake_time_in_minutes: '6' },
            lifecycle_hook: [
              {
                hook_target_arn: '${aws_lambda_function.taster.arn}',
                role_arn: role,
                lifecycle_stages: ['POST_TEST_TRAFFIC_SHIFT'],
                hook_details: JSON.stringify({ asked: 0 }),
              },
            ],
          },
          load_balancer: {
            target_group_arn: '${aws_lb_target_group.left.arn}',
            container_name: 'pot',
            container_port: 8000,
            advanced_configuration: {
              alternate_target_group_arn: '${aws_lb_target_group.right.arn}',
              production_listener_rule: '${aws_lb_listener_rule.guests.arn}',
              test_listener_rule: '${aws_lb_listener_rule.taster.arn}',
              role_arn: role,
            },
          },
        },
      },
    },
  };
}
