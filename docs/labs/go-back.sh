#!/usr/bin/env bash
# Going back by hand, as docs/production.md says it: a revision of a rolling service, and a path of the forum to its monolith.
#   ./cutover up --detach --system forum --stage microservices      then as in interstella.sh
# It leaves what it changed as it was. Needs the AWS CLI, bash, curl.
set -euo pipefail
cd "$(mktemp -d)"
export AWS_PAGER=
CLUSTER=interstella-forum
say() { printf '\n== %s\n' "$*"; }
stable() { aws ecs wait services-stable --cluster $CLUSTER --services "$1"; }
runs() { aws ecs describe-services --cluster $CLUSTER --services "$1" --query 'services[0].taskDefinition' --output text; }

say 'A revision that turned out bad'
GOOD=$(runs users)
aws ecs describe-task-definition --task-definition "$GOOD" --output json --query 'taskDefinition.{family: family, networkMode: networkMode,
  cpu: cpu, memory: memory, requiresCompatibilities: requiresCompatibilities, executionRoleArn: executionRoleArn,
  containerDefinitions: containerDefinitions}' > bad.json
BAD=$(aws ecs register-task-definition --cli-input-json file://bad.json --query taskDefinition.taskDefinitionArn --output text)
aws ecs update-service --cluster $CLUSTER --service users --task-definition "$BAD" --query service.taskDefinition
stable users

say 'Back to the one before'
aws ecs list-task-definitions --family-prefix users-task-def --sort DESC --query 'taskDefinitionArns[:2]'
aws ecs update-service --cluster $CLUSTER --service users --task-definition "$GOOD" --query service.taskDefinition
stable users
[ "$(runs users)" = "$GOOD" ]
aws ecs deregister-task-definition --task-definition "$BAD" --query taskDefinition.status

say 'The path of users back to the monolith: its tasks first, then the rule'
aws ecs update-service --cluster $CLUSTER --service monolith-service --desired-count 2 --query service.desiredCount
stable monolith-service
BALANCER=$(aws elbv2 describe-load-balancers --names interstella-forum --query 'LoadBalancers[0].LoadBalancerArn' --output text)
DNS=$(aws elbv2 describe-load-balancers --names interstella-forum --query 'LoadBalancers[0].DNSName' --output text)
LISTENER=$(aws elbv2 describe-listeners --load-balancer-arn "$BALANCER" --query 'Listeners[?Port==`80`].ListenerArn' --output text)
RULE=$(aws elbv2 describe-rules --listener-arn "$LISTENER" --query "Rules[?Conditions[0].Values[0]=='/api/users*'].RuleArn" --output text)
MONOLITH=$(aws elbv2 describe-target-groups --names monolith-cntr-tg --query 'TargetGroups[0].TargetGroupArn' --output text)
USERS=$(aws elbv2 describe-target-groups --names users-tg --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 describe-target-health --target-group-arn "$MONOLITH" --query 'TargetHealthDescriptions[].TargetHealth.State' --output text
aws elbv2 modify-rule --rule-arn "$RULE" --actions "Type=forward,TargetGroupArn=$MONOLITH" --query 'Rules[0].Actions[0].TargetGroupArn'
curl -fsS "http://$DNS/api/users" > users.json && echo 'users answer'
for _ in $(seq 30); do
  SEEN=$(aws logs filter-log-events --log-group-name /ecs/monolith-task-def --filter-pattern '"/api/users"' --query 'length(events)')
  [ "$SEEN" -gt 0 ] && break
  sleep 1
done
[ "$SEEN" -gt 0 ] && echo 'by the monolith'

say 'And forward again: what Terraform has'
aws elbv2 modify-rule --rule-arn "$RULE" --actions "Type=forward,TargetGroupArn=$USERS" --query 'Rules[0].Actions[0].TargetGroupArn'
aws ecs update-service --cluster $CLUSTER --service monolith-service --desired-count 0 --query service.desiredCount
curl -fsS "http://$DNS/api/users" > again.json && cmp users.json again.json
say 'Done'
