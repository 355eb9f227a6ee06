import { CodedeployApp } from '@cdktf/provider-aws/lib/codedeploy-app/index.js';
import { CodedeployDeploymentGroup } from '@cdktf/provider-aws/lib/codedeploy-deployment-group/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { useAlarms } from './deployment-alarms.ts';
import { type DeploymentOptions, ROLLBACK_EVENTS } from './deployment-options.ts';
import type { Role } from './role.ts';
import { useConfiguration } from './used-configuration.ts';

/** One of the pair: its name as text and as a reference, which orders it before the deployment group. */
interface PairedGroup {
  readonly name: string;
  readonly reference: string;
  readonly arnSuffix: string;
}

export interface DeploymentGroupProps extends DeploymentOptions {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly serviceRole: Role;
  readonly clusterName: string;
  readonly serviceName: string;
  /** The group that the service starts in comes first. */
  readonly targetGroups: readonly [PairedGroup, PairedGroup];
  readonly loadBalancerArnSuffix: string;
  readonly productionListenerArn: string;
  readonly testListenerArn: string;
  /** The rules that deployments move. */
  readonly after: readonly ITerraformDependable[];
}

/** A CodeDeploy application with the one deployment group of an ECS service. Its options are checked by who takes them. */
export class DeploymentGroup extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: DeploymentGroupProps) {
    super(scope, id);
    const application = new CodedeployApp(this, 'application', { name: props.applicationName, computePlatform: 'ECS' });
    const configuration = useConfiguration(this, 'configuration', props.configuration ?? 'ECSAllAtOnce');
    const group = new CodedeployDeploymentGroup(this, 'group', {
      appName: application.name,
      deploymentGroupName: props.deploymentGroupName,
      deploymentConfigName: configuration.name,
      serviceRoleArn: props.serviceRole.arn,
      ecsService: { clusterName: props.clusterName, serviceName: props.serviceName },
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      blueGreenDeploymentConfig: blueGreen(props),
      loadBalancerInfo: {
        targetGroupPairInfo: {
          targetGroup: props.targetGroups.map(({ reference }) => ({ name: reference })),
          prodTrafficRoute: { listenerArns: [props.productionListenerArn] },
          testTrafficRoute: { listenerArns: [props.testListenerArn] },
        },
      },
      ...this.#guards(props),
      dependsOn: [...props.after, ...configuration.after, ...props.serviceRole.attachments],
    });
    this.arn = group.arn;
  }

  /** What stops a deployment and what rolls it back. */
  #guards(props: DeploymentGroupProps) {
    const { rollbackOn = ROLLBACK_EVENTS, ignorePollAlarmFailure = false } = props;
    const alarms = useAlarms(this, props.alarms ?? [], props);
    return {
      alarmConfiguration: { enabled: alarms.length > 0, ignorePollAlarmFailure, alarms },
      autoRollbackConfiguration: { enabled: rollbackOn.length > 0, events: [...rollbackOn] },
    };
  }
}

function blueGreen({ ready = { action: 'CONTINUE_DEPLOYMENT' }, terminationWaitMinutes = 5 }: DeploymentGroupProps) {
  return {
    deploymentReadyOption: {
      actionOnTimeout: ready.action,
      waitTimeInMinutes: ready.action === 'STOP_DEPLOYMENT' ? ready.waitMinutes : 0,
    },
    terminateBlueInstancesOnDeploymentSuccess: {
      action: 'TERMINATE',
      terminationWaitTimeInMinutes: terminationWaitMinutes,
    },
  };
}
