/**
 * Runs in every test process before its test file. Sources are run as they are written, so no source map is needed;
 * ava asks for them, and the packages' own, megabytes of them inside the code, would be read at every start and again
 * for each of the thousands of stack traces that cdktf takes.
 */
import { setSourceMapsSupport } from 'node:module';
import { hooks } from './local/toolchain/ava/preload.js';

setSourceMapsSupport(false);
hooks.deregister();
await import('./local/toolchain/ava/shortcut.js');
