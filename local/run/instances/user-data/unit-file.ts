/** Reads systemd units (systemd.syntax, systemd.service, systemd.exec). Pure; no input makes it throw. */

import { DEFAULT_SUPERVISION, type RestartRule, type Supervision } from './plan.ts';
import { signalOf } from './signal-names.ts';

export interface ServiceUnit {
  /** Words of the last ExecStart; empty where there is none. */
  readonly command: readonly string[];
  /** ExecStart lines: more than one only for Type=oneshot. */
  readonly commands: number;
  readonly type: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `optional`: written with `-` before it. */
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[];
  readonly workingDirectory: string;
  readonly supervision: Supervision;
  /** Settings that nothing here acts on, `Name=`. */
  readonly ignored: readonly string[];
}

const RESTART_RULES: readonly RestartRule[] = ['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort'];
/** Of [Service]: they say who, when and with which limits, which one machine without roles cannot tell apart. */
const ACTING = new Set(
  'ExecStart Type Environment EnvironmentFile WorkingDirectory Restart RestartSec KillSignal TimeoutStopSec TimeoutSec SuccessExitStatus StartLimitBurst StartLimitIntervalSec StartLimitInterval'.split(
    ' ',
  ),
);

export function parseServiceUnit(text: string): ServiceUnit {
  const settings = settingsOf(text);
  const service = settings.filter(({ section }) => section === 'Service');
  const all = (name: string): string[] =>
    afterReset(service.filter((one) => one.name === name).map((one) => one.value));
  const last = (name: string): string | undefined => all(name).at(-1);
  const limit = (name: string): string | undefined => settings.filter((one) => one.name === name).at(-1)?.value;
  const commands = all('ExecStart');
  const restart = RESTART_RULES.find((rule) => rule === last('Restart'));
  const defaults = DEFAULT_SUPERVISION;
  return {
    command: splitWords(commands.at(-1) ?? ''),
    commands: commands.length,
    type: last('Type') ?? 'simple',
    environment: Object.fromEntries(all('Environment').flatMap((value) => assignments(splitWords(value)))),
    environmentFiles: all('EnvironmentFile').map((value) => ({
      path: value.replace(/^-/, ''),
      optional: value.startsWith('-'),
    })),
    workingDirectory: (last('WorkingDirectory') ?? '/').replace(/^-/, ''),
    supervision: {
      restart: restart ?? defaults.restart,
      restartSeconds: secondsOf(last('RestartSec')) ?? defaults.restartSeconds,
      startLimit: {
        burst: numberOf(limit('StartLimitBurst')) ?? defaults.startLimit.burst,
        seconds:
          secondsOf(limit('StartLimitIntervalSec') ?? limit('StartLimitInterval')) ?? defaults.startLimit.seconds,
      },
      killSignal: signalOf(last('KillSignal')) ?? defaults.killSignal,
      stopSeconds: stopSecondsOf(last('TimeoutStopSec') ?? last('TimeoutSec')),
      successStatuses: splitWords(last('SuccessExitStatus') ?? '').flatMap((word) => numberOf(word) ?? []),
    },
    ignored: [...new Set(service.filter((one) => !ACTING.has(one.name)).map((one) => `${one.name}=`))],
  };
}

interface Setting {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

function settingsOf(text: string): Setting[] {
  const out: Setting[] = [];
  let section = '';
  for (const line of text.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
    const bare = line.trim();
    if (bare === '' || bare.startsWith('#') || bare.startsWith(';')) continue;
    const head = /^\[([^\]]+)\]$/.exec(bare)?.[1];
    if (head !== undefined) section = head;
    const [, name, value = ''] = /^([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)$/.exec(bare) ?? [];
    if (name !== undefined) out.push({ section, name, value });
  }
  return out;
}

/** An empty assignment forgets the ones before it. */
const afterReset = (values: readonly string[]): string[] => values.slice(values.lastIndexOf('') + 1);

/** Words with quotes taken off (systemd.syntax, quoting). */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string;
    if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (c === '"' || c === "'") {
      const end = text.indexOf(c, at + 1);
      const stop = end === -1 ? text.length : end;
      word = (word ?? '') + text.slice(at + 1, stop);
      at = stop;
    } else if (c === '\\' && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text[at];
    } else word = (word ?? '') + c;
  }
  if (word !== null) words.push(word);
  return words;
}

/** `NAME=value` words, in order. */
export const assignments = (words: readonly string[]): [string, string][] =>
  words.flatMap((word): [string, string][] => {
    const [, name, value = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(word) ?? [];
    return name === undefined ? [] : [[name, value]];
  });

/** Lines of an EnvironmentFile: `NAME=value`, comments left out, quotes around a value taken off. */
export const environmentLines = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !/^[#;]/.test(line))
      .flatMap((line) => assignments([line.replace(/^export\s+/, '')]))
      .map(([name, value]) => [name, /^(["'])(.*)\1$/s.exec(value.trim())?.[2] ?? value.trim()]),
  );

const UNITS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  '': 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
};
const MAX_SECONDS = 86_400;

/** A time span as systemd.time writes it: `5`, `500ms`, `1min 30s`. */
function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)];
  if (parts.length === 0 || parts.some(([, , unit = '']) => UNITS[unit] === undefined)) return null;
  const seconds = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
  return Math.min(seconds, MAX_SECONDS);
}

function stopSecondsOf(text: string | undefined): number | null {
  if (text === 'infinity' || text === '0') return null;
  return secondsOf(text) ?? DEFAULT_SUPERVISION.stopSeconds;
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null;
