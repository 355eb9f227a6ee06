/** The SDK's STS and ECR client against the endpoint. */

import * as ecrClient from '@aws-sdk/client-ecr';
import * as stsClient from '@aws-sdk/client-sts';
import test from 'ava';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);
const ecr = new ecrClient.ECRClient(config);

test('STS and ECR', async (t) => {
  const sts = new stsClient.STSClient(config);
  t.like(await sts.send(new stsClient.GetCallerIdentityCommand({})), { Account: build.ACCOUNT });
  const { repositories } = await ecr.send(new ecrClient.DescribeRepositoriesCommand({}));
  t.is(repositories?.[0]?.repositoryName, 'shop-orders');
  await t.throwsAsync(ecr.send(new ecrClient.DescribeRepositoriesCommand({ repositoryNames: ['none'] })), {
    name: 'RepositoryNotFoundException',
  });
});

test('a repository: made, seen, removed', async (t) => {
  const repositoryName = 'team/my-orders';
  const tags = [{ Key: 'a', Value: 'b' }];
  const { repository } = await ecr.send(new ecrClient.CreateRepositoryCommand({ repositoryName, tags }));
  t.is(repository?.repositoryUri, `${build.ACCOUNT}.dkr.ecr.${build.REGION}.amazonaws.com/${repositoryName}`);
  const listTags = new ecrClient.ListTagsForResourceCommand({ resourceArn: repository?.repositoryArn });
  t.deepEqual((await ecr.send(listTags)).tags, tags);
  for (const [input, name] of [
    [{ repositoryName }, 'RepositoryAlreadyExistsException'],
    [{ repositoryName: 'shop-orders' }, 'RepositoryAlreadyExistsException'],
    [{ repositoryName: 'Upper' }, 'InvalidParameterException'],
    [{ repositoryName: 'a/' }, 'InvalidParameterException'],
    [{ repositoryName: 'ok', imageTagMutability: 'IMMUTABLE' as const }, 'InvalidParameterException'],
    [{ repositoryName: 'ok', registryId: '999999999999' }, 'InvalidParameterException'],
  ] as const)
    await t.throwsAsync(ecr.send(new ecrClient.CreateRepositoryCommand(input)), { name }, JSON.stringify(input));
  const remove = (input: ecrClient.DeleteRepositoryCommandInput) =>
    ecr.send(new ecrClient.DeleteRepositoryCommand(input));
  await t.throwsAsync(remove({ repositoryName }), { name: 'RepositoryNotEmptyException' });
  await t.throwsAsync(remove({ repositoryName: 'shop-orders', force: true }), { message: /made by the stacks/ });
  await remove({ repositoryName, force: true });
  await t.throwsAsync(remove({ repositoryName }), { name: 'RepositoryNotFoundException' });
});

test('images are the builds that fit: one a bundle, with all its tags', async (t) => {
  const repositoryName = 'shop-orders';
  const describe = (input: object = {}) => ecr.send(new ecrClient.DescribeImagesCommand({ repositoryName, ...input }));
  const { imageDetails = [] } = await describe();
  t.deepEqual(
    imageDetails.map(({ imageDigest, imageTags }) => [imageDigest, imageTags]),
    [
      ['sha256:0.1', ['0.1']],
      ['sha256:latest', ['latest', 'same']],
    ],
  );
  const byTag = await describe({ imageIds: [{ imageTag: 'same' }] });
  t.is(byTag.imageDetails?.[0]?.imageDigest, 'sha256:latest');
  await t.throwsAsync(describe({ imageIds: [{ imageTag: 'none' }] }), { name: 'ImageNotFoundException' });
  await t.throwsAsync(describe({ repositoryName: 'none' }), { name: 'RepositoryNotFoundException' });
  const listed = await ecr.send(new ecrClient.ListImagesCommand({ repositoryName, maxResults: 2 }));
  t.is(listed.imageIds?.length, 2);
  const rest = await ecr.send(new ecrClient.ListImagesCommand({ repositoryName, nextToken: listed.nextToken }));
  t.deepEqual(
    rest.imageIds?.map(({ imageTag }) => imageTag),
    ['same'],
  );
});

test('what needs a registry is refused by name', async (t) => {
  const reason = { message: /keeps no images/ };
  await t.throwsAsync(ecr.send(new ecrClient.GetAuthorizationTokenCommand({})), reason);
  const policy = { repositoryName: 'shop-orders', lifecyclePolicyText: '{}' };
  await t.throwsAsync(ecr.send(new ecrClient.PutLifecyclePolicyCommand(policy)), reason);
  const images = { repositoryName: 'shop-orders', imageIds: [{ imageTag: 'latest' }] };
  await t.throwsAsync(ecr.send(new ecrClient.BatchDeleteImageCommand(images)), reason);
});
