/** `test` (= npm test): the fast suites, under three minutes. Further arguments go to ava (files, --match …). */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { root } from '../paths.ts';

export function addTest(program: Command): void {
  program
    .command('test')
    .description('run the project’s own tests')
    .argument('[args...]', 'passed on to ava')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: readonly string[]) => {
      process.exitCode = await new Promise<number>((resolve, reject) => {
        const ava = join(root, 'node_modules', 'ava', 'entrypoints', 'cli.js');
        const child = spawn(process.execPath, [ava, ...args], { cwd: root, stdio: 'inherit' });
        const pass = (signal: NodeJS.Signals): boolean => child.kill(signal);
        process.on('SIGINT', pass);
        process.on('SIGTERM', pass);
        child.on('error', reject);
        // As a shell has it for a program that a signal ended.
        child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
      });
    });
}
