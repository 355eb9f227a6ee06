/**
 * The instance as its user data sees it while it is being read: variables, folder, files written so far, what was
 * started. In memory only.
 */
import { type Expansion, expandText, expandWord } from '../shell/expand.ts';
import type { Word } from '../shell/words.ts';
import { absolutePath } from './paths.ts';
import type { ProcessPlan, Step, UserDataPlan } from './plan.ts';
import { substitute } from './substitution.ts';

/** What the plane knows beside the script. */
export interface Facts {
  readonly instanceId: string;
  readonly address: string;
  readonly zone: string;
  readonly region: string;
  readonly instanceType: string;
  /** An SSM parameter's value; null where there is none. */
  parameter(name: string): string | null;
  /** The text of a stored object; null where there is none. */
  objectText(bucket: string, key: string): string | null;
}

/** What a file on the instance holds: text, an object, or something unpacked. */
type FileContent = string | { readonly bucket: string; readonly key: string };

/** Sizes that no sensible user data comes near (EC2 user-data: 16 KiB). */
const MAX_TEXT = 64 * 1024;
const MAX_NOTES = 1_000;

export class Machine {
  cwd = '/';
  exportsAll = false;
  readonly facts: Facts;
  readonly #steps: Step[] = [];
  readonly #processes: ProcessPlan[] = [];
  readonly #ignored: { line: number; text: string }[] = [];
  readonly #problems: string[] = [];
  readonly #variables = new Map<string, string>();
  readonly #exported = new Set<string>();
  readonly #files = new Map<string, FileContent>();
  readonly #folders = new Set<string>();
  #line = 1;

  constructor(facts: Facts) {
    this.facts = facts;
  }

  plan(): UserDataPlan {
    return { steps: this.#steps, processes: this.#processes, ignored: this.#ignored, problems: this.#problems };
  }

  at(line: number): void {
    this.#line = line;
  }

  ignore(text: string): void {
    if (this.#ignored.length < MAX_NOTES) this.#ignored.push({ line: this.#line, text: oneLine(text) });
  }

  problem(text: string): void {
    if (this.#problems.length < MAX_NOTES) this.#problems.push(`line ${this.#line}: ${oneLine(text)}`);
  }

  // ---------------------------------------------------------------- variables

  set(name: string, value: string, isExported: boolean): void {
    this.#variables.set(name, value.slice(0, MAX_TEXT));
    if (isExported || this.exportsAll) this.#exported.add(name);
  }

  export(name: string): void {
    this.#exported.add(name);
  }

  unset(name: string): void {
    this.#variables.delete(name);
    this.#exported.delete(name);
  }

  exported(): Record<string, string> {
    return Object.fromEntries([...this.#variables].filter(([name]) => this.#exported.has(name)));
  }

  words(words: readonly Word[]): string[] {
    return words.flatMap((word) => expandWord(word, this.#expansion()));
  }

  text(word: Word): string {
    return expandText(word, this.#expansion()).slice(0, MAX_TEXT);
  }

  #expansion(): Expansion {
    return {
      variable: (name) => this.#variables.get(name),
      command: (text) => substitute(text, this.facts, (name) => this.#variables.get(name)),
      unknown: (text) => this.ignore(`$(${text}): not known here, counts as nothing`),
    };
  }

  // ---------------------------------------------------------------- files

  path(text: string): string {
    return absolutePath(text, this.cwd);
  }

  makeFolder(path: string): void {
    this.#folders.add(path);
    this.#steps.push({ kind: 'make-folder', path });
  }

  write(path: string, content: string, append: boolean): void {
    const before = append ? (this.read(path) ?? '') : '';
    this.#files.set(path, (before + content).slice(0, MAX_TEXT));
    this.#folders.add(parentOf(path));
    this.#steps.push({ kind: 'write', path, content, append });
  }

  download(bucket: string, key: string, to: string): void {
    this.#files.set(to, { bucket, key });
    this.#folders.add(parentOf(to));
    this.#steps.push({ kind: 'download', bucket, key, path: to });
  }

  step(step: Step, folder: string): void {
    this.#folders.add(folder);
    this.#steps.push(step);
  }

  copy(from: string, to: string, move: boolean): void {
    const content = this.#files.get(from);
    if (content !== undefined) this.#files.set(to, content);
    if (move) this.#files.delete(from);
    this.step({ kind: 'copy', from, to, move }, parentOf(to));
  }

  /** Null where no such file is known. */
  read(path: string): string | null {
    const content = this.#files.get(path);
    if (content === undefined) return null;
    return typeof content === 'string' ? content : this.facts.objectText(content.bucket, content.key);
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** Something of the instance's own is there, or may be: a file, a folder, or what lies in one. */
  holds(path: string): boolean {
    if (this.#files.has(path)) return true;
    for (let at = path; at !== '/'; at = parentOf(at)) if (this.#folders.has(at)) return true;
    return false;
  }

  // ---------------------------------------------------------------- processes

  start(process: ProcessPlan): void {
    // Started again is not a second one.
    const known = this.#processes.findIndex((one) => one.name === process.name);
    if (known === -1) this.#processes.push(process);
    else this.#processes[known] = process;
  }
}

export const parentOf = (path: string): string => absolutePath(`${path}/..`);

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};
