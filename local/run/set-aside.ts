/** Files of the state folder that cannot be read are written anew; what was in them is kept beside them. */
import { copyFileSync } from 'node:fs';

/** @returns a half sentence for the warning: where the file's content is from now on */
export function setAside(file: string): string {
  const kept = `${file}.unreadable`;
  try {
    copyFileSync(file, kept);
    return `what is in it is kept as ${kept}`;
  } catch (error) {
    return `it could not be kept: ${error instanceof Error ? error.message : String(error)}`;
  }
}
