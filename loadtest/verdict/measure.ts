/** Each criterion's value and sample count, out of a record. Pure. */
import type { Ledger } from './ledger.ts';
import { measureBlueGreen } from './measure-blue-green.ts';
import { measureForum } from './measure-forum.ts';
import { measureKill } from './measure-kill.ts';
import { measureOrders } from './measure-orders.ts';
import { measureScaling } from './measure-scaling.ts';
import { excludeAll, type Measurement, type Measurements, type Some } from './measurement.ts';
import { measurePorts, type PortFacts } from './ports.ts';
import type { RunRecord } from './record.ts';
import { servingPorts } from './scaling.ts';

/** @param ledger null where no ledger could be kept */
export function measure(record: RunRecord, ledger: Ledger | null): Measurements {
  return {
    ...measureOrders(record.orders, ledger, record.samples),
    ...measureForum(record.forum, record.samples, record.kill ?? null),
    'generator-cpu': measureGeneratorCpu(record),
    ...measureDeployments(record),
    ...measurePortCriteria(record),
    ...measureBlueGreen(record),
    ...measureScaling(record),
    ...measureKill(record),
  };
}

function measureGeneratorCpu(record: RunRecord): Measurement {
  const cores = record.samples.flatMap((s) => (s.generatorCores === null ? [] : [s.generatorCores]));
  if (record.environment.platform !== 'linux' && cores.length === 0) {
    return { excluded: "this platform does not show a process's CPU time under /proc" };
  }
  const meanCores = cores.reduce((sum, c) => sum + c, 0) / cores.length;
  return {
    value: cores.length > 0 ? (meanCores / record.environment.cores) * 100 : null,
    samples: cores.length,
  };
}

const NO_PLANE = 'the load was aimed at a URL: deployments and ports cannot be seen from there';

function measureDeployments(record: RunRecord): Some<'steady-stages' | 'failed-deployments' | 'rollback-clean'> {
  if (record.stages.length === 0) {
    return excludeAll(['steady-stages', 'failed-deployments', 'rollback-clean'], NO_PLANE);
  }
  const unsteady = record.stages.filter((stage) => stage.steadyAtMs === null).length;
  return {
    'steady-stages': { value: unsteady, samples: record.stages.length },
    'failed-deployments': measureFailed(record),
    'rollback-clean': measureRollback(record),
  };
}

function measureFailed(record: RunRecord): Measurement {
  const { blueGreen } = record;
  const ended = blueGreen?.status === 'Failed' || blueGreen?.status === 'Stopped';
  const failed = record.deployments.filter((d) => d.rolloutState === 'FAILED').length + (ended ? 1 : 0);
  const samples = record.deployments.length + (blueGreen?.deploymentId ? 1 : 0);
  if (samples === 0 && !hasServices(record)) return { excluded: 'nothing here is an ECS service' };
  return { value: samples > 0 ? failed : null, samples };
}

/** True where no stage became steady, too: then nobody knows. */
function hasServices(record: RunRecord): boolean {
  const snapshots = record.stages.flatMap((stage) => (stage.steady ? [stage.steady] : []));
  return snapshots.length === 0 || snapshots.some((snapshot) => snapshot.services.length > 0);
}

/** Clean: after a deployment failed, its service is steady on the revision from before, and nothing else takes traffic. */
function measureRollback({ drill, blueGreen }: RunRecord): Measurement {
  if (drill) {
    const clean = drill.settledAtMs !== null && drill.taskDefinitionAfter === drill.taskDefinitionBefore;
    return { value: clean ? 0 : 1, samples: 1 };
  }
  if (!blueGreen || (blueGreen.kind === 'deploy' && blueGreen.status === 'Succeeded')) {
    return { excluded: 'nothing was to be rolled back' };
  }
  const last = blueGreen.readings.at(-1);
  const clean =
    blueGreen.settledAtMs !== null &&
    blueGreen.taskDefinitionAfter === blueGreen.taskDefinitionBefore &&
    last?.greenPercent === 0 &&
    last.greenTasks === 0;
  return { value: clean ? 0 : 1, samples: 1 };
}

const PORT_CRITERIA = [
  'tasks-sharing-an-instance',
  'host-ports-clashing',
  'host-ports-out-of-range',
  'host-ports-without-traffic',
] as const;

function measurePortCriteria(record: RunRecord): Some<(typeof PORT_CRITERIA)[number]> {
  if (record.stages.length === 0) return excludeAll(PORT_CRITERIA, NO_PLANE);
  if (!record.orders) {
    return excludeAll(PORT_CRITERIA, "the forum's processes and tasks have no dynamic host ports");
  }
  const facts: PortFacts = measurePorts(record.stages);
  const of = (value: number, samples: number): Measurement => ({ value: samples > 0 ? value : null, samples });
  return {
    'tasks-sharing-an-instance': of(facts.mostOnOneInstance, facts.dynamicPorts),
    'host-ports-clashing': of(facts.clashing, facts.dynamicPorts),
    'host-ports-out-of-range': of(facts.outOfRange, facts.dynamicPorts),
    'host-ports-without-traffic': measureIdlePorts(record, facts),
  };
}

/** Where services scale, tasks come and go: every one that was there for a while counts, not those of a stage's both ends. */
function measureIdlePorts({ scaling, clockRate }: RunRecord, facts: PortFacts): Measurement {
  const serving = scaling && servingPorts(scaling, clockRate);
  const { idle, watched } = serving && serving.watched > 0 ? serving : facts;
  if (scaling && watched === 0) return { excluded: 'no task with a dynamic host port was there for long enough' };
  return { value: watched > 0 ? idle.length : null, samples: watched };
}
