/** The forum services' settings. */
import { from, type Setting } from '../../../kit/src/config.ts';
import { serviceSettings } from '../../../kit/src/settings.ts';

export const PORT = 3_000;

export function forumSettings() {
  return {
    ...serviceSettings({ port: PORT }),
    /** Another data file in place of the build's own: the workshop's `db.json`. */
    DB_FILE: optionalPath(),
  };
}

function optionalPath(): Setting<string | null> {
  return {
    schema: from<string | null>((raw) => (raw === undefined ? null : raw)),
    rule: 'the path of a JSON file: {"users": […], "threads": […], "posts": […]}',
    fix: 'set it to such a path, or unset it for the data that the build has with it',
  };
}
