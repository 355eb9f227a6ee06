/** Applications, deployment groups and configurations: those of the stacks, and those made through the endpoint. */
import type { CodeDeployApplication, DeploymentConfig, DeploymentGroup } from '../../topology.ts';
import { ApiError, type ResourceHandler } from '../contracts.ts';
import { type NamedConfig, PREDEFINED_CONFIGS } from './configs.ts';

/** What was made through the endpoint, as it outlives a plane that is killed. */
export interface SavedBook {
  readonly applications: readonly CodeDeployApplication[];
  readonly groups: readonly DeploymentGroup[];
  readonly configs: readonly DeploymentConfig[];
}

export interface Book {
  readonly handlers: {
    readonly codeDeployApplications: ResourceHandler<CodeDeployApplication>;
    readonly deploymentGroups: ResourceHandler<DeploymentGroup>;
    readonly deploymentConfigs: ResourceHandler<DeploymentConfig>;
  };
  applications(): readonly CodeDeployApplication[];
  groups(): readonly DeploymentGroup[];
  configs(): readonly NamedConfig[];
  hasGroup(applicationName: string, name: string): boolean;
  /** @throws ApiError in AWS's words */
  needGroup(applicationName: string, name: string): DeploymentGroup;
  /** @throws ApiError in AWS's words */
  needConfig(name: string): NamedConfig;
  putApplication(application: CodeDeployApplication): void;
  removeApplication(name: string): void;
  putGroup(group: DeploymentGroup): void;
  removeGroup(applicationName: string, name: string): void;
  putConfig(config: DeploymentConfig): void;
  removeConfig(name: string): void;
  saved(): SavedBook;
}

const groupKey = (group: Pick<DeploymentGroup, 'applicationName' | 'name'>): string =>
  `${group.applicationName} ${group.name}`;

/** A map that knows which of its values came through the endpoint. */
class Shelf<T> {
  readonly all = new Map<string, T>();
  readonly #own = new Set<string>();
  readonly #keyOf: (value: T) => string;

  constructor(keyOf: (value: T) => string, saved: readonly T[]) {
    this.#keyOf = keyOf;
    for (const value of saved) this.put(value, true);
  }

  put(value: T, own: boolean): void {
    const key = this.#keyOf(value);
    this.all.set(key, value);
    if (own) this.#own.add(key);
  }

  remove(key: string): boolean {
    this.#own.delete(key);
    return this.all.delete(key);
  }

  own(): readonly T[] {
    return [...this.#own].flatMap((key) => this.all.get(key) ?? []);
  }
}

/** @param onChange something came or went: what is to outlive a kill, and what deployments stand on */
export function createBook(saved: SavedBook, onChange: () => void): Book {
  const applications = new Shelf<CodeDeployApplication>((one) => one.name, saved.applications);
  const groups = new Shelf<DeploymentGroup>(groupKey, saved.groups);
  const configs = new Shelf<DeploymentConfig>((one) => one.name, saved.configs);

  function handlerOf<T>(shelf: Shelf<T>, keyOf: (value: T) => string): ResourceHandler<T> {
    return {
      put(next, previous) {
        // A group may be renamed, or move to another application, in place.
        if (previous && keyOf(previous) !== keyOf(next)) shelf.remove(keyOf(previous));
        shelf.put(next, false);
        onChange();
      },
      remove(previous) {
        shelf.remove(keyOf(previous));
        onChange();
      },
    };
  }

  const needApplication = (name: string): CodeDeployApplication => {
    const found = applications.all.get(name);
    if (!found) throw new ApiError('ApplicationDoesNotExistException', `No application found for name: ${name}`);
    return found;
  };

  const allConfigs = (): readonly NamedConfig[] => [
    ...PREDEFINED_CONFIGS,
    ...[...configs.all.values()].map(({ name, routing }) => ({ name, routing, predefined: false })),
  ];

  return {
    handlers: {
      codeDeployApplications: handlerOf(applications, (one) => one.name),
      deploymentGroups: handlerOf(groups, groupKey),
      deploymentConfigs: handlerOf(configs, (one) => one.name),
    },
    applications: () => [...applications.all.values()],
    groups: () => [...groups.all.values()],
    configs: allConfigs,
    hasGroup: (applicationName, name) => groups.all.has(groupKey({ applicationName, name })),
    needGroup(applicationName, name) {
      needApplication(applicationName);
      const found = groups.all.get(groupKey({ applicationName, name }));
      if (!found)
        throw new ApiError('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`);
      return found;
    },
    needConfig(name) {
      const found = allConfigs().find((one) => one.name === name);
      if (!found)
        throw new ApiError(
          'DeploymentConfigDoesNotExistException',
          `No Deployment Configuration found for name: ${name}`,
        );
      return found;
    },
    putApplication(application) {
      applications.put(application, true);
      onChange();
    },
    removeApplication(name) {
      for (const group of [...groups.all.values()]) if (group.applicationName === name) groups.remove(groupKey(group));
      applications.remove(name);
      onChange();
    },
    putGroup(group) {
      needApplication(group.applicationName);
      const other = [...groups.all.values()].find(
        (one) =>
          one.clusterName === group.clusterName &&
          one.serviceName === group.serviceName &&
          groupKey(one) !== groupKey(group),
      );
      if (other)
        throw new ApiError(
          'ECSServiceMappingLimitExceededException',
          `The Amazon ECS service ${group.serviceName} is associated with the deployment group ${other.name} already.`,
        );
      groups.put(group, true);
      onChange();
    },
    removeGroup(applicationName, name) {
      groups.remove(groupKey({ applicationName, name }));
      onChange();
    },
    putConfig(config) {
      configs.put(config, true);
      onChange();
    },
    removeConfig(name) {
      if (PREDEFINED_CONFIGS.some((one) => one.name === name))
        throw new ApiError('InvalidOperationException', `The deployment configuration ${name} cannot be deleted.`);
      if ([...groups.all.values()].some((group) => group.deploymentConfigName === name))
        throw new ApiError('DeploymentConfigInUseException', `The deployment configuration ${name} is in use.`);
      configs.remove(name);
      onChange();
    },
    saved: () => ({ applications: applications.own(), groups: groups.own(), configs: configs.own() }),
  };
}
