/** ECS service deployments and service revisions (ECS API_DescribeServiceDeployments, API_StopServiceDeployment …). */
import { z } from 'zod';
import { ApiError, type ServiceState } from '../../contracts.ts';
import { revisionArnOf, SERVICE_DEPLOYMENT_STATUSES } from '../../service-deployments/service-deployment.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, list, name, text, timestamp } from '../schema.ts';
import { failure, needService, needTaskDefinition } from './ecs-lookup.ts';
import {
  briefShape,
  deploymentsOf,
  revisionShape,
  type ShownDeployment,
  serviceDeploymentShape,
} from './ecs-service-deployment-shapes.ts';

const listInput = z.object({
  service: name,
  cluster: text.optional(),
  status: list(z.enum(SERVICE_DEPLOYMENT_STATUSES)).optional(),
  createdAt: z.object({ before: timestamp.optional(), after: timestamp.optional() }).optional(),
  maxResults: integer(1, 100).optional(),
  nextToken: text.optional(),
});

/** `arn:…:service-deployment/C/S/id` → cluster and service. */
const ARN = /^arn:[^:]+:ecs:[^:]*:[^:]*:service-(?:deployment|revision)\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** The service that an ARN is of; undefined where there is none. @throws ApiError where it is no such ARN */
function serviceOf(call: Call, arn: string): ServiceState | undefined {
  const [, cluster, service] = ARN.exec(arn) ?? [];
  if (!cluster) throw new ApiError('InvalidParameterException', `Invalid ARN: ${arn}`);
  return call.ecs
    .services()
    .find(({ definition }) => definition.clusterName === cluster && definition.name === service);
}

/** Pages are in the order of keys. */
const KEY_DIGITS = 16;
const newestFirst = ({ createdAtMs, arn }: ShownDeployment): string =>
  `${String(Number.MAX_SAFE_INTEGER - Math.round(createdAtMs * 1000)).padStart(KEY_DIGITS, '0')} ${arn}`;

const findDeployment = (call: Call, arn: string): ShownDeployment | undefined => {
  const service = serviceOf(call, arn);
  return service && deploymentsOf(service).find((one) => one.arn === arn);
};

export const serviceDeploymentOperations: Readonly<Record<string, Operation>> = {
  ListServiceDeployments: operation(
    listInput,
    ({ service, cluster, status, createdAt, maxResults = 20, nextToken }, call) => {
      const found = deploymentsOf(needService(call, cluster, service))
        .filter((one) => status === undefined || status.length === 0 || status.includes(one.status as never))
        .filter(({ createdAtMs }) => createdAtMs >= (createdAt?.after ?? 0))
        .filter(({ createdAtMs }) => createdAtMs <= (createdAt?.before ?? Number.POSITIVE_INFINITY));
      const page = paginate(found, newestFirst, { token: nextToken, max: maxResults });
      return { serviceDeployments: page.items.map(briefShape), nextToken: page.next };
    },
  ),
  DescribeServiceDeployments: operation(
    z.object({ serviceDeploymentArns: list(name, 20) }),
    ({ serviceDeploymentArns: arns }, call) => {
      const found = arns.map((arn) => findDeployment(call, arn));
      return {
        serviceDeployments: found.flatMap((one) => (one ? [serviceDeploymentShape(one)] : [])),
        failures: arns.flatMap((arn, index) => (found[index] ? [] : [failure(arn)])),
      };
    },
  ),
  DescribeServiceRevisions: operation(
    z.object({ serviceRevisionArns: list(name, 20) }),
    ({ serviceRevisionArns: arns }, call) => {
      const found = arns.map((arn) => findRevision(call, arn));
      return {
        serviceRevisions: found.flatMap((one) => (one ? [one] : [])),
        failures: arns.flatMap((arn, index) => (found[index] ? [] : [failure(arn)])),
      };
    },
  ),
  StopServiceDeployment: operation(
    z.strictObject({ serviceDeploymentArn: name, stopType: z.enum(['ROLLBACK', 'ABORT']).optional() }),
    ({ serviceDeploymentArn: arn, stopType = 'ROLLBACK' }, call) => {
      const found = findDeployment(call, arn);
      if (!found) throw new ApiError('ServiceDeploymentNotFoundException', 'Service deployment not found.');
      if (found.own) call.ecs.stopServiceDeployment(found.service.definition.arn, found.id, stopType);
      else stopRolled(found, stopType, call);
      return { serviceDeploymentArn: arn };
    },
  ),
};

function findRevision(call: Call, arn: string): object | undefined {
  const service = serviceOf(call, arn);
  const one = service?.deployments.find(({ id }) => revisionArnOf(service.definition.arn, id) === arn);
  if (!service || !one) return undefined;
  return revisionShape(service, one, definitionOf(call, one.taskDefinitionArn));
}

function definitionOf(call: Call, arn: string) {
  try {
    return needTaskDefinition(call, arn);
  } catch {
    return undefined;
  }
}

/** A rolling update goes back by a deployment of the revision before it. */
function stopRolled({ status, service, green }: ShownDeployment, stopType: string, call: Call): void {
  if (status !== 'IN_PROGRESS')
    throw new ApiError('ConflictException', 'The service deployment cannot be stopped in the state that it is in.');
  if (stopType === 'ABORT')
    throw new ApiError('InvalidParameterException', 'stopType ABORT of a rolling update has no local counterpart.');
  const before = service.deployments.find(({ id, rolloutState }) => id !== green.id && rolloutState === 'COMPLETED');
  if (!before)
    throw new ApiError(
      'ConflictException',
      'There is no service revision that the deployment could be rolled back to.',
    );
  const { clusterName, name: serviceName } = service.definition;
  call.ecs.updateService(clusterName, serviceName, {
    taskDefinition: before.taskDefinitionArn,
    forceNewDeployment: true,
  });
}
