"""The AWS API emulator of the Terraform suite: moto's server, with what it lacks for these stacks filled in.

Run as `python emulator.py PORT`; it ends with its input. Each addition is an answer that AWS gives and moto 5.2 does not:
tags of scalable targets, running counts of services, soft memory limits, healthy targets, and the life of CodeDeploy's
resources. What AWS refuses and moto takes is in refusals.py.
"""

import json
import os
import signal
import sys
import threading

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import camelcase_to_underscores
from moto.ec2.models.launch_templates import LaunchTemplateBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.models import EC2ContainerServiceBackend, Service
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus
from moto.server import main
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse
from refusals import REFUSALS


def running_services():
    """Tasks are not run here: a service of the ECS controller is steady as soon as it is described."""

    def wanted(self):
        return self.desired_count

    def deployments(self):
        count = {"runningCount": self.desired_count, "pendingCount": 0, "rolloutState": "COMPLETED"}
        return [{**deployment, **count} for deployment in self.__dict__.get("kept_deployments", [])]

    def keep(self, value):
        self.__dict__["kept_deployments"] = value

    def ignore(self, value):
        pass

    def network(self):
        # AWS leaves it out for a service without one; an empty one stops the provider.
        return self.__dict__.get("kept_network") or None

    def keep_network(self, value):
        self.__dict__["kept_network"] = value

    Service.network_configuration = property(network, keep_network)
    Service.running_count = property(wanted, ignore)
    Service.pending_count = property(lambda self: 0, ignore)
    Service.deployments = property(deployments, keep)


def service_settings():
    """What a service was made or changed with is part of its description."""
    kept = (
        "healthCheckGracePeriodSeconds",
        "deploymentConfiguration",
        "capacityProviderStrategy",
        "placementConstraints",
        "placementStrategy",
        "enableExecuteCommand",
    )

    def keeping(original):
        def operation(self):
            answer = original(self)
            service = answer.result["service"]
            for name in kept:
                if self._get_param(name) is not None:
                    setattr(service, camelcase_to_underscores(name), self._get_param(name))
            if self._get_param("capacityProviderStrategy"):
                service.launch_type = None
            zones = self._get_param("availabilityZoneRebalancing")
            service.availability_zone_rebalancing = (
                zones or getattr(service, "availability_zone_rebalancing", None) or "DISABLED"
            )
            return answer

        return operation

    for name in ("create_service", "update_service"):
        setattr(EC2ContainerServiceResponse, name, keeping(getattr(EC2ContainerServiceResponse, name)))


def soft_memory_limits():
    """A soft limit alone is enough for a container on EC2 (ECS API_ContainerDefinition)."""
    original = EC2ContainerServiceBackend._validate_container_defs

    def validate(memory, container_definitions, requires_compatibilities):
        limited = all("memoryReservation" in definition for definition in container_definitions)
        original(memory or ("soft" if limited else None), container_definitions, requires_compatibilities)

    EC2ContainerServiceBackend._validate_container_defs = staticmethod(validate)


def healthy_targets():
    """A target group that a blue/green service stands behind has one healthy target: `aws elbv2 wait` ends."""
    original = ELBv2Backend.describe_target_health

    def describe_target_health(self, target_group_arn, targets):
        found = original(self, target_group_arn, targets)
        if found:
            return found
        group = self.target_groups[target_group_arn]
        return [FakeHealthStatus("10.0.0.10", str(group.port), str(group.port), "healthy", None, None)]

    ELBv2Backend.describe_target_health = describe_target_health


def rule_descriptions():
    """A rule that names another group has a description too."""

    def description(self):
        return self.ip_range.get("Description") or (self.source_group or {}).get("Description")

    SecurityGroupRule.description = property(description)


def launch_template_tags():
    """The tags of the template itself are no part of its data."""
    original = LaunchTemplateBackend.create_launch_template

    def create_launch_template(self, name, description, template_data, tag_spec):
        specifications = template_data.get("TagSpecifications")
        if specifications:
            kept = [one for one in specifications if one.get("ResourceType") != "launch-template"]
            template_data = {**template_data, "TagSpecifications": kept}
            if not kept:
                del template_data["TagSpecifications"]
        return original(self, name, description, template_data, tag_spec)

    LaunchTemplateBackend.create_launch_template = create_launch_template


def signature_versions():
    """The signature version that a topic was made with."""
    create, read = SNSBackend.create_topic, SNSResponse.get_topic_attributes

    def create_topic(self, name, attributes=None, tags=None):
        topic = create(self, name, attributes, tags)
        if (attributes or {}).get("SignatureVersion"):
            topic.signature_version = attributes["SignatureVersion"]
        return topic

    def get_topic_attributes(self):
        answer = read(self)
        version = getattr(self.backend.get_topic(self._get_param("TopicArn")), "signature_version", None)
        if version:
            answer.result["Attributes"]["SignatureVersion"] = version
        return answer

    SNSBackend.create_topic = create_topic
    SNSResponse.get_topic_attributes = get_topic_attributes


def scalable_target_tags():
    """Tags of scalable targets: given when one is registered, listed, added and taken away."""
    tags = {}
    register = ApplicationAutoScalingResponse.register_scalable_target

    def register_scalable_target(self):
        answer = register(self)
        given = parameters(self).get("Tags")
        if given:
            tags.setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(given)
        return answer

    def parameters(self):
        return json.loads(self.body or "{}")

    def list_tags_for_resource(self):
        return json.dumps({"Tags": tags.get(parameters(self)["ResourceARN"], {})})

    def tag_resource(self):
        asked = parameters(self)
        tags.setdefault(asked["ResourceARN"], {}).update(asked["Tags"])
        return "{}"

    def untag_resource(self):
        asked = parameters(self)
        for key in asked["TagKeys"]:
            tags.get(asked["ResourceARN"], {}).pop(key, None)
        return "{}"

    ApplicationAutoScalingResponse.register_scalable_target = register_scalable_target
    ApplicationAutoScalingResponse.list_tags_for_resource = list_tags_for_resource
    ApplicationAutoScalingResponse.tag_resource = tag_resource
    ApplicationAutoScalingResponse.untag_resource = untag_resource


def codedeploy_life():
    """Deleting applications and groups, changing a group, and deployment configurations."""

    def delete_application(self):
        name = self._get_param("applicationName")
        backend = self.codedeploy_backend
        backend.applications.pop(name, None)
        backend.deployment_groups.pop(name, None)
        return EmptyResult()

    def delete_deployment_group(self):
        groups = self.codedeploy_backend.deployment_groups.get(self._get_param("applicationName"), {})
        groups.pop(self._get_param("deploymentGroupName"), None)
        return ActionResult({"hooksNotCleanedUp": []})

    def update_deployment_group(self):
        """What is not named stays as it is."""
        asked = json.loads(self.body)
        groups = self.codedeploy_backend.deployment_groups[asked["applicationName"]]
        group = groups.pop(asked["currentDeploymentGroupName"])
        for name, value in asked.items():
            if hasattr(group, camelcase_to_underscores(name)):
                setattr(group, camelcase_to_underscores(name), value)
        group.deployment_group_name = asked.get("newDeploymentGroupName", group.deployment_group_name)
        groups[group.deployment_group_name] = group
        return ActionResult({"hooksNotCleanedUp": []})

    read_group = CodeDeployResponse.get_deployment_group

    def get_deployment_group(self):
        answer = read_group(self)
        groups = self.codedeploy_backend.deployment_groups[self._get_param("applicationName")]
        alarms = groups[self._get_param("deploymentGroupName")].alarm_configuration
        if alarms:
            answer.result["deploymentGroupInfo"]["alarmConfiguration"] = alarms
        return answer

    def configs(self):
        backend = self.codedeploy_backend
        if not hasattr(backend, "own_configs"):
            backend.own_configs = {}
        return backend.own_configs

    def create_deployment_config(self):
        name = self._get_param("deploymentConfigName")
        configs(self)[name] = {
            "deploymentConfigId": f"00000000-0000-0000-0000-{len(configs(self)):012d}",
            "deploymentConfigName": name,
            "computePlatform": self._get_param("computePlatform"),
            "trafficRoutingConfig": self._get_param("trafficRoutingConfig"),
        }
        return ActionResult({"deploymentConfigId": configs(self)[name]["deploymentConfigId"]})

    def get_deployment_config(self):
        return ActionResult({"deploymentConfigInfo": configs(self)[self._get_param("deploymentConfigName")]})

    def list_deployment_configs(self):
        return ActionResult({"deploymentConfigsList": sorted(configs(self))})

    def delete_deployment_config(self):
        configs(self).pop(self._get_param("deploymentConfigName"), None)
        return EmptyResult()

    for action in (
        delete_application,
        delete_deployment_group,
        get_deployment_group,
        update_deployment_group,
        create_deployment_config,
        get_deployment_config,
        list_deployment_configs,
        delete_deployment_config,
    ):
        setattr(CodeDeployResponse, action.__name__, action)


def all_capacity_providers():
    """DescribeCapacityProviders without names gives all."""
    describe = EC2ContainerServiceBackend.describe_capacity_providers

    def described(self, names):
        return describe(self, names if names else list(self.capacity_providers))

    EC2ContainerServiceBackend.describe_capacity_providers = described


FILLS = (
    running_services,
    service_settings,
    soft_memory_limits,
    healthy_targets,
    rule_descriptions,
    launch_template_tags,
    signature_versions,
    scalable_target_tags,
    codedeploy_life,
    all_capacity_providers,
)


def end_with_input():
    """However the one that started this ends, it takes this with it."""
    while sys.stdin.buffer.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    for fill in FILLS + REFUSALS:
        fill()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
