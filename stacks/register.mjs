/** Lets Node run the cdktf app's TypeScript: `node --import ./stacks/register.mjs stacks/main.ts`. */
import { register } from 'node:module';

register('ts-node/esm', import.meta.url);
