import test from 'ava';
import type { Problem } from '../../errors.ts';
import type { ContainerDefinition } from '../../topology.ts';
import { Report } from '../report.ts';
import { checkDependencies } from './container-dependencies.ts';

function problemsOf(dependsOn: Readonly<Record<string, readonly string[]>>): Problem[] {
  const problems: Problem[] = [];
  const containers = Object.entries(dependsOn).map(([name, on]) => ({
    name,
    essential: false,
    healthCheck: null,
    dependsOn: on.map((containerName) => ({ containerName, condition: 'START' as const })),
  }));
  checkDependencies(
    containers as unknown as ContainerDefinition[],
    new Report('test/aws_ecs_task_definition.d', 'aws_ecs_task_definition', problems, new Map()),
  );
  return problems;
}

test('a circle is told by its names; a container that waits for itself is told as such', (t) => {
  t.deepEqual(
    problemsOf({ a: ['b'], b: ['c'], c: ['b'], d: ['a', 'c'] }).map((p) => p.value),
    [['b', 'c', 'b']],
  );
  t.deepEqual(
    problemsOf({ a: ['a'], b: ['a'] }).map((p) => p.code),
    ['DANGLING_REFERENCE'],
  );
  t.deepEqual(problemsOf({ a: [], b: ['a'], c: ['a', 'b'] }), []);
});

test('where each of many waits for every other, the circle is found at once', (t) => {
  const names = Array.from({ length: 60 }, (_, i) => `c${i}`);
  const all = Object.fromEntries(names.map((name) => [name, names.filter((other) => other !== name)]));
  t.deepEqual(
    problemsOf(all).map((p) => p.value),
    [['c0', 'c1', 'c0']],
  );
});
