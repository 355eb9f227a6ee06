/** The SDK's STS and ECR client against the endpoint. */

import * as ecrClient from '@aws-sdk/client-ecr';
import * as stsClient from '@aws-sdk/client-sts';
import test from 'ava';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);

test('STS and ECR', async (t) => {
  const sts = new stsClient.STSClient(config);
  t.like(await sts.send(new stsClient.GetCallerIdentityCommand({})), { Account: build.ACCOUNT });
  const ecr = new ecrClient.ECRClient(config);
  const { repositories } = await ecr.send(new ecrClient.DescribeRepositoriesCommand({}));
  t.is(repositories?.[0]?.repositoryName, 'shop-orders');
  await t.throwsAsync(ecr.send(new ecrClient.DescribeRepositoriesCommand({ repositoryNames: ['none'] })), {
    name: 'RepositoryNotFoundException',
  });
});
