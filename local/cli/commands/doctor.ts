/** `doctor`: is everything here that the commands need? Each finding with what to do. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import { ensureK6, findK6 } from '../../toolchain/k6.ts';
import { paint, print, printJson, progress } from '../output.ts';
import { DEFAULT_PORT_BASE, home } from '../paths.ts';

interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'limited' | 'missing';
  readonly detail: string;
  readonly fix: string | null;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check this machine for what the commands need')
    .option('--json', 'print the result as JSON')
    .option('--ensure', 'install k6 if it is missing')
    .option('--print-node-dir', 'print the folder of the Node in use, and nothing else')
    .action(async (flags: { json?: boolean; ensure?: boolean; printNodeDir?: boolean }) => {
      if (flags.printNodeDir) return print(dirname(process.execPath));
      if (flags.ensure) await ensureK6(home, progress);
      const findings = await Promise.all([node(), k6(), lowPort(), endpointPort(), terraform()]);
      if (flags.json) printJson({ version: 1, findings });
      else
        for (const f of findings)
          print(`${mark(f.state)} ${f.name.padEnd(18)} ${f.detail}${f.fix ? `\n    → ${f.fix}` : ''}`);
      if (findings.some((f) => f.state === 'missing')) process.exitCode = ExitCode.environment;
    });
}

const mark = (state: Finding['state']): string =>
  ({ ok: paint('ok     ', 'green'), limited: paint('limited', 'yellow'), missing: paint('missing', 'red') })[state];

async function node(): Promise<Finding> {
  return { name: 'Node', state: 'ok', detail: `${process.version} (${process.execPath})`, fix: null };
}

async function k6(): Promise<Finding> {
  const found = await findK6(home);
  if (found.path !== null) return { name: 'k6', state: 'ok', detail: `${found.version} (${found.path})`, fix: null };
  return {
    name: 'k6',
    state: 'missing',
    detail: found.problems.join('; ') || 'not on PATH and not installed yet',
    fix: 'rehearse and load install it at their first run; or put k6 1.1 or newer on PATH',
  };
}

async function lowPort(): Promise<Finding> {
  const error = await tryBind('127.10.0.254', 80);
  if (!error)
    return { name: 'real ports', state: 'ok', detail: 'load balancers can use port 80 on 127.10.0.0/16', fix: null };
  return {
    name: 'real ports',
    state: 'limited',
    detail: `port 80 cannot be bound on 127.10.0.254 (${error}): ports are mapped, and shown as such`,
    fix: error === 'EACCES' ? 'sysctl net.ipv4.ip_unprivileged_port_start=80 gives real ports' : null,
  };
}

async function endpointPort(): Promise<Finding> {
  const error = await tryBind('127.0.0.1', DEFAULT_PORT_BASE);
  if (!error) return { name: `port ${DEFAULT_PORT_BASE}`, state: 'ok', detail: 'free', fix: null };
  return {
    name: `port ${DEFAULT_PORT_BASE}`,
    state: 'limited',
    detail: `taken (${error}): a plane of yours, or another program`,
    fix: './cutover down ends your plane; --port-base 5566 runs beside another program',
  };
}

async function terraform(): Promise<Finding> {
  const version = await new Promise<string | null>((resolve) =>
    execFile('terraform', ['version'], (error, stdout) => resolve(error ? null : (stdout.split('\n')[0] ?? null))),
  );
  if (version) return { name: 'Terraform', state: 'ok', detail: `${version} (only cdktf deploy needs it)`, fix: null };
  return { name: 'Terraform', state: 'limited', detail: 'not on PATH; only cdktf deploy needs it', fix: null };
}

function tryBind(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
