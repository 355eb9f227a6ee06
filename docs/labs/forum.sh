#!/usr/bin/env bash
# The container workshop's lines around its services: calls of the application, roles, repositories, clean-up. Its lines
# for cluster, services and CodeDeploy are run by local/e2e/aws-cli.test.ts.
#   ./cutover up --detach --system forum --stage monolith      then as in interstella.sh
# What it makes is named lab-* or ecs*, and it removes all of it at the end. Needs the AWS CLI, bash, curl.
set -euo pipefail
cd "$(mktemp -d)"
export AWS_PAGER=
say() { printf '\n== %s\n' "$*"; }
# A line that must be refused: what it says, or an error where it is not.
refused() { if "$@" 2> refusal; then echo "not refused: $*" >&2; return 1; else tail -n 1 refusal; fi; }
POLICY=arn:aws:iam::aws:policy

say 'Set-up: outputs of the stacks in cfn-output.json, and the three calls'
aws cloudformation describe-stacks --query 'Stacks[].Outputs[]' > cfn-output.json
ALB_DNS_NAME=$(aws elbv2 describe-load-balancers --names interstella-forum --query 'LoadBalancers[0].DNSName' --output text)
for API_PATH in / /api /api/users; do curl -fsS "http://$ALB_DNS_NAME$API_PATH" && echo; done

say 'Lab 1: a repository, and the images that run from it'
aws ecr create-repository --region us-east-1 --repository-name lab-forum-api
aws ecr describe-images --repository-name lab-forum-api --query 'imageDetails[].imageTags[]' --output text
refused aws ecr get-login --no-include-email --region us-east-1
refused aws ecr get-authorization-token

say 'Lab 2: the cluster and the roles'
aws ecs create-cluster --cluster-name lab_ecs_cluster --region us-east-1 --query cluster.status
if ! aws iam get-role --role-name AWSServiceRoleForECS; then
  aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com
fi
cat > trust.json <<'JSON'
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
  "Principal": {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}
JSON
cat > policy.json <<'JSON'
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "arn:aws:logs:*:*:*",
  "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]}]}
JSON
aws iam create-role --role-name lab-ECSTaskRole --path /service-role/ --assume-role-policy-document file://trust.json --query Role.Arn
aws iam put-role-policy --role-name lab-ECSTaskRole --policy-name ECSTaskRole_Policy --policy-document file://policy.json
aws iam create-role --role-name lab-ECSTaskExecutionRole --assume-role-policy-document file://trust.json --query Role.Arn
aws iam attach-role-policy --role-name lab-ECSTaskExecutionRole --policy-arn $POLICY/service-role/AmazonECSTaskExecutionRolePolicy

say 'Lab 4: the role of CodeDeploy'
cat > CodeDeploy-iam-trust-policy.json <<'JSON'
{"Version": "2012-10-17", "Statement": [{"Sid": "", "Effect": "Allow",
  "Principal": {"Service": ["codedeploy.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}
JSON
aws iam create-role --role-name lab-ecsCodeDeployServiceRole --assume-role-policy-document file://CodeDeploy-iam-trust-policy.json
# The workshop's ARN has a path that this policy does not have: AWS refuses it, too.
refused aws iam attach-role-policy --role-name lab-ecsCodeDeployServiceRole --policy-arn $POLICY/service-role/AWSCodeDeployRoleForECS
aws iam attach-role-policy --role-name lab-ecsCodeDeployServiceRole --policy-arn $POLICY/AWSCodeDeployRoleForECS
aws iam list-attached-role-policies --role-name lab-ecsCodeDeployServiceRole

say 'Clean-up: what was made by hand; the stacks remain'
refused aws cloudformation delete-stack --stack-name interstella-forum-services
refused aws cloud9 list-environments
refused aws s3 ls
aws ecs delete-cluster --cluster lab_ecs_cluster --query cluster.status
aws iam delete-role-policy --role-name lab-ECSTaskRole --policy-name ECSTaskRole_Policy
aws iam detach-role-policy --role-name lab-ECSTaskExecutionRole --policy-arn $POLICY/service-role/AmazonECSTaskExecutionRolePolicy
aws iam detach-role-policy --role-name lab-ecsCodeDeployServiceRole --policy-arn $POLICY/AWSCodeDeployRoleForECS
for ROLE in lab-ECSTaskRole lab-ECSTaskExecutionRole lab-ecsCodeDeployServiceRole; do aws iam delete-role --role-name $ROLE; done
aws ecr delete-repository --repository-name lab-forum-api --force
say 'Done'
