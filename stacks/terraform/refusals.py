"""What AWS refuses when a stack is deployed, and moto 5.2 takes: so that a deployment fails here where it would there."""

import json

from moto.ecs.exceptions import EcsClientException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

LOG_WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"


def task_roles_exist():
    """A task definition names roles of the account (ECS RegisterTaskDefinition)."""
    register = EC2ContainerServiceBackend.register_task_definition

    def register_task_definition(self, *given, task_role_arn=None, execution_role_arn=None, **named):
        for arn in filter(None, (task_role_arn, execution_role_arn)):
            try:
                iam_backends[self.account_id][self.partition].get_role_by_arn(arn)
            except NotFoundException:
                raise EcsClientException("Role is not valid")
        return register(self, *given, task_role_arn=task_role_arn, execution_role_arn=execution_role_arn, **named)

    EC2ContainerServiceBackend.register_task_definition = register_task_definition


def secure_listeners_have_certificates():
    """ELB CreateListener: a certificate where the protocol is HTTPS."""
    create = ELBv2Backend.create_listener

    def create_listener(self, **named):
        if named["protocol"] == "HTTPS" and not named["certificate"]:
            raise ELBClientError("ValidationError", "A certificate must be specified for HTTPS listeners")
        return create(self, **named)

    ELBv2Backend.create_listener = create_listener


def access_logs_are_writable():
    """A load balancer writes to the bucket before it turns its access logs on (ELB enable-access-logging)."""
    modify = ELBv2Backend.modify_load_balancer_attributes

    def modify_load_balancer_attributes(self, arn, attrs):
        if attrs.get("access_logs.s3.enabled") == "true":
            name = attrs.get("access_logs.s3.bucket")
            bucket = s3_backends[self.account_id][self.partition].buckets.get(name)
            if not bucket or not lets_logs_in(bucket.policy):
                denied = f"Access Denied for bucket: {name}. Please check S3bucket permission"
                raise ELBClientError("InvalidConfigurationRequest", denied)
        return modify(self, arn, attrs)

    ELBv2Backend.modify_load_balancer_attributes = modify_load_balancer_attributes


def lets_logs_in(policy):
    statements = json.loads(policy or b"{}").get("Statement", [])
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal") == {"Service": LOG_WRITER}
        and statement.get("Action") == "s3:PutObject"
        for statement in statements
    )


REFUSALS = (task_roles_exist, secure_listeners_have_certificates, access_logs_are_writable)
