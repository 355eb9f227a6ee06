/** The cdktf app: `npx cdktf synth`, or `./cutover synth`. Settings come from the environment and cdktf's context. */
import { InvalidPropsError } from '../modules/prop-check.ts';
import { BrokenRulesError } from '../modules/rules/house-rules.ts';
import { createApp } from './app.ts';
import { readSettings, SettingsError } from './settings.ts';

/** The plane's "invalid input". */
const EXIT_INVALID = 3;

try {
  createApp(readSettings(process.env)).synth();
} catch (error) {
  const told = [SettingsError, InvalidPropsError, BrokenRulesError].some((type) => error instanceof type);
  if (!told || !(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_INVALID;
}
