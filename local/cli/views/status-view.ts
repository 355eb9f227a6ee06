/** What `status` prints: services, task sets, deployments, load balancers, REST APIs, targets, instances, alarms. */
import type { BlueGreenStatusEntry, ServiceStatus, Status, TaskSetStatusEntry } from '../../status.ts';
import { paint, table } from '../output.ts';
import { describeRule } from './outputs-block.ts';

/** Finished blue/green deployments that are still shown; all that run are. */
const FINISHED_SHOWN = 3;

export function statusView(status: Status): string {
  const blocks = [
    paint(
      `${status.stage ? `stage ${status.stage}, ` : ''}${status.state}, clock rate ${status.clockRate}, pid ${status.pid}, AWS endpoint ${status.endpoints.aws}`,
      'bold',
    ),
    servicesView(status),
    taskSetsView(status),
    deploymentsView(status),
    ...status.loadBalancers.flatMap((lb) =>
      lb.listeners.map((l) =>
        [`${paint(lb.name, 'bold')}  ${l.url}`, ...l.rules.map((r) => `  ${describeRule(r)}`)].join('\n'),
      ),
    ),
    ...restApisView(status),
    table(
      ['TARGET GROUP', 'TARGET', 'PORT', 'STATE', 'REQUESTS', 'REASON'],
      status.targetGroups.flatMap((g) =>
        g.targets.map((t) => [g.name, t.address, String(t.port), t.state, String(t.requests), t.reason ?? '']),
      ),
    ),
    instancesView(status),
    usageView(status),
    alarmsView(status),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function servicesView(status: Status): string {
  return table(
    ['SERVICE', 'LAUNCH', 'DESIRED', 'RUNNING', 'PENDING', 'TASK DEFINITION', 'ROLLOUT'],
    status.services.map((s) => [
      s.name,
      s.launchType,
      String(s.desiredCount),
      String(s.runningCount),
      String(s.pendingCount),
      s.taskDefinition,
      `${rolloutOf(s, status)}${s.steady ? ', steady' : ''}`,
    ]),
  );
}

/** ECS's own blue/green deployment, while it is under way. */
function ownBlueGreenOf({ serviceDeployment: own }: ServiceStatus): string | null {
  if (!own || !/IN_PROGRESS|REQUESTED/.test(own.status)) return null;
  return `${own.status}, ${own.strategy} ${own.lifecycleStage}, ${own.green} ${own.greenPercent} %`;
}

/** Of a rolling service its state; of one with task sets, the deployment under way, else who deploys it. */
function rolloutOf(service: ServiceStatus, status: Status): string {
  if (service.deploymentController === 'ECS')
    return ownBlueGreenOf(service) ?? service.deployments[0]?.rolloutState ?? '-';
  const running = status.blueGreen.find(
    (one) => one.service === service.name && one.cluster === service.cluster && !isOver(one),
  );
  return running ? `${running.id} ${running.status}` : service.deploymentController;
}

function taskSetsView(status: Status): string {
  const rows = status.services.flatMap((service) => service.taskSets.map((set) => taskSetRow(status, service, set)));
  const header = [
    'TASK SET',
    'SERVICE',
    'STATUS',
    'TASK DEFINITION',
    'RUNNING',
    'TRAFFIC',
    'TARGET GROUP',
    'STABILITY',
  ];
  return rows.length === 0 ? '' : table(header, rows);
}

function taskSetRow(status: Status, service: ServiceStatus, set: TaskSetStatusEntry): readonly string[] {
  const group = status.targetGroups.find(({ arn }) => arn === set.targetGroupArn)?.name ?? '-';
  return [
    set.id,
    service.name,
    set.status,
    set.taskDefinition,
    `${set.runningCount}/${set.computedDesiredCount}`,
    trafficOf(status, set),
    group,
    set.stability,
  ];
}

/** Known from the deployment that made or replaces the set; before the first one, from who forwards to its group. */
function trafficOf(status: Status, set: TaskSetStatusEntry): string {
  const side = status.blueGreen.flatMap(({ blue, green }) => [blue, green]).find(({ taskSet }) => taskSet === set.id);
  const share = side?.trafficPercent ?? shareOf(status, set.targetGroupArn);
  return share === null ? '-' : `${share} %`;
}

/** Of the first rule that forwards to the group, the load balancers' listeners in the order of their ports. */
function shareOf(status: Status, targetGroupArn: string | null): number | null {
  const listeners = status.loadBalancers.flatMap((lb) => lb.listeners).toSorted((a, b) => a.port - b.port);
  for (const action of listeners.flatMap(({ rules }) => rules.flatMap(({ actions }) => actions))) {
    if (action.type !== 'forward') continue;
    const own = action.targetGroups.find(({ arn }) => arn === targetGroupArn);
    const total = action.targetGroups.reduce((sum, { weight }) => sum + weight, 0);
    if (own) return total === 0 ? 0 : Math.round((own.weight / total) * 100);
  }
  return null;
}

function deploymentsView(status: Status): string {
  const finished = status.blueGreen.filter(isOver).slice(0, FINISHED_SHOWN);
  const shown = status.blueGreen.filter((one) => !isOver(one) || finished.includes(one));
  if (shown.length === 0) return '';
  return table(
    ['DEPLOYMENT', 'SERVICE', 'STATUS', 'CONFIGURATION', 'EVENT', 'BLUE', 'GREEN', 'NOTE'],
    shown.map((one) => [
      one.id,
      one.service,
      one.status,
      one.config.replace('CodeDeployDefault.', ''),
      eventOf(one),
      sideOf(one.blue),
      sideOf(one.green),
      noteOf(one),
    ]),
  );
}

const isOver = ({ status }: BlueGreenStatusEntry): boolean => ['Succeeded', 'Failed', 'Stopped'].includes(status);

/** The one under way, else the one that failed. */
function eventOf({ lifecycleEvents }: BlueGreenStatusEntry): string {
  const event =
    lifecycleEvents.find(({ status }) => status === 'InProgress') ??
    lifecycleEvents.find(({ status }) => status === 'Failed');
  if (!event) return '-';
  return `${event.name}${event.status === 'Failed' ? ' failed' : ''}${event.hook ? ` (${event.hook})` : ''}`;
}

function sideOf({ taskDefinition, trafficPercent }: BlueGreenStatusEntry['blue']): string {
  return taskDefinition === null ? '-' : `${taskDefinition} ${trafficPercent} %`;
}

function noteOf(one: BlueGreenStatusEntry): string {
  if (one.triggeringDeploymentId) return `rolls ${one.triggeringDeploymentId} back`;
  if (one.rollbackDeploymentId) return `${one.error?.code ?? ''} rolled back by ${one.rollbackDeploymentId}`.trim();
  if (one.error) return `${one.error.code}: ${one.error.message}`;
  if (one.readyUntil && !isOver(one)) return `waits for --continue until ${one.readyUntil}`;
  return one.blueEndsAt && !isOver(one) ? `blue ends at ${one.blueEndsAt}` : '';
}

function instancesView(status: Status): string {
  if (status.instances.length === 0) return '';
  return table(
    ['INSTANCE', 'ADDRESS', 'ZONE', 'TYPE', 'STATUS', 'CPU LEFT', 'MiB LEFT', 'HOST PORTS', 'PROCESSES'],
    status.instances.map((i) => [
      i.id,
      i.address,
      i.zone,
      i.instanceType,
      i.status,
      `${i.remaining.cpuUnits}/${i.registered.cpuUnits}`,
      `${i.remaining.memoryMiB}/${i.registered.memoryMiB}`,
      [...i.ports].sort((a, b) => a - b).join(' '),
      i.processes.map(({ name, state }) => `${name} ${state}`).join(', '),
    ]),
  );
}

function restApisView(status: Status): readonly string[] {
  return status.restApis.flatMap((api) =>
    api.stages.map((stage) =>
      [`${paint(api.name, 'bold')}  ${stage.url}`, ...stage.methods.map((method) => `  ${method}`)].join('\n'),
    ),
  );
}

function usageView(status: Status): string {
  if (status.usagePlans.length === 0) return '';
  return table(
    ['API KEY', 'USAGE PLAN', 'QUOTA USED', 'ENDS'],
    status.usagePlans.map((u) => [u.key, u.plan, `${u.used}/${u.limit} ${u.period}`, u.endsAt]),
  );
}

function alarmsView(status: Status): string {
  if (status.alarms.length === 0) return '';
  return table(
    ['ALARM', 'STATE', 'REASON'],
    status.alarms.map(({ name, state, reason }) => [name, state, reason]),
  );
}
