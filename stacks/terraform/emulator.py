"""The AWS API emulator of the Terraform suite: moto's server, with what it lacks for these stacks filled in.

Run as `python emulator.py PORT`. Each addition is an answer that AWS gives and moto 5.2 does not:
tags of scalable targets, running counts of services, healthy targets, and the life of CodeDeploy's resources.
"""

import json
import sys

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.ecs.models import Service
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus
from moto.server import main


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

    Service.running_count = property(wanted, ignore)
    Service.pending_count = property(lambda self: 0, ignore)
    Service.deployments = property(deployments, keep)


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


def scalable_target_tags():
    tags = {}

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
        application = self._get_param("applicationName")
        groups = self.codedeploy_backend.deployment_groups.get(application, {})
        name = self._get_param("newDeploymentGroupName") or self._get_param("currentDeploymentGroupName")
        groups.pop(self._get_param("currentDeploymentGroupName"), None)
        self.querystring["deploymentGroupName"] = name
        original = self._get_param

        def renamed(key, *rest):
            return name if key == "deploymentGroupName" else original(key, *rest)

        self._get_param = renamed
        self.create_deployment_group()
        return ActionResult({"hooksNotCleanedUp": []})

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

    def delete_deployment_config(self):
        configs(self).pop(self._get_param("deploymentConfigName"), None)
        return EmptyResult()

    for action in (
        delete_application,
        delete_deployment_group,
        update_deployment_group,
        create_deployment_config,
        get_deployment_config,
        delete_deployment_config,
    ):
        setattr(CodeDeployResponse, action.__name__, action)


for fill in (running_services, healthy_targets, scalable_target_tags, codedeploy_life):
    fill()

if __name__ == "__main__":
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
