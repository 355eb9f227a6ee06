/** What an instance does with its user data. Types only; every path is absolute on the instance (see paths.ts). */

export type Step =
  | { readonly kind: 'make-folder'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly content: string; readonly append: boolean }
  | { readonly kind: 'download'; readonly bucket: string; readonly key: string; readonly path: string }
  /** Every object below the prefix. */
  | { readonly kind: 'download-all'; readonly bucket: string; readonly prefix: string; readonly path: string }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string; readonly move: boolean }
  | { readonly kind: 'unzip'; readonly file: string; readonly folder: string };

export type RestartRule = 'no' | 'always' | 'on-success' | 'on-failure' | 'on-abnormal' | 'on-abort';

/** How systemd keeps a process running (systemd.service, systemd.kill, systemd.unit). Seconds are real ones. */
export interface Supervision {
  readonly restart: RestartRule;
  /** RestartSec, default 0.1. */
  readonly restartSeconds: number;
  /** StartLimitBurst starts within StartLimitIntervalSec, default 5 within 10; 0 seconds: no limit. */
  readonly startLimit: { readonly burst: number; readonly seconds: number };
  readonly killSignal: NodeJS.Signals;
  /** TimeoutStopSec, default 90; null: for ever. */
  readonly stopSeconds: number | null;
  /** SuccessExitStatus besides 0. */
  readonly successStatuses: readonly number[];
}

/** A word of the command line or a variable's value: text, or text before a path of the instance. */
export type Argument = string | { readonly before: string; readonly path: string };

/** A Node program outside any container. */
export interface ProcessPlan {
  /** Unit name, or the file's name. */
  readonly name: string;
  readonly args: readonly Argument[];
  readonly env: Readonly<Record<string, Argument>>;
  readonly cwd: string;
  readonly supervision: Supervision;
}

export interface UserDataPlan {
  readonly steps: readonly Step[];
  /** In the order in which they are started, after all steps. */
  readonly processes: readonly ProcessPlan[];
  /** Commands without effect on this machine. */
  readonly ignored: readonly { readonly line: number; readonly text: string }[];
  /** What was meant to start something or fetch something, and cannot be done here. */
  readonly problems: readonly string[];
}

/** systemd's own defaults (systemd-system.conf). */
export const DEFAULT_SUPERVISION: Supervision = {
  restart: 'no',
  restartSeconds: 0.1,
  startLimit: { burst: 5, seconds: 10 },
  killSignal: 'SIGTERM',
  stopSeconds: 90,
  successStatuses: [],
};
