/** Registered task definitions, those of the stacks and those of the endpoint (ECS API_RegisterTaskDefinition). */
import type { TaskDefinition } from '../../topology.ts';
import { arnAt, type Place } from '../place.ts';

export interface TaskDefinitionsOptions {
  readonly place: Place;
  /** The next revision of a family. */
  readonly nextRevision: (family: string) => number;
  /** Registered through the endpoint before the plane was killed. */
  readonly saved: readonly TaskDefinition[];
  readonly onSaved: () => void;
}

export interface TaskDefinitions {
  put(definition: TaskDefinition): void;
  register(definition: Omit<TaskDefinition, 'revision' | 'arn'>): TaskDefinition;
  /** Deregistered: nothing new starts of it. */
  deactivate(arn: string): void;
  isInactive(arn: string): boolean;
  /** By ARN, `family:revision`, or family (its newest active revision). */
  find(reference: string): TaskDefinition | undefined;
  all(): readonly TaskDefinition[];
  /** Those that came through the endpoint. */
  registered(): readonly TaskDefinition[];
}

export function createTaskDefinitions(options: TaskDefinitionsOptions): TaskDefinitions {
  const byArn = new Map(options.saved.map((definition) => [definition.arn, definition]));
  const registered = new Map(byArn);
  const inactive = new Set<string>();
  return {
    put: (definition) => void byArn.set(definition.arn, definition),
    register(definition) {
      const revision = options.nextRevision(definition.family);
      const version = `${definition.family}:${revision}`;
      const arn = arnAt(options.place, 'ecs', `task-definition/${version}`);
      const full: TaskDefinition = { ...definition, revision, arn };
      byArn.set(arn, full);
      registered.set(arn, full);
      options.onSaved();
      return full;
    },
    find(reference) {
      const known = byArn.get(reference);
      if (known) return known;
      const [family, revision] = (reference.split('/').at(-1) ?? reference).split(':');
      return [...byArn.values()]
        .filter(
          (d) => d.family === family && (revision === undefined ? !inactive.has(d.arn) : `${d.revision}` === revision),
        )
        .sort((a, b) => b.revision - a.revision)[0];
    },
    deactivate: (arn) => void inactive.add(arn),
    isInactive: (arn) => inactive.has(arn),
    all: () => [...byArn.values()],
    registered: () => [...registered.values()],
  };
}
