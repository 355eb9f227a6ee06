/** Fixture: a target and a CodeDeploy that the test plays, and the environment that Lambda would set. */
import type { ServerResponse } from 'node:http';
import { type Stub, startStub } from '../../../kit/src/testing/stub.ts';
import { handler, type LambdaContext } from './pre-traffic-hook.ts';

export const EVENT = { DeploymentId: 'd-ABCDEF123', LifecycleEventHookExecutionId: 'execution-1' };
export const THREADS = [{ id: 1, title: 'Tides', createdBy: 2 }];

export interface Outcome {
  /** What CodeDeploy was told: its request's members. */
  readonly told: readonly Record<string, unknown>[];
  readonly lines: readonly Record<string, unknown>[];
  /** Requests that the target has seen. */
  readonly asked: number;
  readonly error: Error | null;
}

/** Answers with JSON. */
export const json =
  (value: unknown, status = 200): Stub['answer'] =>
  (_request, res) =>
    write(res, status, 'application/json; charset=utf-8', JSON.stringify(value));

export function write(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { 'Content-Type': type, 'X-Service-Version': 'threads/test' });
  res.end(body);
}

export interface Run {
  readonly target: Stub['answer'];
  readonly path?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly event?: unknown;
  readonly context?: LambdaContext;
  /** Default: takes every answer. */
  readonly codeDeploy?: Stub['answer'];
}

/** Invokes the handler in this process. The environment is the process's own: run serially. */
export async function invoke(run: Run): Promise<Outcome> {
  const target = await startStub();
  const codeDeploy = await startStub();
  target.answer = run.target;
  if (run.codeDeploy) codeDeploy.answer = run.codeDeploy;
  const env = {
    ...lambdaEnv(codeDeploy.url),
    TargetUrl: `${target.url}${run.path ?? '/api/threads'}`,
    Requests: '3',
    RequestTimeoutMs: '500',
    ...run.env,
  };
  const restore = replaceEnv(env);
  const lines: Record<string, unknown>[] = [];
  const print = console.log;
  console.log = (text: string) => void lines.push(JSON.parse(text));
  let error: Error | null = null;
  try {
    await handler((run.event === undefined ? EVENT : run.event) as typeof EVENT, run.context);
  } catch (thrown) {
    error = thrown as Error;
  } finally {
    console.log = print;
    restore();
    await Promise.all([target.close(), codeDeploy.close()]);
  }
  return { told: codeDeploy.received.map(({ body }) => JSON.parse(body)), lines, asked: target.received.length, error };
}

/** What Lambda sets, and the endpoint that is in AWS's place. */
export function lambdaEnv(endpoint: string): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
  };
}

function replaceEnv(env: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.keys(env).map((key) => [key, process.env[key]] as const);
  set(Object.entries(env));
  return () => set(before);
}

function set(entries: readonly (readonly [string, string | undefined])[]): void {
  for (const [key, value] of entries) {
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
  }
}
