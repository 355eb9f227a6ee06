import type { Construct } from '../modules/cdktf.ts';
import { type ImageRepository, Registry } from '../modules/registry.ts';
import { BaseStack, type StackProps } from './base-stack.ts';

export interface RegistryStackProps extends StackProps {
  /** Services that have an image; each gets the repository `<prefix><service>`. */
  readonly services: readonly string[];
  /** @default `<environment>-` */
  readonly prefix?: string;
}

/** Image repositories. A stack of its own: deploy it first, push images, then deploy what runs them. */
export class RegistryStack extends BaseStack {
  readonly #registry: Registry;
  readonly #prefix: string;

  constructor(scope: Construct, id: string, props: RegistryStackProps) {
    super(scope, id, props);
    const { deletionProtection, name } = props.environment;
    this.#prefix = props.prefix ?? `${name}-`;
    this.#registry = new Registry(this, 'registry', {
      repositories: props.services.map((service) => this.#nameOf(service)),
      forceDelete: !deletionProtection,
    });
    for (const service of props.services) {
      this.output(`${service}_repository_url`, this.repository(service).url, `ECR repository of ${service}`);
    }
  }

  repository(service: string): ImageRepository {
    return this.#registry.repository(this.#nameOf(service));
  }

  #nameOf(service: string): string {
    return `${this.#prefix}${service}`;
  }
}
