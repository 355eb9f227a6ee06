/** Commands that only look: status, ps, events, logs. */
import type { Command } from 'commander';
import { list, wholeNumber } from '../options.ts';
import { paint, print, printJson, printJsonLine, progress } from '../output.ts';
import { stateDirOf } from '../paths.ts';
import { PlaneClient } from '../plane-client.ts';
import { statusView } from '../views/status-view.ts';
import { allTasks, tasksView } from '../views/tasks-view.ts';
import { interruptible, type PlaneFlags, withPlane } from './shared.ts';

export function addInspect(program: Command): void {
  withPlane(program.command('status'))
    .description('services, task sets, deployments, load balancers, targets, instances and alarms of the running plane')
    .action(async (flags: PlaneFlags) => {
      const status = await (await connect(flags)).status();
      if (flags.json) printJson(status);
      else print(statusView(status));
    });
  withPlane(program.command('ps'))
    .description('tasks, and processes of instances, with their address and ports')
    .action(async (flags: PlaneFlags) => {
      const status = await (await connect(flags)).status();
      if (flags.json) printJson(allTasks(status).map(({ service, task }) => ({ service, ...task })));
      else print(tasksView(status));
    });
  withPlane(program.command('events'))
    .description('what happened, in order')
    .option('-f, --follow', 'go on as events come')
    .option('--since <id>', 'only events after this id', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--subject <text>', 'only events whose subject contains this (repeatable)', list)
    .action((flags: PlaneFlags & EventFlags) => showEvents(flags));
  withPlane(program.command('logs'))
    .description('log lines of services (awslogs groups and streams)')
    .argument('[service]', 'service, log group, or part of a group’s name')
    .option('-f, --follow', 'go on as lines come')
    .option('--contains <text>', 'only lines that contain this')
    .option('--limit <n>', 'at most this many lines a group', wholeNumber(1, 100_000), 1000)
    .action((service: string | undefined, flags: PlaneFlags & LogFlags) => showLogs(service, flags));
}

interface EventFlags {
  readonly follow?: boolean;
  readonly since: number;
  readonly subject?: readonly string[];
}

interface LogFlags {
  readonly follow?: boolean;
  readonly contains?: string;
  readonly limit: number;
}

const connect = (flags: PlaneFlags): Promise<PlaneClient> => PlaneClient.connect(stateDirOf(flags.portBase));

async function showEvents(flags: PlaneFlags & EventFlags): Promise<void> {
  const client = await connect(flags);
  type Event = Awaited<ReturnType<PlaneClient['events']>>[number];
  const wanted = (e: Event): boolean => !flags.subject || flags.subject.some((s) => e.subject.includes(s));
  const show = (e: Event): void => {
    if (flags.json) printJsonLine(e);
    else print(`${e.at.slice(11, 23)}  ${e.source.padEnd(9)} ${colourOf(e.level, e.message)}`);
  };
  if (!flags.follow) return (await client.events(flags.since)).filter(wanted).forEach(show);
  await following(async (signal) => {
    for await (const event of client.followEvents(flags.since, signal)) if (wanted(event)) show(event);
  });
}

async function showLogs(service: string | undefined, flags: PlaneFlags & LogFlags): Promise<void> {
  const client = await connect(flags);
  const query = { limit: String(flags.limit), ...(flags.contains ? { contains: flags.contains } : {}) };
  type Line = Awaited<ReturnType<PlaneClient['logs']>>[number];
  const wanted = ({ group }: Line): boolean => !service || group.includes(service);
  const show = (line: Line): void => {
    if (flags.json) printJsonLine(line);
    else print(`${paint(`${line.group} ${line.stream.split('/').at(-1)?.slice(0, 8)}`, 'cyan')}  ${line.message}`);
  };
  if (!flags.follow) {
    const lines = (await client.logs(query)).filter(wanted);
    if (lines.length === 0) progress(`No log line ${service ? `of ${service} ` : ''}is there.`);
    return lines.forEach(show);
  }
  await following(async (signal) => {
    for await (const line of client.followLogs(query, signal)) if (wanted(line)) show(line);
  });
}

/** Goes on until Ctrl-C, the plane's end, or until nobody reads any more (`| head -1`), which is no failure. */
async function following(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const reader = new AbortController();
  const gone = (): void => reader.abort();
  process.stdout.once('error', gone);
  try {
    await interruptible(async (signal) => {
      await work(AbortSignal.any([signal, reader.signal]));
      signal.throwIfAborted();
    });
  } catch (error) {
    if (!reader.signal.aborted) throw error;
  } finally {
    process.stdout.off('error', gone);
  }
}

function colourOf(level: string, text: string): string {
  if (level === 'error') return paint(text, 'red');
  return level === 'warn' ? paint(text, 'yellow') : text;
}
