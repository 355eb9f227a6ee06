/** Writes the output folder of each variant: `node stacks/policy/synthesize.ts <folder>`. */
import { join } from 'node:path';
import { createApp } from '../app.ts';
import { VARIANTS } from './variants.ts';

const [, , folder] = process.argv;
if (!folder) throw new Error('say where to: node stacks/policy/synthesize.ts <folder>');
for (const { name, settings } of VARIANTS) createApp({ ...settings, outDir: join(folder, name) }).synth();
