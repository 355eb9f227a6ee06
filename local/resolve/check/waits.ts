/** Waits of terraform_data that name nothing, or could never end (AWS CLI: elbv2 wait target-in-service, ecs wait services-stable). */
import type { Problem } from '../../errors.ts';
import type { CommandWait, ResourceBase, Topology } from '../../topology.ts';
import { forwardsTo, lost, wrong } from './find.ts';

const PATH = 'provisioner.local-exec.command';

export function checkWaits(t: Topology): Problem[] {
  if (t.commandWaits.length === 0) return [];
  const dependsOn = new Map(everything(t).map((r) => [r.address, r.dependsOn]));
  return t.commandWaits.flatMap((w) =>
    w.wait.kind === 'target-in-service' ? checkTargets(w, w.wait.targetGroupArn, t, dependsOn) : checkServices(w, t),
  );
}

type Dependencies = ReadonlyMap<string, readonly string[]>;

/** A target group that no listener uses has no health: its targets are “unused” (ELB target-group-health-checks). */
function checkTargets(w: CommandWait, arn: string, t: Topology, dependsOn: Dependencies): Problem[] {
  if (!t.targetGroups.some((g) => g.arn === arn))
    return [lost(`${w.address}.${PATH}`, arn, 'target group', 'aws_lb_target_group')];
  const users = [
    ...t.listeners.filter((l) => forwardsTo(l.defaultActions, arn)),
    ...t.rules.filter((r) => forwardsTo(r.actions, arn)),
  ];
  if (users.some((u) => !reaches(u.address, w.address, dependsOn))) return [];
  return [
    {
      ...wrong(w, PATH, arn, {
        message: `the wait could not end: ${users.length === 0 ? 'nothing forwards to the target group' : `all that forwards to the target group is made after it (${users.map((u) => u.address).join(', ')})`}`,
        rule: 'targets become healthy once a listener or rule uses their group (ELB target-group-health-checks)',
      }),
      fix: 'forward to the target group from a listener or rule that does not depend on the wait',
    },
  ];
}

function checkServices(w: CommandWait, t: Topology): Problem[] {
  if (w.wait.kind !== 'services-stable') return [];
  const { clusterName, serviceNames } = w.wait;
  if (!t.clusters.some((c) => c.name === clusterName))
    return [lost(`${w.address}.${PATH}`, clusterName, 'cluster', 'aws_ecs_cluster')];
  return serviceNames.flatMap((name): Problem[] => {
    const service = t.services.find((s) => s.clusterName === clusterName && s.name === name);
    if (!service) return [lost(`${w.address}.${PATH}`, name, `service in cluster ${clusterName}`, 'aws_ecs_service')];
    if (service.deploymentController === 'ECS') return [];
    return [
      {
        ...wrong(w, PATH, name, {
          message: `the wait could not end: ${name} has task sets, and services-stable counts deployments`,
          rule: 'services deployed by ECS',
        }),
        fix: 'wait with aws elbv2 wait target-in-service --target-group-arn ARN',
      },
    ];
  });
}

const everything = (t: Topology): ResourceBase[] =>
  Object.values(t)
    .filter(Array.isArray)
    .flat()
    .filter((item): item is ResourceBase => Array.isArray((item as Partial<ResourceBase>)?.dependsOn));

/** Whether `from` depends on `to`, over any number of steps. */
function reaches(from: string, to: string, dependsOn: Dependencies): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(dependsOn.get(next) ?? []));
  }
  return false;
}
