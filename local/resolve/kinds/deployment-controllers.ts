/** What each deployment controller wants of a service, and what it leaves without effect (ECS deployment-types). */
import type { Values } from '../../read/schema.ts';
import type { SERVICE } from '../../read/schemas/aws-ecs-service.ts';
import type { Service } from '../../topology.ts';
import type { Report } from '../report.ts';

type Given = Values<typeof SERVICE.fields>;
type Controller = Service['deploymentController'];

export function checkController(controller: Controller, v: Given, report: Report): void {
  if (controller === 'ECS' || controller === 'CODE_DEPLOY') {
    if (!v.task_definition)
      report.missing('task_definition', `deployments by ${controller} need a task definition (ECS CreateService)`);
  } else refuseOfTaskSets(v, report);
  if (v.alarms?.enable && v.alarms.alarm_names.length === 0)
    report.missing('alarms.alarm_names', 'enable needs alarms (ECS API_DeploymentAlarms)');
  if (controller === 'ECS') return;
  if (v.alarms?.enable)
    report.bad(
      'alarms',
      v.alarms.alarm_names,
      `they are of rolling updates, not of ${controller}`,
      'controller ECS; CodeDeploy has alarms in its deployment group (ECS deployment-alarm-failure)',
    );
  if (controller === 'CODE_DEPLOY' && v.load_balancer.length !== 1)
    report.bad(
      'load_balancer',
      v.load_balancer.length,
      'CodeDeploy moves traffic between the target groups of a load balancer',
      'exactly one load_balancer block, with the group that blue is in (ECS deployment-type-bluegreen)',
    );
  refuseWaits(controller, v, report);
  noteRollingOnly(controller, v, report);
}

/** ECS answers “must be null” to these: each task set has its own (ECS deployment-type-external). */
function refuseOfTaskSets(v: Given, report: Report): void {
  const given: readonly (readonly [string, unknown])[] = [
    ['task_definition', v.task_definition],
    ['load_balancer', v.load_balancer.length || null],
    ['network_configuration', v.network_configuration],
    ['launch_type', v.launch_type],
    ['capacity_provider_strategy', v.capacity_provider_strategy.length || null],
  ];
  for (const [name, value] of given)
    if (value !== null)
      report.bad(
        name,
        value,
        'with controller EXTERNAL it belongs to the task sets',
        'not on the service (ECS CreateTaskSet)',
      );
}

function refuseWaits(controller: Controller, v: Given, report: Report): void {
  if (v.wait_for_steady_state)
    report.problem('INVALID_ATTRIBUTE', 'wait_for_steady_state', {
      message: `terraform apply would wait until it times out: a service under ${controller} has task sets, not deployments`,
      value: true,
      rule: `false with controller ${controller}`,
      fix: 'remove it; wait with a terraform_data that runs aws elbv2 wait target-in-service --target-group-arn ARN',
    });
  if (v.force_new_deployment)
    report.bad(
      'force_new_deployment',
      true,
      `ECS refuses to deploy a service under ${controller} by itself`,
      `false with controller ${controller}; deployments are made by CodeDeploy or as task sets`,
    );
}

/** ECS keeps these and does not use them. */
function noteRollingOnly(controller: Controller, v: Given, report: Report): void {
  const rolling = [
    ...(v.deployment_circuit_breaker?.enable ? ['deployment_circuit_breaker'] : []),
    ...(v.deployment_minimum_healthy_percent === 100 ? [] : ['deployment_minimum_healthy_percent']),
    ...(v.deployment_maximum_percent === null ? [] : ['deployment_maximum_percent']),
  ];
  for (const name of rolling)
    report.note('no-local-effect', `${report.address}.${name}`, `it is of rolling updates, not of ${controller}`);
}
