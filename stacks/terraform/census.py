"""What an AWS account (here: the emulator) holds, by kind, as JSON on stdout: `python census.py ENDPOINT`.

Asked for through the API, since what a destroyed resource leaves in the emulator's memory is no resource. What AWS makes
by itself is left out: the default network, AWS's own policies, parameters and keys, what is on its way out.
"""

import json
import sys

import boto3

ENDED = {"deleted", "deleting", "terminated", "shutting-down", "INACTIVE", "DELETE_COMPLETE"}


def default_networks(client):
    return {vpc["VpcId"] for vpc in client.describe_vpcs()["Vpcs"] if vpc["IsDefault"]}


def in_own_network(default, thing):
    return thing.get("VpcId") not in default


def ec2(client):
    default = default_networks(client)
    own = lambda things, key: [thing[key] for thing in things if in_own_network(default, thing)]
    addresses = client.describe_addresses()["Addresses"]
    gateways = client.describe_internet_gateways()["InternetGateways"]
    reservations = client.describe_instances()["Reservations"]
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    yield "ec2 vpc", own(client.describe_vpcs()["Vpcs"], "VpcId")
    yield "ec2 subnet", own(client.describe_subnets()["Subnets"], "SubnetId")
    yield "ec2 security group", own(client.describe_security_groups()["SecurityGroups"], "GroupId")
    yield "ec2 route table", own(client.describe_route_tables()["RouteTables"], "RouteTableId")
    endpoints = [e for e in client.describe_vpc_endpoints()["VpcEndpoints"] if e["State"].lower() not in ENDED]
    yield "ec2 vpc endpoint", own(endpoints, "VpcEndpointId")
    yield "ec2 internet gateway", [
        gateway["InternetGatewayId"]
        for gateway in gateways
        if not any(attached.get("VpcId") in default for attached in gateway["Attachments"])
    ]
    yield "ec2 nat gateway", [g["NatGatewayId"] for g in client.describe_nat_gateways()["NatGateways"] if g["State"] not in ENDED]
    yield "ec2 address", [address["AllocationId"] for address in addresses]
    yield "ec2 launch template", [t["LaunchTemplateName"] for t in client.describe_launch_templates()["LaunchTemplates"]]
    yield "ec2 instance", [i["InstanceId"] for i in instances if i["State"]["Name"] not in ENDED]


def ecs(client):
    for arn in client.list_clusters()["clusterArns"]:
        (cluster,) = client.describe_clusters(clusters=[arn])["clusters"]
        if cluster["status"] in ENDED:
            continue
        yield "ecs cluster", [cluster["clusterName"]]
        yield "ecs service", client.list_services(cluster=arn)["serviceArns"]
        yield "ecs task", client.list_tasks(cluster=arn)["taskArns"]
    yield "ecs task definition", client.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
    providers = client.describe_capacity_providers()["capacityProviders"]
    yield "ecs capacity provider", [
        p["name"] for p in providers if not p["name"].startswith("FARGATE") and p.get("status") not in ENDED
    ]


def iam(client):
    roles = client.list_roles()["Roles"]
    of_services = [role["RoleName"] for role in roles if role["Path"].startswith("/aws-service-role/")]
    yield "iam role", [role["RoleName"] for role in roles if role["RoleName"] not in of_services]
    yield "iam service-linked role", of_services
    yield "iam policy", [policy["Arn"] for policy in client.list_policies(Scope="Local")["Policies"]]
    yield "iam instance profile", [p["InstanceProfileName"] for p in client.list_instance_profiles()["InstanceProfiles"]]


def simple(kind, service, operation, key, name, **arguments):
    def read(client):
        things = getattr(client, operation)(**arguments)[key]
        yield kind, [thing if name is None else thing[name] for thing in things]

    return service, read


READERS = [
    ("ec2", ec2),
    ("ecs", ecs),
    ("iam", iam),
    simple("load balancer", "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    simple("target group", "elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    simple("auto scaling group", "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    simple("topic", "sns", "list_topics", "Topics", "TopicArn"),
    simple("subscription", "sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    simple("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    simple("dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    simple("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    simple("table", "dynamodb", "list_tables", "TableNames", None),
    simple("repository", "ecr", "describe_repositories", "repositories", "repositoryName"),
    simple("bucket", "s3", "list_buckets", "Buckets", "Name"),
    simple("function", "lambda", "list_functions", "Functions", "FunctionName"),
    simple("CodeDeploy application", "codedeploy", "list_applications", "applications", None),
    simple("certificate", "acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    simple("secret", "secretsmanager", "list_secrets", "SecretList", "Name"),
    simple("REST API", "apigateway", "get_rest_apis", "items", "name"),
    simple("usage plan", "apigateway", "get_usage_plans", "items", "name"),
    simple("API key", "apigateway", "get_api_keys", "items", "name"),
    simple("web ACL", "wafv2", "list_web_acls", "WebACLs", "Name", Scope="REGIONAL"),
    simple(
        "scalable target", "application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId",
        ServiceNamespace="ecs",
    ),
    simple(
        "scheduled action", "application-autoscaling", "describe_scheduled_actions", "ScheduledActions",
        "ScheduledActionName", ServiceNamespace="ecs",
    ),
    simple(
        "scaling policy", "application-autoscaling", "describe_scaling_policies", "ScalingPolicies", "PolicyName",
        ServiceNamespace="ecs",
    ),
]


def queues(client):
    yield "queue", client.list_queues().get("QueueUrls", [])


def parameters(client):
    pages = client.get_paginator("describe_parameters").paginate()
    names = [parameter["Name"] for page in pages for parameter in page["Parameters"]]
    yield "parameter", [name for name in names if not name.startswith("/aws/")]


def deployment_configurations(client):
    names = client.list_deployment_configs()["deploymentConfigsList"]
    yield "deployment configuration", [name for name in names if not name.startswith("CodeDeployDefault.")]


READERS += [("sqs", queues), ("ssm", parameters), ("codedeploy", deployment_configurations)]


def main(endpoint):
    account = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    held = {}
    for service, read in READERS:
        for kind, names in read(boto3.client(service, endpoint_url=endpoint, **account)):
            held.setdefault(kind, []).extend(names)
    print(json.dumps({kind: sorted(names) for kind, names in held.items() if names}))


if __name__ == "__main__":
    main(sys.argv[1])
