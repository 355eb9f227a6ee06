/** Services with their tasks, and the instances that these run on. */
import { taskSets } from './blue-green.js';
import { element, gauge, tone } from './dom.js';

export function service(s) {
  const dots = s.tasks.map((t) =>
    element('span', {
      class: `dot ${tone(t.lastStatus)}`,
      title: `${t.taskDefinition} ${t.lastStatus} ${t.address}:${t.hostPort ?? '-'}`,
    }),
  );
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, s.name),
    element('div', { class: 'soft' }, `${s.launchType} · ${s.taskDefinition}`),
    element(
      'div',
      { class: 'dots', role: 'img', 'aria-label': `${s.runningCount} of ${s.desiredCount} tasks running` },
      ...dots,
    ),
    element('div', {}, `${s.runningCount} running, ${s.pendingCount} pending, ${s.desiredCount} desired`),
    ...(s.taskSets.length > 0 ? [taskSets(s.taskSets)] : rollout(s)),
  );
}

/** How its deployment is, and why where it is not well. */
function rollout({ steady, desiredCount, deployments: [deployment] }) {
  if (!deployment) return [element('div', { class: 'soft' }, 'no deployment')];
  if (steady) return [element('div', { class: 'good' }, desiredCount === 0 ? 'steady, at zero' : 'steady')];
  const { rolloutState, rolloutStateReason, failedTasks } = deployment;
  const failed = failedTasks > 0 ? `, ${failedTasks} failed tasks` : '';
  return [
    element('div', { class: tone(rolloutState) }, `${rolloutState}${failed}`),
    rolloutState === 'FAILED' || failedTasks > 0 ? element('div', { class: 'soft' }, rolloutStateReason) : null,
  ];
}

export function instance(i) {
  const usedCpu = i.registered.cpuUnits - i.remaining.cpuUnits;
  const usedMemory = i.registered.memoryMiB - i.remaining.memoryMiB;
  const ports = [...i.ports].sort((a, b) => a - b);
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, i.id),
    element('div', { class: 'soft' }, `${i.instanceType} · ${i.zone} · ${i.address}`),
    element('div', { class: tone(i.status) }, i.status),
    gauge(`memory ${usedMemory} of ${i.registered.memoryMiB} MiB`, usedMemory, i.registered.memoryMiB),
    gauge(`cpu ${usedCpu} of ${i.registered.cpuUnits} units`, usedCpu, i.registered.cpuUnits),
    element('div', { class: 'mono' }, ports.length > 0 ? `ports ${ports.join(' ')}` : 'no host port in use'),
    ...i.processes.map((p) =>
      element('div', { class: 'mono' }, `${p.name} ${p.state}${p.pid ? `, pid ${p.pid}` : ''}`),
    ),
  );
}
