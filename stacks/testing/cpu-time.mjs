/** Loaded into processes by NODE_OPTIONS: each adds its CPU time, in milliseconds, to the file that CPU_TIME_FILE names. */
import { appendFileSync } from 'node:fs';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  appendFileSync(process.env.CPU_TIME_FILE, `${(user + system) / 1000}\n`);
});
