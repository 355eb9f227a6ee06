/** Where settings are found: an environment variable first, then cdktf's context. Collects every problem. */
import type { PropProblem } from '../modules/prop-check.ts';
import { SERVICE_KEYS, type ServiceKey } from './service-keys.ts';

/** Every problem of the settings, each with value, rule and fix. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
  }
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Names under which a setting is found: an environment variable first, then cdktf's context. */
const SOURCES = {
  stage: { variable: 'CUTOVER_STAGE', context: 'stage' },
  system: { variable: 'CUTOVER_SYSTEM', context: 'system' },
  environment: { variable: 'CUTOVER_ENVIRONMENT', context: 'environment' },
  environmentName: { variable: 'CUTOVER_ENVIRONMENT_NAME', context: 'environmentName' },
  region: { variable: 'CUTOVER_REGION', context: 'region' },
  tags: { variable: 'CUTOVER_TAGS', context: 'tags' },
  providerVersion: { variable: 'CUTOVER_AWS_PROVIDER_VERSION', context: 'awsProviderVersion' },
  deploymentConfig: { variable: 'CUTOVER_DEPLOYMENT_CONFIG', context: 'deploymentConfig' },
  scale: { variable: 'CUTOVER_SCALE', context: 'scale' },
  front: { variable: 'CUTOVER_FRONT', context: 'front' },
  backend: { variable: 'CUTOVER_BACKEND', context: 'backend' },
  stateBucket: { variable: 'CUTOVER_STATE_BUCKET', context: 'stateBucket' },
  stateRegion: { variable: 'CUTOVER_STATE_REGION', context: 'stateRegion' },
  loadTestCertificate: { variable: 'CUTOVER_LOADTEST_CERT_PARAMETER', context: 'loadTestCertificateParameter' },
} as const;
export type Source = keyof typeof SOURCES;

/** What is wrong with a setting. */
export interface Refusal {
  readonly what: string;
  /** Of it, the word or number that is wrong. @default all of the setting; null where it is unset */
  readonly value?: unknown;
  readonly rule: string;
  /** @default to follow the rule, or to unset it */
  readonly fix?: string;
}

/** Finds settings by their names, and collects what is wrong with them. */
export class SettingReader {
  readonly #env: Env;
  readonly #context: Readonly<Record<string, unknown>>;
  readonly #problems: string[] = [];
  readonly #refused = new Set<Source>();

  constructor(env: Env) {
    this.#env = env;
    this.#context = this.#readContext();
  }

  oneOf<const T extends string>(source: Source, allowed: readonly T[], fallback: T): T {
    const found = this.#find(source);
    if (found === undefined) return fallback;
    const match = allowed.find((name) => name === found.value);
    if (match) return match;
    this.refuse(source, { what: `unknown ${source}`, rule: `one of ${allowed.join(', ')}` });
    return fallback;
  }

  text(source: Source, expected: { pattern: RegExp; rule: string }): string | undefined {
    const found = this.#find(source);
    if (found === undefined) return undefined;
    if (typeof found.value === 'string' && expected.pattern.test(found.value)) return found.value;
    this.refuse(source, { what: `invalid ${source}`, rule: expected.rule });
    return undefined;
  }

  /** `monolith=v2,iridium=v3`, or in the context an object too. */
  tags(): Readonly<Partial<Record<ServiceKey, string>>> {
    const found = this.#find('tags');
    if (found === undefined) return {};
    const tags: Partial<Record<ServiceKey, string>> = {};
    for (const [name, tag] of tagEntries(found.value)) {
      const service = SERVICE_KEYS.find((candidate) => candidate === name);
      const value = `${name}=${tag}`;
      if (!service) {
        const rule = `one of ${SERVICE_KEYS.join(', ')}`;
        this.refuse('tags', { what: `unknown service ${JSON.stringify(name)}`, value, rule });
      } else if (!/^\w[\w.-]{0,127}$/.test(tag)) {
        const rule = 'SERVICE=TAG, the tag 1–128 letters, digits, _ . -';
        this.refuse('tags', { what: `invalid tag of ${name}`, value, rule });
      } else if (tags[service] !== undefined) {
        this.refuse('tags', { what: `${name} is named twice`, value, rule: 'one tag for each service' });
      } else tags[service] = tag;
    }
    return tags;
  }

  /** `one,two:3`, or in the context a list too. Blank words are none. */
  words(source: Source): readonly string[] {
    const value = this.#find(source)?.value;
    if (value === undefined) return [];
    const given = Array.isArray(value) ? value : String(value).split(',');
    return given.map((word) => String(word).trim()).filter((word) => word !== '');
  }

  /** True where it is set, to whatever value. */
  has(source: Source): boolean {
    return this.#find(source) !== undefined;
  }

  /** True where something is wrong with it already: what follows from it is no other problem. */
  isRefused(source: Source): boolean {
    return this.#refused.has(source);
  }

  /** Refuses a setting where it was found; one that is unset, and should not be, by its variable. */
  refuse(source: Source, refusal: Refusal): void {
    this.#refused.add(source);
    const { where, value } = this.#find(source) ?? { where: SOURCES[source].variable, value: null };
    this.#refuse(where, { value, ...refusal });
  }

  /** Refuses a word of a setting for what its construct would say to it. */
  refuseFor(source: Source, word: string, problems: readonly PropProblem[]): void {
    for (const { prop, value, rule, fix } of problems)
      this.refuse(source, { what: `${prop} of ${word} is not valid`, value, rule, fix });
  }

  /** @throws SettingsError with every problem */
  done(): void {
    if (this.#problems.length > 0) throw new SettingsError(this.#problems);
  }

  #find(source: Source): { where: string; value: unknown } | undefined {
    const { variable, context } = SOURCES[source];
    const fromEnv = this.#env[variable];
    if (fromEnv !== undefined && fromEnv !== '') return { where: variable, value: fromEnv };
    const fromContext = this.#context[context];
    if (fromContext !== undefined && fromContext !== null && fromContext !== '') {
      return { where: `cdktf context "${context}"`, value: fromContext };
    }
    return undefined;
  }

  #refuse(where: string, refusal: Refusal): void {
    const { what, value, rule, fix = `set ${where} to that, or unset it for the default` } = refusal;
    this.#problems.push(
      [`${what} in ${where}`, `  value: ${JSON.stringify(value)}`, `  rule:  ${rule}`, `  fix:   ${fix}`].join('\n'),
    );
  }

  #readContext(): Readonly<Record<string, unknown>> {
    const text = this.#env['CDKTF_CONTEXT_JSON'];
    if (!text) return {};
    try {
      const context: unknown = JSON.parse(text);
      if (typeof context === 'object' && context !== null && !Array.isArray(context)) {
        return context as Record<string, unknown>;
      }
    } catch {
      // Told below, like an array or a number.
    }
    this.#refuse('CDKTF_CONTEXT_JSON', { what: 'unreadable context', value: text, rule: 'one JSON object' });
    return {};
  }
}

function tagEntries(value: unknown): [string, string][] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, tag]) => [name, String(tag)]);
  }
  return String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    });
}
