/** Every service of the endpoint. DynamoDB is not among them: its calls go on to the table store. */
import type { ServiceTable } from '../operation.ts';
import { apigateway } from './apigateway.ts';
import { applicationAutoscaling } from './application-autoscaling.ts';
import { autoscaling } from './autoscaling.ts';
import { cloud9 } from './cloud9.ts';
import { cloudformation } from './cloudformation.ts';
import { cloudwatch } from './cloudwatch.ts';
import { codedeploy } from './codedeploy.ts';
import { ec2 } from './ec2.ts';
import { ecr } from './ecr.ts';
import { ecs } from './ecs.ts';
import { elbv2 } from './elbv2.ts';
import { iam } from './iam.ts';
import { lambda } from './lambda.ts';
import { logs } from './logs.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';
import { ssm } from './ssm.ts';
import { sts } from './sts.ts';

export const SERVICES: readonly ServiceTable[] = [
  apigateway,
  applicationAutoscaling,
  autoscaling,
  cloud9,
  cloudformation,
  cloudwatch,
  codedeploy,
  ec2,
  ecr,
  ecs,
  elbv2,
  iam,
  lambda,
  logs,
  sns,
  sqs,
  ssm,
  sts,
];
