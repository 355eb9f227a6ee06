/** globby, loaded at the first call: see preload.js. */
import { createRequire } from 'node:module';

const ava = createRequire(import.meta.resolve('ava'));
const real = () => ava('globby');

export const globby = (...args) => real().globby(...args);
export const globbySync = (...args) => real().globbySync(...args);
