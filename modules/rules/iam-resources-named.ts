import { type Json, several } from './estate.ts';
import { isOpenArn } from './open-arn.ts';
import { allowing } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

/** Actions for which no ARN can be named (Service Authorization Reference: no resource types). */
const WITHOUT_ARN: ReadonlySet<string> = new Set([
  'cloudwatch:PutMetricData',
  'ecr:GetAuthorizationToken',
  'ecs:DiscoverPollEndpoint',
  'sts:GetCallerIdentity',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]);

export const iamResourcesNamed: HouseRule = {
  id: 'iam-resources-named',
  rule: 'resources are ARNs of something; a wildcard alone is only for actions that take none, or held to one ARN by a condition (Service Authorization Reference)',
  check: (estate) =>
    allowing(estate).flatMap(({ address, body }) => {
      const open = body.NotResource !== undefined || several<string>(body.Resource).some(isOpenArn);
      const actions = several<string>(body.Action).filter((action) => !WITHOUT_ARN.has(action));
      if (!open || isHeld(body.Condition) || actions.length === 0) return [];
      return [{ address: `${address}.Resource`, value: actions, fix: 'name the ARNs that these actions are for' }];
    }),
};

/** True where some condition asks for an ARN, and that ARN names something. */
function isHeld(condition: Json): boolean {
  return Object.entries<Json>(condition ?? {})
    .filter(([operator]) => /^Arn(Equals|Like)$/.test(operator))
    .flatMap(([, asked]) => Object.values<Json>(asked))
    .some((values) => several<string>(values).every((value) => !isOpenArn(value)));
}
