import { mkdirSync } from 'node:fs';
import { App } from '../modules/cdktf.ts';
import { keepHouseRules } from '../modules/rules/house-rules.ts';
import { addForum } from './forum.ts';
import { addLogistics } from './logistics.ts';
import { NetworkStack } from './network-stack.ts';
import { RULE_EXCEPTIONS } from './rule-exceptions.ts';
import type { Settings } from './settings.ts';

/** Builds every stack of the settings' systems at their stage. Synthesizing, which judges them, is the caller's. */
export function createApp(settings: Settings): App {
  const { environment, providerVersion, outDir } = settings;
  // cdktf makes the last folder of the path only.
  mkdirSync(outDir, { recursive: true });
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
