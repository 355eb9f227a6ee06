/**
 * Settings from environment variables. A bad set of them is refused before anything listens, with every bad variable
 * named: value, rule, fix.
 */
import * as z from 'zod/mini';

/** One environment variable: how it is read, and what to say when it cannot be. */
export interface Setting<T> {
  readonly schema: z.ZodMiniType<T, string | undefined>;
  /** The rule as a sentence, with units and range. */
  readonly rule: string;
  readonly fix: string;
  /** The value is never printed. Default: false. */
  readonly secret?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a shape holds settings of every type
export type Settings = Readonly<Record<string, Setting<any>>>;
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

export interface BadVariable {
  readonly variable: string;
  /** The value as found; `null` where it is not set; `"(secret, N characters)"` where it may not be shown. */
  readonly value: string | null;
  readonly rule: string;
  readonly fix: string;
}

/** Thrown by {@link readConfig}; carries every bad variable, not only the first. */
export class ConfigError extends Error {
  readonly badVariables: readonly BadVariable[];

  constructor(service: string, badVariables: readonly BadVariable[]) {
    super(describe(service, badVariables));
    this.name = 'ConfigError';
    this.badVariables = badVariables;
  }
}

/** Rules between settings. Gets only the settings that could be read; returns the variables that break a rule. */
export type CrossCheck<S extends Settings> = (config: Partial<ConfigOf<S>>) => readonly BadVariable[];

/**
 * Reads every setting. An empty variable counts as not set, as ECS passes an empty `value` on.
 * @throws ConfigError with all bad variables
 */
export function readConfig<S extends Settings>(options: {
  service: string;
  settings: S;
  env: Readonly<Record<string, string | undefined>>;
  check?: CrossCheck<S>;
}): ConfigOf<S> {
  const config: Record<string, unknown> = {};
  const bad: BadVariable[] = [];
  for (const [variable, setting] of Object.entries(options.settings)) {
    const raw = options.env[variable] || undefined;
    const result = setting.schema.safeParse(raw);
    if (result.success) config[variable] = result.data;
    else bad.push({ variable, value: shown(raw, setting.secret), rule: setting.rule, fix: setting.fix });
  }
  bad.push(...(options.check?.(config as Partial<ConfigOf<S>>) ?? []));
  if (bad.length > 0) throw new ConfigError(options.service, bad);
  return config as ConfigOf<S>;
}

/** A whole number. @param range bounds, both inclusive, in `unit` */
export function integer(range: { min: number; max: number; default: number; unit?: string }): Setting<number> {
  const unit = range.unit ? ` of ${range.unit}` : '';
  return {
    schema: from((raw) => {
      if (raw === undefined) return range.default;
      const value = /^\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN;
      return value >= range.min && value <= range.max ? value : undefined;
    }),
    rule: `a whole number${unit} from ${range.min} to ${range.max}`,
    fix: `set it to such a number, or unset it for the default, ${range.default}`,
  };
}

/** `true` or `false` (also 1, 0, yes, no). Default: false. */
export function flag(): Setting<boolean> {
  return {
    schema: from((raw) => {
      if (raw === undefined) return false;
      if (/^(true|1|yes)$/i.test(raw)) return true;
      return /^(false|0|no)$/i.test(raw) ? false : undefined;
    }),
    rule: 'true or false',
    fix: 'set it to true or false, or unset it for the default, false',
  };
}

/** One of a closed set of words. */
export function oneOf<T extends string>(words: readonly T[], fallback: T): Setting<T> {
  return {
    schema: from((raw) => (raw === undefined ? fallback : words.find((word) => word === raw))),
    rule: `one of ${words.join(', ')}`,
    fix: `set it to one of them, or unset it for the default, ${fallback}`,
  };
}

/** Text that must match. Without `fallback` the variable is required. */
export function text(options: {
  pattern: RegExp;
  rule: string;
  fix: string;
  fallback?: string;
  secret?: boolean;
}): Setting<string> {
  return {
    schema: from((raw) => {
      if (raw === undefined) return options.fallback;
      return options.pattern.test(raw) ? raw : undefined;
    }),
    rule: options.rule,
    fix: options.fix,
    secret: options.secret ?? false,
  };
}

/** A comma list; every entry must match. Default: empty, unless `atLeast` asks for more. */
export function list(options: {
  entry: RegExp;
  rule: string;
  fix: string;
  atLeast?: number;
  secret?: boolean;
}): Setting<readonly string[]> {
  return {
    schema: from((raw) => {
      const entries = (raw ?? '').split(',').flatMap((entry) => entry.trim() || []);
      const enough = entries.length >= (options.atLeast ?? 0);
      return enough && entries.every((entry) => options.entry.test(entry)) ? entries : undefined;
    }),
    rule: options.rule,
    fix: options.fix,
    secret: options.secret ?? false,
  };
}

/**
 * The base URL of another service, with or without `http://`, as load balancer DNS names come without a scheme.
 * No credentials, query or fragment; a trailing slash is dropped. Without `optional` the variable is required.
 */
export function baseUrl(options: { optional: true; what: string }): Setting<string | null>;
export function baseUrl(options: { optional?: false; what: string }): Setting<string>;
export function baseUrl(options: { optional?: boolean; what: string }): Setting<string | null> {
  return {
    schema: from<string | null>((raw) => {
      if (raw === undefined) return options.optional ? null : undefined;
      return normaliseBaseUrl(raw);
    }),
    rule: 'an http or https address (http:// may be left out) without credentials, query or fragment',
    fix: `set it to the address of ${options.what}${options.optional ? ', or unset it' : ''}`,
  };
}

function normaliseBaseUrl(raw: string): string | undefined {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(raw) ? raw : `http://${raw}`);
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname) return undefined;
  if (url.username || url.password || url.search || url.hash || /\s/.test(raw)) return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** A schema out of a reader that returns `undefined` for what it cannot read. */
export function from<T>(read: (raw: string | undefined) => T | undefined): Setting<T>['schema'] {
  return z.pipe(
    z.optional(z.string()),
    z.transform((raw: string | undefined, context) => {
      const value = read(raw);
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', message: 'breaks the rule', input: raw });
      return z.NEVER;
    }),
  ) as unknown as Setting<T>['schema'];
}

function shown(raw: string | undefined, secret: boolean | undefined): string | null {
  if (raw === undefined) return null;
  if (secret) return `(secret, ${raw.length} characters)`;
  return raw.length > 120 ? `${raw.slice(0, 120)}…` : raw;
}

function describe(service: string, bad: readonly BadVariable[]): string {
  const lines = [`${service}: ${bad.length} bad ${bad.length === 1 ? 'setting' : 'settings'}; nothing was started`];
  for (const { variable, value, rule, fix } of bad) {
    lines.push(`INVALID_CONFIG: ${variable}`);
    lines.push(
      `  value: ${value === null ? '(not set)' : JSON.stringify(value)}`,
      `  rule:  ${rule}`,
      `  fix:   ${fix}`,
    );
  }
  return lines.join('\n');
}
