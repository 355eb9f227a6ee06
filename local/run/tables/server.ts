/** DynamoDB's API in a process of its own: `node server.ts PORT FOLDER`. Says `ready` on stdout when it listens. */
import { createRequire } from 'node:module';
import type { Server } from 'node:http';

const [port = '0', path = ''] = process.argv.slice(2);
const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server;

const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
server.on('error', (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
