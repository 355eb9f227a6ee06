/** The cdktf app: `npx cdktf synth`, or `./cutover synth`. Settings come from the environment and cdktf's context. */
import { InvalidPropsError } from '../modules/prop-check.ts';
import { createApp } from './app.ts';
import { readSettings, SettingsError } from './settings.ts';

/** The plane's "invalid input". */
const EXIT_INVALID = 3;

try {
  createApp(readSettings(process.env)).synth();
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof InvalidPropsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_INVALID;
}
