/** Every service of the endpoint. DynamoDB is not among them: its calls go on to the table store. */
import type { ServiceTable } from '../operation.ts';
import { applicationAutoscaling } from './application-autoscaling.ts';
import { autoscaling } from './autoscaling.ts';
import { cloudwatch } from './cloudwatch.ts';
import { codedeploy } from './codedeploy.ts';
import { ecr } from './ecr.ts';
import { ecs } from './ecs.ts';
import { elbv2 } from './elbv2.ts';
import { lambda } from './lambda.ts';
import { logs } from './logs.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';
import { ssm } from './ssm.ts';
import { sts } from './sts.ts';

export const SERVICES: readonly ServiceTable[] = [
  applicationAutoscaling,
  autoscaling,
  cloudwatch,
  codedeploy,
  ecr,
  ecs,
  elbv2,
  lambda,
  logs,
  sns,
  sqs,
  ssm,
  sts,
];
