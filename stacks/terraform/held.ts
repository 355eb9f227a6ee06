/** What the emulator holds, read back through the AWS SDK. */
import { join } from 'node:path';
import { CodeDeployClient, GetDeploymentGroupCommand } from '@aws-sdk/client-codedeploy';
import {
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Answer, askAt } from './ask.ts';
import type { Emulator } from './emulator.ts';
import type { Secret } from './leaks.ts';

export interface HeldRule {
  readonly priority: string;
  readonly paths: readonly string[];
  /** Names of the target groups that it forwards to. */
  readonly targetGroups: readonly string[];
}

export type Held = ReturnType<typeof heldBy>;

export type Census = Readonly<Record<string, readonly string[]>>;

export function heldBy(emulator: Emulator) {
  const { endpoint } = emulator;
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const elb = new ElasticLoadBalancingV2Client(settings);
  const ecs = new ECSClient(settings);
  const codedeploy = new CodeDeployClient(settings);
  const ssm = new SSMClient(settings);
  const ask = askAt(emulator);

  /** Rules of the load balancer's listener on a port, lowest priority first, the default action last. */
  async function rules(loadBalancer: string, port: number): Promise<HeldRule[]> {
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({ Names: [loadBalancer] }));
    const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn;
    const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    const ListenerArn = Listeners.find((listener) => listener.Port === port)?.ListenerArn;
    const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
    const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
    const nameOf = (arn: string | undefined): string =>
      TargetGroups.find((group) => group.TargetGroupArn === arn)?.TargetGroupName ?? String(arn);
    return Rules.map((rule) => ({
      priority: rule.Priority ?? '',
      paths: (rule.Conditions ?? []).flatMap((c) => c.PathPatternConfig?.Values ?? c.Values ?? []),
      targetGroups: (rule.Actions ?? []).flatMap((action) => {
        const groups = action.ForwardConfig?.TargetGroups?.map((group) => group.TargetGroupArn);
        return action.Type === 'forward' ? (groups ?? [action.TargetGroupArn]).map(nameOf) : [];
      }),
    })).sort((a, b) => rank(a) - rank(b));
  }

  return {
    rules,
    async targetGroup(name: string) {
      const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({ Names: [name] }));
      return TargetGroups[0];
    },
    async service(cluster: string, name: string) {
      const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
      return services[0];
    },
    async taskDefinition(family: string) {
      const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
      return answer.taskDefinition;
    },
    async deploymentGroup(applicationName: string, deploymentGroupName: string) {
      const answer = await codedeploy.send(new GetDeploymentGroupCommand({ applicationName, deploymentGroupName }));
      return answer.deploymentGroupInfo;
    },
    /** What Parameter Store keeps encrypted, and the keys that API Gateway asks clients for, in clear. */
    async secrets(): Promise<readonly Secret[]> {
      const ParameterFilters = [{ Key: 'Type', Values: ['SecureString'] }];
      const { Parameters = [] } = await ssm.send(new DescribeParametersCommand({ ParameterFilters, MaxResults: 50 }));
      const answers = Parameters.map(({ Name }) => ssm.send(new GetParameterCommand({ Name, WithDecryption: true })));
      const parameters = (await Promise.all(answers)).map(({ Parameter }) => ({
        name: Parameter?.Name ?? '',
        value: Parameter?.Value ?? '',
      }));
      const [keys] = await ask(['apigateway', 'get_api_keys', { includeValues: true }]);
      return [...parameters, ...keys.items.map(({ name, value }: Answer) => ({ name: `API key ${name}`, value }))];
    },
    /** @throws Error where a family has nothing left: then it is not kept */
    async deregisterKept(families: readonly string[]): Promise<void> {
      for (const familyPrefix of families) {
        const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix }));
        if (taskDefinitionArns.length === 0) throw new Error(`no revision of ${familyPrefix} was kept`);
        for (const taskDefinition of taskDefinitionArns)
          await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      }
    },
    /** Names of what there is, by kind, without what AWS makes by itself. */
    async census(): Promise<Census> {
      return JSON.parse(await emulator.python(join(import.meta.dirname, 'census.py'), endpoint)) as Census;
    },
  };
}

const rank = (rule: HeldRule): number =>
  rule.priority === 'default' ? Number.POSITIVE_INFINITY : Number(rule.priority);
