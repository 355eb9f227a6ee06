/** What AWS accepts and somebody will regret: notes, not problems. */
import { isObject } from '../../read/json.ts';
import type { DeploymentGroup, FidelityNote, Service, Topology } from '../../topology.ts';
import { actionsOf, isCalled } from './alarms.ts';
import { routes, serviceOf } from './blue-green.ts';
import { scaledService } from './scaling.ts';

export const deliveryWarnings = (t: Topology): FidelityNote[] => [
  ...t.services.filter((s) => s.deploymentController === 'CODE_DEPLOY').flatMap((s) => ofService(s, t)),
  ...t.deploymentGroups.flatMap((g) => ofGroup(g, t)),
  ...ofScaling(t),
  ...ofAlarms(t),
  ...ofAppSpecs(t),
];

const note = (subject: string, reason: string): FidelityNote => ({ subject, kind: 'approximated', reason });

function ofService(s: Service, t: Topology): FidelityNote[] {
  const notes: FidelityNote[] = [];
  if (!t.deploymentGroups.some((g) => serviceOf(g, t) === s))
    notes.push(note(s.address, 'no deployment group deploys it: it keeps the task definition that it was made with'));
  const reverted = ['task_definition', 'load_balancer'].filter((name) => !isIgnored(s, name));
  if (reverted.length > 0)
    notes.push(
      note(
        `${s.address}.lifecycle`,
        `CodeDeploy changes ${reverted.join(' and ')}, and ECS refuses to set them: without ignore_changes the next apply after a deployment fails`,
      ),
    );
  return notes;
}

const isIgnored = (s: { readonly ignoreChanges: readonly string[] }, name: string): boolean =>
  s.ignoreChanges.includes(name) || s.ignoreChanges.includes('all');

function ofGroup(g: DeploymentGroup, t: Topology): FidelityNote[] {
  const groups = t.targetGroups.filter((tg) => g.targetGroupNames.includes(tg.name));
  const test = t.listeners.find((l) => l.arn === g.testListenerArns[0]);
  const notes: FidelityNote[] = [];
  if (test && !routes(test, groups, t))
    notes.push(
      note(
        `${g.address}.test_traffic_route`,
        `nothing on port ${test.port} forwards to either target group: test traffic reaches no task`,
      ),
    );
  const arns = groups.map((tg) => tg.arn);
  const actions = [
    ...t.listeners.map((l) => ({ resource: l, name: 'default_action', actions: l.defaultActions })),
    ...t.rules.map((r) => ({ resource: r, name: 'action', actions: r.actions })),
  ];
  const shifted = actions.filter(
    ({ resource, name, actions: list }) =>
      !isIgnored(resource, name) &&
      list.some((a) => a.type === 'forward' && a.targetGroups.some((tg) => arns.includes(tg.arn))),
  );
  for (const { resource, name } of shifted)
    notes.push(
      note(
        `${resource.address}.lifecycle`,
        `CodeDeploy changes ${name}: without ignore_changes the next apply shifts traffic back`,
      ),
    );
  for (const name of g.alarms.names.filter((n) => !t.alarms.some((a) => a.name === n)))
    if (g.alarms.ignorePollAlarmFailure)
      notes.push(note(`${g.address}.alarm_configuration`, `the alarm ${name} is not declared: it stops no deployment`));
  return notes;
}

function ofScaling(t: Topology): FidelityNote[] {
  const called = new Set(t.alarms.flatMap((a) => actionsOf(a).map(([, arn]) => arn)));
  return [
    ...t.scalableTargets.flatMap((target) => {
      const service = scaledService(target.resourceId, t);
      if (!service || isIgnored(service, 'desired_count')) return [];
      return [
        note(
          `${service.address}.lifecycle`,
          'its desired count is scaled: without ignore_changes on desired_count each apply sets it back',
        ),
      ];
    }),
    ...t.scalingPolicies.flatMap((p) => {
      if (p.policy.type === 'StepScaling')
        return called.has(p.arn) ? [] : [note(p.address, 'no alarm calls this policy: it scales nothing')];
      const service = scaledService(p.resourceId, t);
      if (p.policy.metric.kind !== 'ALBRequestCountPerTarget' || service?.deploymentController !== 'CODE_DEPLOY')
        return [];
      return [
        note(
          p.address,
          'ALBRequestCountPerTarget follows one target group; blue/green moves the tasks to another (ECS service-auto-scaling)',
        ),
      ];
    }),
  ];
}

const ofAlarms = (t: Topology): FidelityNote[] =>
  t.alarms.flatMap((a) =>
    actionsOf(a)
      .filter(([, arn]) => !isCalled(arn))
      .map(([name, arn]) => ({
        subject: `${a.address}.${name}`,
        kind: 'no-local-effect' as const,
        reason: `only topics and scaling policies of services are called: ${arn}`,
      })),
  );

/** AppSpecs kept in parameters: the hooks that they name. */
function ofAppSpecs(t: Topology): FidelityNote[] {
  const known = new Set(t.functions.flatMap((f) => [f.name, f.arn]));
  return t.parameters.flatMap((p) =>
    hooksIn(p.value)
      .filter((name) => !known.has(name))
      .map((name) =>
        note(
          p.address,
          `the AppSpec in it names the hook ${name}, which no stack declares: a deployment with it fails`,
        ),
      ),
  );
}

function hooksIn(text: string): string[] {
  if (!text.includes('"Hooks"')) return [];
  try {
    const json = JSON.parse(text) as unknown;
    const hooks = isObject(json) && Array.isArray(json['Hooks']) ? json['Hooks'] : [];
    return hooks.filter(isObject).flatMap((h) => Object.values(h).map(String));
  } catch {
    return [];
  }
}
