import type { HouseRule } from './rule.ts';

export const imagesExpire: HouseRule = {
  id: 'images-expire',
  severity: 'advice',
  rule: 'a repository has a lifecycle policy, else every image that was ever pushed stays and costs (ECR LifecyclePolicies)',
  check: (estate) =>
    estate
      .all('aws_ecr_repository')
      .filter((repository) => estate.referring(repository, 'aws_ecr_lifecycle_policy').length === 0)
      .map(({ address }) => ({ address, value: null, fix: 'add a policy that expires untagged images' })),
};
