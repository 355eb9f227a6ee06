import test from 'ava';
import fc from 'fast-check';
import { parseWait } from './wait-command.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/t/0123456789abcdef';
const target = { kind: 'target-in-service', targetGroupArn: ARN };
const services = (clusterName: string, ...serviceNames: string[]) => ({
  kind: 'services-stable',
  clusterName,
  serviceNames,
});

const RECOGNISED: readonly (readonly [string, unknown])[] = [
  [`aws elbv2 wait target-in-service --target-group-arn ${ARN}`, target],
  [`aws --region us-east-1 --no-cli-pager elbv2 wait target-in-service --target-group-arn=${ARN} --debug`, target],
  [`/usr/local/bin/aws elbv2 wait target-in-service --target-group-arns '${ARN}'`, target],
  [`AWS_PAGER= AWS_REGION=us-east-1 aws elbv2 wait target-in-service --target-group-arn "${ARN}"\n`, target],
  [`aws elbv2 wait target-in-service \\\n  --target-group-arn \${TG} --profile p`, target],
  ['aws ecs wait services-stable --services a b --cluster c', services('c', 'a', 'b')],
  ['aws ecs wait services-stable --services arn:aws:ecs:r:1:service/c/a --region r', services('default', 'a')],
  ['aws ecs wait services-stable --cluster arn:aws:ecs:r:1:cluster/c --services=a --output json', services('c', 'a')],
];

for (const [command, wait] of RECOGNISED)
  test(`recognised: ${command}`, (t) => t.deepEqual(parseWait(command, { TG: ARN }), wait as never));

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['', /not a command of the AWS CLI/],
  ['echo aws elbv2 wait target-in-service', /not a command of the AWS CLI/],
  ['aws', /no wait/],
  ['aws elbv2 wait target-deregistered --target-group-arn x', /no wait/],
  ['aws elbv2 wait target-in-service', /needs --target-group-arn/],
  ['aws elbv2 wait target-in-service --target-group-arn', /names no target group/],
  ['aws elbv2 wait target-in-service --target-group-arn a b', /several/],
  ['aws elbv2 wait target-in-service --target-group-arn a --targets Id=i', /--targets/],
  ['aws ecs wait services-stable --cluster c', /needs --services/],
  ['aws ecs wait services-stable --services a & true', /more than one command/],
  ['sleep 5; aws ecs wait services-stable --services a', /more than one command/],
  ['aws ecs wait services-stable --services a\naws ecs wait services-stable --services b', /more than one command/],
  ['aws ecs wait services-stable --services $SERVICE', /computes/],
  ['aws ecs wait services-stable --services `cat name`', /computes/],
  ['aws ecs wait services-stable --services "a', /quote/],
];

for (const [command, why] of REFUSED)
  test(`refused: ${JSON.stringify(command)}`, (t) => t.regex(String(parseWait(command)), why));

test('property: any text is a wait or a reason, and a quoted word comes out as it went in', (t) => {
  fc.assert(fc.property(fc.string(), (text) => parseWait(text) !== undefined));
  fc.assert(
    fc.property(fc.stringMatching(/^[^'/-][^'/]*$/), (name) => {
      t.deepEqual(parseWait(`aws ecs wait services-stable --services '${name}'`), services('default', name) as never);
    }),
  );
});
