/** `deploy SERVICE --tag T`: a rolling or a blue/green deployment through the AWS SDK, on the plane or on AWS. */
import { type Command, InvalidArgumentError } from 'commander';
import { CutoverError, ExitCode } from '../../errors.ts';
import { type DeployContext, type DeployResult, deploy, exitCodeOf } from '../deploy/deploy.ts';
import { isTag } from '../deploy/image-tag.ts';
import { continueDeployment, stopDeployment } from '../deploy/manage.ts';
import { jsonReporter, lineReporter, type Reporter, terminalReporter } from '../deploy/reporter.ts';
import { type DeployTarget, deployTarget } from '../deploy/target.ts';
import { createVersions } from '../deploy/versions.ts';
import { watchBlueGreen } from '../deploy/watch.ts';
import { httpUrl, pairs } from '../options.ts';
import { isTerminal, paint, print, printJsonLine, progress } from '../output.ts';
import { stateDirOf } from '../paths.ts';
import { interruptible, type PlaneFlags, withPlane } from './shared.ts';

interface DeployFlags extends PlaneFlags {
  readonly tag?: string;
  readonly cluster?: string;
  readonly container?: string;
  readonly appspec?: string;
  readonly storedAppspec: boolean;
  readonly hook?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly description?: string;
  readonly watch: boolean;
  readonly stop?: string;
  readonly rollback: boolean;
  readonly continue?: string;
  readonly follow?: string;
  readonly endpoint?: string;
  readonly aws?: boolean;
  readonly region?: string;
}

export function addDeploy(program: Command): void {
  withPlane(program.command('deploy'))
    .description('deploy an image tag of a service: rolling or CodeDeploy blue/green, on the running plane or on AWS')
    .argument('[service]', 'name of the service')
    .option('--tag <tag>', 'image tag that the new task definition revision gets', tag)
    .option('--watch', 'show the deployment until it is over', true)
    .option('--no-watch', 'only start it')
    .option('--cluster <name>', 'cluster of the service, where its name is not unique')
    .option('--container <name>', 'container whose tag is meant; default: the one behind the load balancer')
    .option('--config <name>', 'deployment configuration instead of the group’s')
    .option('--appspec <file>', 'AppSpec (JSON or YAML) instead of the stored one')
    .option('--no-stored-appspec', 'build the AppSpec from the service, without the stored one’s hooks')
    .option('--hook <event=function>', 'function to run at a lifecycle event (repeatable)', pairs)
    .option('--description <text>', 'description of the CodeDeploy deployment')
    .option('--stop <id>', 'stop a CodeDeploy deployment, and put traffic back')
    .option('--no-rollback', 'with --stop: leave traffic where it is')
    .option('--continue <id>', 'end the wait that a CodeDeploy deployment is in')
    .option('--follow <id>', 'show a CodeDeploy deployment until it is over')
    .option('--endpoint <url>', 'an AWS-compatible endpoint instead of the running plane’s', httpUrl)
    .option('--aws', 'AWS, with the credentials and the region of the environment')
    .option('--region <region>', 'AWS region')
    .action(async (service: string | undefined, flags: DeployFlags) => {
      const action = chosenAction(service, flags);
      const target = await deployTarget({ ...flags, stateDir: stateDirOf(flags.portBase) });
      process.exitCode = await ACTIONS[action.kind](action.subject, flags, target);
    });
}

type ActionKind = 'deploy' | 'stop' | 'continue' | 'follow';

/** Exactly one of: a service with its tag, --stop, --continue, --follow. @throws CutoverError BAD_FLAG */
function chosenAction(service: string | undefined, flags: DeployFlags): { kind: ActionKind; subject: string } {
  const chosen = (['stop', 'continue', 'follow'] as const).flatMap((kind) => {
    const subject = flags[kind];
    return subject === undefined ? [] : [{ kind, subject }];
  });
  const [only, another] = chosen;
  if (another || (only && (service !== undefined || flags.tag !== undefined)))
    throw usage(
      `--${(another ?? only)?.kind}`,
      'a deployment is started, stopped, continued or followed: one at a time',
      'give SERVICE and --tag, or one of --stop ID, --continue ID, --follow ID',
    );
  if (only) return only;
  if (service === undefined)
    throw usage('SERVICE', 'no service is named', 'name one: ./cutover deploy SERVICE --tag T');
  if (flags.tag === undefined) throw usage('--tag', 'no tag is given', 'say which image: --tag T');
  return { kind: 'deploy', subject: service };
}

const ACTIONS: Readonly<
  Record<ActionKind, (subject: string, flags: DeployFlags, target: DeployTarget) => Promise<number>>
> = {
  deploy: runDeploy,
  follow: runFollow,
  async stop(id, flags, target) {
    const { status, message } = await stopDeployment(target, id, flags.rollback);
    if (flags.json) printJsonLine({ version: 1, deploymentId: id, status, message });
    else print(`${id}: ${message || status}`);
    return ExitCode.pass;
  },
  async continue(id, flags, target) {
    const ended = await continueDeployment(target, id);
    if (flags.json) printJsonLine({ version: 1, deploymentId: id, ended });
    else print(`${id}: ${ended === 'READY_WAIT' ? 'traffic shifts now' : 'blue ends now'}`);
    return ExitCode.pass;
  },
};

async function runDeploy(service: string, flags: DeployFlags, target: DeployTarget): Promise<number> {
  const reporter = reporterOf(flags);
  const result = await untilInterrupted(reporter, (signal, onStarted) => {
    const context: DeployContext = { target, reporter, signal, onStarted };
    return deploy(
      {
        service,
        tag: flags.tag ?? '',
        hooks: flags.hook ?? {},
        fresh: !flags.storedAppspec,
        watch: flags.watch,
        ...(flags.cluster === undefined ? {} : { cluster: flags.cluster }),
        ...(flags.container === undefined ? {} : { container: flags.container }),
        ...(flags.appspec === undefined ? {} : { appSpecFile: flags.appspec }),
        ...(flags.config === undefined ? {} : { config: flags.config }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
      },
      context,
    );
  });
  if (flags.json) printJsonLine({ type: 'result', ...result });
  else print(summary(result));
  return exitCodeOf(result.outcome);
}

async function runFollow(id: string, flags: DeployFlags, target: DeployTarget): Promise<number> {
  const reporter = reporterOf(flags);
  const versions = createVersions(target, flags.container);
  const watched = await untilInterrupted(reporter, (signal, onStarted) => {
    onStarted(`./cutover deploy --stop ${id} stops it, ./cutover deploy --follow ${id} shows it again`);
    return watchBlueGreen({ target, versions, reporter, signal }, id);
  });
  const { outcome, reason, last, rollback } = watched;
  const rollbackDeploymentId = rollback?.last.deploymentId ?? null;
  if (flags.json)
    printJsonLine({ type: 'result', version: 1, outcome, reason, deploymentId: id, rollbackDeploymentId, last });
  else print(`${id} ${ended(outcome, reason)}`);
  return exitCodeOf(outcome);
}

/** Ctrl-C ends the watching, not the deployment; it is said how to stop that. */
async function untilInterrupted<T>(
  reporter: Reporter,
  work: (signal: AbortSignal, onStarted: (stopHint: string) => void) => Promise<T>,
): Promise<T> {
  let hint: string | null = null;
  return interruptible(async (signal) => {
    try {
      return await work(signal, (stopHint) => {
        hint = stopHint;
      });
    } catch (error) {
      if (signal.aborted && hint !== null) reporter.note(`The deployment goes on; ${hint}.`);
      throw error;
    }
  });
}

function reporterOf(flags: DeployFlags): Reporter {
  const now = (): string => new Date().toISOString();
  if (flags.json) return jsonReporter(print, now);
  return isTerminal(process.stderr) ? terminalReporter(process.stderr) : lineReporter(progress, now);
}

function summary(result: DeployResult): string {
  const { service, tag: tags, taskDefinition, deploymentId } = result;
  const what = `${service}: ${taskDefinition.before} (${tags.before}) → ${taskDefinition.after} (${tags.after}), deployment ${deploymentId}`;
  return `${what} ${ended(result.outcome, result.reason)}`;
}

function ended(outcome: DeployResult['outcome'], reason: string): string {
  if (outcome === 'SUCCEEDED') return paint('succeeded', 'green');
  if (outcome === 'STARTED') return 'is under way';
  const word = outcome.toLowerCase().replace('_', ' ');
  return `${paint(word, 'red')}${reason ? `: ${reason}` : ''}`;
}

function tag(value: string): string {
  if (!isTag(value)) throw new InvalidArgumentError('it must be an image tag: letters, digits, _ . - (at most 128).');
  return value;
}

function usage(address: string, message: string, fix: string): CutoverError {
  return new CutoverError({ code: 'BAD_FLAG', address, message, fix });
}
