/**
 * `CodeDeployHook_pre-traffic-hook`: asks the green tasks for what clients will ask them for, by way of the test
 * listener, and answers CodeDeploy. One log line a check. CodeDeploy may call functions of that name prefix without
 * further permission (managed policy AWSCodeDeployRoleForECS).
 */
import { ConfigError, readConfig } from '../../../kit/src/config.ts';
import { type Check, decideChecks } from './decide-checks.ts';
import { probe } from './probe.ts';
import { type HookStatus, type LifecycleEvent, report } from './report.ts';
import { type HookConfig, settings } from './settings.ts';

/** What is used of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
}

/**
 * The function's handler, `pre-traffic-hook.handler`.
 * @returns what was answered
 * @throws where the event names no deployment, or CodeDeploy could not be told
 */
export async function handler(event: LifecycleEvent, context?: LambdaContext): Promise<{ status: HookStatus }> {
  if (!event?.DeploymentId || !event.LifecycleEventHookExecutionId) {
    throw new Error('the event is not of a CodeDeploy lifecycle hook: DeploymentId, LifecycleEventHookExecutionId');
  }
  const status = (await passes(event, context)) ? 'Succeeded' : 'Failed';
  await report(event, status);
  log({ event: 'reported', deploymentId: event.DeploymentId, status });
  return { status };
}

/** Whatever goes wrong in here, CodeDeploy gets its answer. */
async function passes(event: LifecycleEvent, context: LambdaContext | undefined): Promise<boolean> {
  try {
    const config = configOrNull();
    if (!config) return false;
    const checks = await check(config, context);
    for (const { name, passed, reason } of checks) {
      log({ event: 'check', deploymentId: event.DeploymentId, check: name, passed, reason });
    }
    return checks.every(({ passed }) => passed);
  } catch (error) {
    log({ event: 'check-failed', deploymentId: event.DeploymentId, reason: String(error) });
    return false;
  }
}

async function check(config: HookConfig, context: LambdaContext | undefined): Promise<readonly Check[]> {
  const { TargetUrl: url, Requests: requests, RequestTimeoutMs: timeoutMs, MaxLatencyMs: maxLatencyMs } = config;
  const remainingMs = context?.getRemainingTimeInMillis?.bind(context);
  const answers = await probe({ url, requests, timeoutMs, remainingMs });
  const versions = new Set(answers.flatMap((answer) => (answer.kind === 'answer' ? (answer.version ?? []) : [])));
  log({ event: 'asked', url: url.href, requests, versions: [...versions] });
  return decideChecks(answers, { path: url.pathname, maxLatencyMs });
}

function configOrNull(): HookConfig | null {
  try {
    return readConfig({ service: 'pre-traffic-hook', settings, env: process.env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const bad of error.badVariables) log({ event: 'bad-setting', ...bad });
    return null;
  }
}

function log(record: Record<string, unknown>): void {
  console.log(JSON.stringify(record));
}
