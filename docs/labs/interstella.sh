#!/usr/bin/env bash
# Interstella's labs as AWS CLI lines: what the workshop clicks in the console, against the plane or an account.
#   ./cutover up --detach --stage monolith
#   export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
#   docs/labs/interstella.sh
# What it makes is named lab-*, and it removes all of it at the end. Needs the AWS CLI, bash, curl, sed.
set -euo pipefail
cd "$(mktemp -d)"
export AWS_PAGER=

output() { aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text; }
subnet() { aws ec2 describe-subnets --filters "Name=tag:Name,Values=$1" --query 'Subnets[0].SubnetId' --output text; }
group() { aws ec2 describe-security-groups --filters "Name=group-name,Values=$1" --query 'SecurityGroups[0].GroupId' --output text; }
order() { curl -fsS -H 'Content-Type: application/json' -X POST -d '{"Message":{"bundle":"1"}}' "$1/order/" && echo; }
say() { printf '\n== %s\n' "$*"; }
# Waits until a log group shows a text.
logged() {
  for _ in $(seq 30); do
    [ "$(aws logs filter-log-events --log-group-name "$1" --filter-pattern "\"$2\"" --query 'length(events)')" -gt 0 ] && return
    sleep 1
  done
  echo "$1 never said $2" >&2
  return 1
}

say 'Set-up: what the stacks are, and the key of the fulfilment API'
VPC=$(output interstella-network vpc_id)
PUBLIC=("$(subnet interstella-public-1)" "$(subnet interstella-public-2)")
KEY=$(aws ssm get-parameter --name /interstella/fulfillment-api-key --with-decryption --query Parameter.Value --output text)
curl -fsS -H 'content-type: application/json' -H "x-api-key: $KEY" -d '{"messageId":"lab","items":{"iridium":1},"source":"monolith"}' "$(output interstella-hq hq_url)/orders" && echo

say 'Lab 1: repositories and what they hold'
aws ecr describe-repositories --query 'repositories[].repositoryUri'
aws ecr list-images --repository-name interstella-monolith --query 'imageIds[].imageTag' --output text

say 'Lab 2: a task definition with a fixed host port, run once'
aws ecs describe-task-definition --task-definition interstella-monolith --query taskDefinition.containerDefinitions > definition.json
sed 's/"hostPort": 0/"hostPort": 5000/' definition.json > fixed.json
REGISTER='aws ecs register-task-definition --query taskDefinition.taskDefinitionArn --output text'
FIXED=$($REGISTER --family lab-monolith --network-mode bridge --requires-compatibilities EC2 --container-definitions file://fixed.json)
TASK=$(aws ecs run-task --cluster interstella --launch-type EC2 --task-definition "$FIXED" --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-running --cluster interstella --tasks "$TASK"
ON=$(aws ecs describe-tasks --cluster interstella --tasks "$TASK" --query 'tasks[0].containerInstanceArn' --output text)
INSTANCE=$(aws ecs describe-container-instances --cluster interstella --container-instances "$ON" --query 'containerInstances[0].ec2InstanceId' --output text)
order "http://$(aws ec2 describe-instances --instance-ids "$INSTANCE" --query 'Reservations[0].Instances[0].PublicIpAddress' --output text):5000"
logged interstella-monolith 'Bundle fulfilled'
aws ecs stop-task --cluster interstella --task "$TASK" --query task.desiredStatus

say 'Lab 3: a load balancer, dynamic host ports, a service, the Orders topic'
ALB=$(aws elbv2 create-load-balancer --name lab --subnets "${PUBLIC[@]}" --security-groups "$(group interstella-LoadBalancerSecurityGroup)" --query 'LoadBalancers[0].LoadBalancerArn' --output text)
aws elbv2 wait load-balancer-available --load-balancer-arns "$ALB"
DNS=$(aws elbv2 describe-load-balancers --load-balancer-arns "$ALB" --query 'LoadBalancers[0].DNSName' --output text)
MONOLITH=$(aws elbv2 create-target-group --name lab-monolith --vpc-id "$VPC" --protocol HTTP --port 5000 --query 'TargetGroups[0].TargetGroupArn' --output text)
LISTENER=$(aws elbv2 create-listener --load-balancer-arn "$ALB" --protocol HTTP --port 80 --default-actions "Type=forward,TargetGroupArn=$MONOLITH" --query 'Listeners[0].ListenerArn' --output text)
DYNAMIC=$($REGISTER --family lab-monolith --network-mode bridge --requires-compatibilities EC2 --container-definitions file://definition.json)
aws ecs create-service --cluster interstella --service-name lab-monolith --task-definition "$DYNAMIC" --launch-type EC2 --desired-count 1 --load-balancers "targetGroupArn=$MONOLITH,containerName=interstella-monolith,containerPort=5000" --query service.status
aws ecs wait services-stable --cluster interstella --services lab-monolith
aws elbv2 describe-target-health --target-group-arn "$MONOLITH" --query 'TargetHealthDescriptions[].[Target.Id,Target.Port,TargetHealth.State]' --output text
order "http://$DNS"
ORDERS=$(output interstella-topics orders_topic_arn)
aws sns subscribe --topic-arn "$ORDERS" --protocol http --notification-endpoint "http://$DNS/order/"
aws sns publish --topic-arn "$ORDERS" --message '{"bundle":"1"}'

say 'Lab 4: iridium on Fargate behind its path, its topic, and a monolith without it'
aws logs create-log-group --log-group-name lab-iridium
IMAGE=$(aws ecr describe-repositories --repository-names interstella-iridium --query 'repositories[0].repositoryUri' --output text):latest
cat > iridium.json <<JSON
[{"name": "interstella-iridium", "image": "$IMAGE", "memoryReservation": 128, "portMappings": [{"containerPort": 80}],
  "environment": [{"name": "monolithUrl", "value": "http://$DNS"}, {"name": "PORT", "value": "80"},
    {"name": "HOST", "value": "0.0.0.0"}, {"name": "ALLOW_UNSIGNED", "value": "true"}],
  "secrets": [{"name": "FULFILL_KEY", "valueFrom": "/interstella/fulfill-key"}],
  "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "lab-iridium",
    "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}}}]
JSON
ROLE=$(aws iam get-role --role-name interstella-monolith-execution --query Role.Arn --output text)
MICRO=$($REGISTER --family lab-iridium --requires-compatibilities FARGATE --network-mode awsvpc --cpu 256 --memory 512 --execution-role-arn "$ROLE" --container-definitions file://iridium.json)
IRIDIUM=$(aws elbv2 create-target-group --name lab-iridium --vpc-id "$VPC" --protocol HTTP --port 80 --target-type ip --health-check-path /iridium/ --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 create-rule --listener-arn "$LISTENER" --priority 1 --conditions 'Field=path-pattern,Values=/iridium*' --actions "Type=forward,TargetGroupArn=$IRIDIUM" --query 'Rules[0].Priority'
aws ecs create-service --cluster interstella --service-name lab-iridium --task-definition "$MICRO" --launch-type FARGATE --desired-count 1 --load-balancers "targetGroupArn=$IRIDIUM,containerName=interstella-iridium,containerPort=80" --network-configuration "awsvpcConfiguration={subnets=[${PUBLIC[0]},${PUBLIC[1]}],securityGroups=[$(group interstella-tasks)],assignPublicIp=ENABLED}" --query service.status
aws ecs wait services-stable --cluster interstella --services lab-iridium
TOPIC=$(output interstella-topics iridium_topic_arn)
aws sns subscribe --topic-arn "$TOPIC" --protocol http --notification-endpoint "http://$DNS/iridium/"
aws sns publish --topic-arn "$TOPIC" --message '{"iridium":1}'
logged lab-iridium 'Iridium fulfilled'
sed 's/interstella-monolith:latest/interstella-monolith:noiridium/' definition.json > noiridium.json
SMALLER=$($REGISTER --family lab-monolith --network-mode bridge --requires-compatibilities EC2 --container-definitions file://noiridium.json)
aws ecs update-service --cluster interstella --service lab-monolith --task-definition "$SMALLER" --query service.taskDefinition
aws ecs wait services-stable --cluster interstella --services lab-monolith
order "http://$DNS"

say 'Clean-up: what was made by hand; the stacks remain'
for SERVICE in lab-iridium lab-monolith; do
  aws ecs update-service --cluster interstella --service $SERVICE --desired-count 0 --query service.desiredCount
  aws ecs delete-service --cluster interstella --service $SERVICE --query service.status
done
aws ecs wait services-inactive --cluster interstella --services lab-iridium lab-monolith
for SUBSCRIPTION in $(aws sns list-subscriptions --query "Subscriptions[?contains(Endpoint, '$DNS')].SubscriptionArn" --output text); do
  aws sns unsubscribe --subscription-arn "$SUBSCRIPTION"
done
aws logs delete-log-group --log-group-name lab-iridium
aws elbv2 delete-load-balancer --load-balancer-arn "$ALB"
aws elbv2 wait load-balancers-deleted --load-balancer-arns "$ALB"
for GROUP in "$MONOLITH" "$IRIDIUM"; do aws elbv2 delete-target-group --target-group-arn "$GROUP"; done
for REVISION in "$FIXED" "$DYNAMIC" "$SMALLER" "$MICRO"; do
  aws ecs deregister-task-definition --task-definition "$REVISION" --query taskDefinition.status
done
say 'Done'
