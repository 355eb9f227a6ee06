import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

export interface RegistryProps {
  /** Repository names: lower case letters, digits, `-`, `_`, `.`, `/`, 2–256 characters. */
  readonly repositories: readonly string[];
  /** Untagged images go after so many days, 1–365. @default 14 */
  readonly keepUntaggedDays?: number;
  /** Delete the images with the repository. @default false */
  readonly forceDelete?: boolean;
}

export interface ImageRepository {
  readonly arn: string;
  readonly url: string;
}

/** ECR repositories, scanned on push. Tags may move: the workshop pushes `latest` again and again. */
export class Registry extends Construct {
  readonly #repositories = new Map<string, ImageRepository>();

  constructor(scope: Construct, id: string, props: RegistryProps) {
    super(scope, id);
    const check = new PropCheck(scope, id).range('keepUntaggedDays', props.keepUntaggedDays, { min: 1, max: 365 });
    for (const name of props.repositories) {
      check.matches('repositories', name, {
        pattern: /^(?=.{2,256}$)[a-z0-9]+([._/-][a-z0-9]+)*$/,
        rule: '2–256 lower case letters and digits, with - _ . / between them (ECR CreateRepository)',
        fix: 'use lower case only, as the workshop warns',
      });
    }
    check.done();
    for (const name of props.repositories) this.#create(name, props);
  }

  /** @throws Error where the registry has no such repository */
  repository(name: string): ImageRepository {
    const found = this.#repositories.get(name);
    if (found) return found;
    throw new Error(
      `no repository ${JSON.stringify(name)} in ${this.node.path}; it has ${[...this.#repositories.keys()].join(', ')}`,
    );
  }

  #create(name: string, props: RegistryProps): void {
    const repository = new EcrRepository(this, name, {
      name,
      imageTagMutability: 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: props.forceDelete ?? false,
    });
    new EcrLifecyclePolicy(this, `${name}-lifecycle`, {
      repository: repository.name,
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: 'untagged images',
            selection: {
              tagStatus: 'untagged',
              countType: 'sinceImagePushed',
              countUnit: 'days',
              countNumber: props.keepUntaggedDays ?? 14,
            },
            action: { type: 'expire' },
          },
        ],
      }),
    });
    this.#repositories.set(name, { arn: repository.arn, url: repository.repositoryUrl });
  }
}
