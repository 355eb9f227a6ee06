import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import type { Account } from './account.ts';
import { AssetType, Construct, type ITerraformDependable, TerraformAsset } from './cdktf.ts';
import { nodeBundle, staged, zipped } from './node-bundle.ts';
import { PropCheck } from './prop-check.ts';
import { Role } from './role.ts';
import { ServiceLogs } from './service-logs.ts';

export interface HookFunctionProps {
  /** 1–64 letters, digits, hyphens, underscores; the role has the same name. AWS's limited role for CodeDeploy calls only `CodeDeployHook_…`. */
  readonly name: string;
  readonly description: string;
  /** Absolute path of the TypeScript file that exports the handler. */
  readonly entry: string;
  /** `<file>.<export>`: the bundle is packaged as `<file>.js`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** 1–900 s. @default 60; a hook that has not answered is given an hour, whatever became of the function */
  readonly timeoutSeconds?: number;
  /** 128–10240 MiB. @default 256 */
  readonly memoryMiB?: number;
  /** @default 30 */
  readonly logRetentionDays?: number;
  /** Subnets with a NAT gateway and security groups. @default outside any VPC, with addresses that nobody knows beforehand */
  readonly network?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  readonly account: Account;
}

/** Newest that AWS provider 5.100 knows; services are bundled for the same Node. */
const RUNTIME = 'nodejs22.x';

/** A Lambda function that judges a deployment at one of its lifecycle events, and tells CodeDeploy. */
export class HookFunction extends Construct {
  /** Reference to the function's name. */
  readonly name: string;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: HookFunctionProps) {
    super(scope, id);
    validate(scope, id, props);
    const logs = new ServiceLogs(this, 'logs', {
      name: `/aws/lambda/${props.name}`,
      retentionDays: props.logRetentionDays,
    });
    this.#role = this.#executionRole(props);
    const bundle = nodeBundle(props.entry);
    const [file] = props.handler.split('.');
    const archive = staged(`${file}.zip`, zipped(`${file}.js`, bundle));
    const asset = new TerraformAsset(this, 'package', { path: archive.path, type: AssetType.FILE });
    this.name = new LambdaFunction(this, 'function', {
      functionName: props.name,
      description: props.description,
      filename: asset.path,
      sourceCodeHash: archive.digest.toString('base64'),
      handler: props.handler,
      runtime: RUNTIME,
      role: this.#role.arn,
      timeout: props.timeoutSeconds ?? 60,
      memorySize: props.memoryMiB ?? 256,
      environment: { variables: { ...props.environment } },
      vpcConfig: props.network && {
        subnetIds: [...props.network.subnetIds],
        securityGroupIds: [...props.network.securityGroupIds],
      },
      // Else Lambda makes the log group, without retention; and a function in a VPC needs its permissions first.
      dependsOn: [logs.group, ...this.#role.attachments],
    }).functionName;
  }

  /** Lets the function answer for the deployments of one deployment group, and for no others. */
  mayReportTo(deploymentGroupArn: string): ITerraformDependable {
    return this.#role.allow('report', [
      { actions: ['codedeploy:PutLifecycleEventHookExecutionStatus'], resources: [deploymentGroupArn] },
    ]);
  }

  #executionRole(props: HookFunctionProps): Role {
    // The one for functions in a VPC has the other's rights to write logs, too.
    const policy = props.network ? 'AWSLambdaVPCAccessExecutionRole' : 'AWSLambdaBasicExecutionRole';
    return new Role(this, 'role', {
      name: props.name,
      description: `What ${props.name} may call`,
      servicePrincipal: 'lambda.amazonaws.com',
      managedPolicyArns: [props.account.managedPolicyArn(`service-role/${policy}`)],
    });
  }
}

function validate(scope: Construct, id: string, props: HookFunctionProps): void {
  new PropCheck(scope, id)
    .matches('name', props.name, {
      pattern: /^[\w-]{1,64}$/,
      rule: '1–64 letters, digits, hyphens and underscores (Lambda CreateFunction)',
    })
    .matches('handler', props.handler, {
      pattern: /^[\w-]+\.\w+$/,
      rule: '<file>.<export>, the file at the root of the package (Lambda nodejs-handler)',
    })
    .range('timeoutSeconds', props.timeoutSeconds, { min: 1, max: 900, unit: 'seconds' })
    .range('memoryMiB', props.memoryMiB, { min: 128, max: 10_240, unit: 'MiB' })
    .done();
}
