import { accessSync, constants, mkdirSync } from 'node:fs';
import { App } from '../modules/cdktf.ts';
import { keepHouseRules } from '../modules/rules/house-rules.ts';
import { addForum } from './forum.ts';
import { addLogistics } from './logistics.ts';
import { NetworkStack } from './network-stack.ts';
import { RULE_EXCEPTIONS } from './rule-exceptions.ts';
import { type Settings, SettingsError } from './settings.ts';

/**
 * Builds every stack of the settings' systems at their stage. Synthesizing, which judges them, is the caller's.
 * @throws SettingsError where the output folder cannot be written to
 */
export function createApp(settings: Settings): App {
  const { environment, providerVersion, outDir } = settings;
  makeFolder(outDir);
  // Stack traces would carry this machine's paths into the JSON.
  const app = new App({ outdir: outDir, stackTraces: false });
  const network = new NetworkStack(app, `${environment.name}-network`, {
    environment,
    providerVersion,
    system: 'shared',
  });
  if (settings.system !== 'forum') addLogistics(app, settings, network);
  if (settings.system !== 'logistics') addForum(app, settings, network);
  keepHouseRules(app, RULE_EXCEPTIONS);
  return app;
}

/** cdktf makes the last folder of the path only, and tells of no other trouble than a stack trace. */
function makeFolder(outDir: string): void {
  try {
    mkdirSync(outDir, { recursive: true });
    accessSync(outDir, constants.W_OK);
  } catch (error) {
    throw new SettingsError([
      [
        'unusable output folder in CDKTF_OUTDIR, CUTOVER_OUTDIR',
        `  value: ${JSON.stringify(outDir)}`,
        `  rule:  a folder that can be made and written to (${(error as NodeJS.ErrnoException).code})`,
        '  fix:   name another one, or unset both for cdktf.out',
      ].join('\n'),
    ]);
  }
}
