/** `dependsOn` of containers: who waits for whom. */
import type { ContainerDefinition } from '../../topology.ts';
import { depthFirst } from '../order.ts';
import type { Report } from '../report.ts';

/** What ECS refuses of `dependsOn` (ECS task_definition_parameters: container dependency). */
export function checkDependencies(containers: readonly ContainerDefinition[], report: Report): void {
  checkNames(containers, report);
  const byName = new Map(containers.map((c) => [c.name, c]));
  for (const c of containers)
    for (const { containerName, condition } of c.dependsOn) {
      const at = `container_definitions[${c.name}].dependsOn`;
      const other = byName.get(containerName);
      if (other?.essential && (condition === 'SUCCESS' || condition === 'COMPLETE'))
        report.bad(
          at,
          containerName,
          `${containerName} is essential, so that its end ends the task`,
          `${condition} waits for a container that is not essential`,
        );
      if (other && condition === 'HEALTHY' && !other.healthCheck)
        report.bad(
          at,
          containerName,
          `${containerName} has no health check`,
          'HEALTHY waits for a container with a healthCheck',
        );
    }
  const circle = circleOf(containers);
  if (circle)
    report.problem('REFERENCE_CYCLE', 'container_definitions', {
      message: `containers wait for each other: ${circle.join(' → ')}`,
      value: circle,
      rule: 'dependsOn has no circle (ECS container dependency)',
      fix: 'remove one of these dependencies',
    });
}

function checkNames(containers: readonly ContainerDefinition[], report: Report): void {
  const names = containers.map((c) => c.name);
  for (const c of containers)
    for (const d of c.dependsOn)
      if (d.containerName === c.name || !names.includes(d.containerName))
        report.problem('DANGLING_REFERENCE', `container_definitions[${c.name}].dependsOn`, {
          message: `there is no other container ${d.containerName}`,
          value: d.containerName,
          rule: `one of ${names.filter((n) => n !== c.name).join(', ') || '(none)'}`,
          fix: 'correct containerName',
        });
}

/** The first circle of more than one container; one that waits for itself has been told. */
function circleOf(containers: readonly ContainerDefinition[]): readonly string[] | null {
  const next = new Map(containers.map((c) => [c.name, c.dependsOn.map((d) => d.containerName)]));
  const circles: (readonly string[])[] = [];
  depthFirst(
    [...next.keys()],
    (name) => next.get(name) ?? [],
    (circle) => circles.push(circle),
  );
  return circles.find((circle) => circle.length > 2) ?? null;
}
