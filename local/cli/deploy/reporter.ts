/** Shows a deployment as it goes: redrawn on a terminal, a line a change elsewhere, JSON lines where they are wanted. */
import { paint } from '../output.ts';
import {
  type BlueGreenSnapshot,
  changesBetween,
  type EventLine,
  eventText,
  type RollingSnapshot,
  rollingText,
  type Snapshot,
  sideText,
} from './snapshot.ts';

export interface Reporter {
  /** Called with what is seen, as often as it is looked at. */
  show(snapshot: Snapshot): void;
  /** A sentence between two views. */
  note(text: string): void;
}

/** JSON lines on stdout: one whenever something changed, `{type: 'progress', at, …}`. */
export function jsonReporter(write: (line: string) => void, now: () => string): Reporter {
  let last = '';
  return {
    show(snapshot) {
      const text = JSON.stringify(snapshot);
      if (text === last) return;
      last = text;
      write(JSON.stringify({ type: 'progress', at: now(), ...snapshot }));
    },
    note: (message) => write(JSON.stringify({ type: 'note', at: now(), message })),
  };
}

/** One line a change, for logs. */
export function lineReporter(write: (line: string) => void, now: () => string): Reporter {
  let last: Snapshot | null = null;
  const line = (text: string): void => write(`${now().slice(11, 19)}  ${text}`);
  return {
    show(snapshot) {
      for (const text of changesBetween(last, snapshot)) line(text);
      last = snapshot;
    },
    note: line,
  };
}

/** The same place of the terminal again and again; sentences scroll above it. */
export function terminalReporter(stream: NodeJS.WriteStream): Reporter {
  let drawn = 0;
  let last: Snapshot | null = null;
  const up = (): string => (drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : '');
  const draw = (snapshot: Snapshot): string => {
    const width = stream.columns || 120;
    const lines = viewOf(snapshot).map((text) => cut(text, width));
    drawn = lines.length;
    last = snapshot;
    return `${lines.join('\n')}\n`;
  };
  return {
    show(snapshot) {
      stream.write(up() + draw(snapshot));
    },
    note(text) {
      const above = up();
      drawn = 0;
      stream.write(`${above}${text}\n${last ? draw(last) : ''}`);
    },
  };
}

/** A whole view, line by line. */
export function viewOf(snapshot: Snapshot): readonly string[] {
  return snapshot.kind === 'rolling' ? rollingView(snapshot) : blueGreenView(snapshot);
}

const MARKS: Readonly<Record<string, string>> = {
  Pending: '·',
  InProgress: '▸',
  Succeeded: '✓',
  Failed: '✗',
  Skipped: '-',
  Unknown: '?',
};

function blueGreenView(now: BlueGreenSnapshot): readonly string[] {
  const rolls = now.rollsBack ? `, rolls ${now.rollsBack} back` : '';
  return [
    paint(`${now.deploymentId}  ${now.cluster}/${now.service}  ${now.config}  ${now.status}${rolls}`, 'bold'),
    ...now.lifecycleEvents.map((event) => `  ${mark(event)} ${eventText(event)}`),
    `  ${paint('blue ', 'cyan')}  ${sideText(now.blue) || '-'}`,
    `  ${paint('green', 'green')}  ${sideText(now.green) || '-'}`,
    ...(now.blueWaits && now.status === 'InProgress' ? ['  traffic has moved; blue waits for its end'] : []),
    ...(now.error ? [paint(`  ${now.error.code}: ${now.error.message}`, 'red')] : []),
  ];
}

function mark({ status }: EventLine): string {
  const sign = MARKS[status] ?? '?';
  if (status === 'Failed') return paint(sign, 'red');
  return status === 'Succeeded' ? paint(sign, 'green') : sign;
}

const MESSAGES_SHOWN = 5;

function rollingView(now: RollingSnapshot): readonly string[] {
  return [
    paint(`${now.deploymentId}  ${now.cluster}/${now.service}`, 'bold'),
    ...now.deployments.map((one) => `  ${rollingText(one)}`),
    ...now.messages.slice(-MESSAGES_SHOWN).map((message) => `  ${message}`),
  ];
}

/** A line that the terminal would break counts twice and spoils the redraw. */
function cut(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no place on the screen
  const colours = text.match(/\u001b\[\d+m/g)?.join('').length ?? 0;
  if (text.length - colours < width) return text;
  return `${text.slice(0, width - 1 + colours - 1)}…\u001b[0m`;
}
