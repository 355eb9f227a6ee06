/** How CodeDeploy moves production traffic: the choices, and the rules that hold for them. */
import type { PropCheck } from './prop-check.ts';

/** CodeDeploy's own for ECS (CD deployment-configurations). */
export const PREDEFINED_CONFIGURATIONS = [
  'ECSAllAtOnce',
  'ECSCanary10Percent5Minutes',
  'ECSCanary10Percent15Minutes',
  'ECSLinear10PercentEvery1Minutes',
  'ECSLinear10PercentEvery3Minutes',
] as const;
export type PredefinedConfiguration = (typeof PREDEFINED_CONFIGURATIONS)[number];

/** Shifts in two steps (canary) or in equal ones (linear). */
export interface CustomConfiguration {
  /** 1–100 characters, not starting with `CodeDeployDefault.`. */
  readonly name: string;
  readonly type: 'canary' | 'linear';
  /** Traffic of the first step, or of every step, 1–99. */
  readonly percentage: number;
  /** Minutes between two steps. First to last: at most 2880. */
  readonly intervalMinutes: number;
}

/** How production traffic moves from blue to green. */
export type DeploymentConfiguration =
  | PredefinedConfiguration
  | CustomConfiguration
  /** A configuration made elsewhere in the account. */
  | { readonly existing: string };

const MAX_SHIFT_MINUTES = 2880;
const NAME = {
  pattern: /^(?!CodeDeployDefault\.)[\w.+=,@-]{1,100}$/,
  rule: '1–100 of A–Z a–z 0–9 . _ + = , @ -, not starting with CodeDeployDefault. (CD limits)',
};

/** Notes what is wrong with a configuration. */
export function checkConfiguration(check: PropCheck, configuration: DeploymentConfiguration): void {
  if (typeof configuration === 'string') {
    check.that(PREDEFINED_CONFIGURATIONS.includes(configuration), {
      prop: 'configuration',
      value: configuration,
      rule: `one of ${PREDEFINED_CONFIGURATIONS.join(', ')} (CD deployment-configurations)`,
      fix: 'take one of these, or describe a custom one with name, type, percentage and intervalMinutes',
    });
    return;
  }
  if ('existing' in configuration) {
    check.matches('configuration.existing', configuration.existing, NAME);
    return;
  }
  const { name, type, percentage, intervalMinutes } = configuration;
  const steps = type === 'linear' && percentage >= 1 ? Math.ceil(100 / percentage) - 1 : 1;
  check
    .matches('configuration.name', name, NAME)
    .that(type === 'canary' || type === 'linear', {
      prop: 'configuration.type',
      value: type,
      rule: 'canary or linear (CD API_TrafficRoutingConfig)',
      fix: 'take one of the two; to shift at once, take ECSAllAtOnce',
    })
    .range('configuration.percentage', percentage, { min: 1, max: 99, source: 'CD limits' })
    .range('configuration.intervalMinutes', intervalMinutes, { min: 1, max: MAX_SHIFT_MINUTES, unit: 'minutes' })
    .that(intervalMinutes > MAX_SHIFT_MINUTES || steps * intervalMinutes <= MAX_SHIFT_MINUTES, {
      prop: 'configuration.percentage, configuration.intervalMinutes',
      value: { percentage, intervalMinutes },
      rule: `at most ${MAX_SHIFT_MINUTES} minutes from the first step to the last (CD limits)`,
      fix: 'take larger steps or a shorter interval',
    });
}
