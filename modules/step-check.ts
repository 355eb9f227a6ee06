/** The rules of step scaling: intervals side by side, and the alarms that call it (AAS step-scaling-policy-overview). */
import { checkAlarmName, checkAlarmShape, checkOneOf } from './metric-alarm.ts';
import type { PropCheck } from './prop-check.ts';
import { ADJUSTMENTS, AGGREGATIONS, type ScalingStep, type StepScaling } from './scaling-props.ts';

const MAX_STEPS = 20;
const SOURCE = 'AAS step-scaling-policy-overview';

/** Notes what is wrong with a policy. @param prop its path in the construct's props */
export function checkStepScaling(check: PropCheck, prop: string, policy: StepScaling): void {
  const { adjustment = 'ChangeInCapacity', minimumAdjustment, steps, alarms } = policy;
  checkOneOf(check, `${prop}.adjustment`, adjustment, ADJUSTMENTS);
  checkOneOf(check, `${prop}.aggregation`, policy.aggregation, AGGREGATIONS);
  check
    .that(minimumAdjustment === undefined || adjustment === 'PercentChangeInCapacity', {
      prop: `${prop}.minimumAdjustment`,
      value: minimumAdjustment,
      rule: 'only with PercentChangeInCapacity (AAS StepScalingPolicyConfiguration)',
      fix: 'leave it out',
    })
    .range(`${prop}.minimumAdjustment`, minimumAdjustment, { min: 1, max: 5000 })
    .that(alarms.length > 0, {
      prop: `${prop}.alarms`,
      value: alarms,
      rule: 'one alarm at least: nothing else calls the policy',
      fix: 'add the alarm that should scale',
    });
  checkSteps(check, `${prop}.steps`, steps, adjustment);
  alarms.forEach((alarm, index) => {
    checkAlarmName(check, `${prop}.alarms[${index}].name`, alarm.name);
    checkAlarmShape(check, `${prop}.alarms[${index}]`, alarm);
  });
  const names = alarms.map(({ name }) => name);
  check.that(new Set(names).size === names.length, {
    prop: `${prop}.alarms`,
    value: names,
    rule: 'each alarm has a name of its own',
    fix: 'rename one, or leave it out',
  });
}

function checkSteps(check: PropCheck, prop: string, steps: readonly ScalingStep[], adjustment: string): void {
  check.that(steps.length >= 1 && steps.length <= MAX_STEPS, {
    prop,
    value: steps.length,
    rule: `1–${MAX_STEPS} steps (AAS quotas)`,
    fix: 'give the changes by distance to the threshold',
  });
  for (const step of steps) {
    check.that(Number.isInteger(step.change) && (adjustment !== 'ExactCapacity' || step.change >= 0), {
      prop: `${prop}.change`,
      value: step.change,
      rule: adjustment === 'ExactCapacity' ? 'a number of tasks, 0 or more' : 'a whole number of tasks or percent',
      fix: 'round it',
    });
  }
  const sorted = [...steps].sort((a, b) => lower(a) - lower(b));
  const broken = sorted.find((step, at) => {
    const next = sorted[at + 1];
    return lower(step) >= upper(step) || (next !== undefined && lower(next) !== upper(step));
  });
  check.that(broken === undefined, {
    prop,
    value: broken,
    rule: `intervals side by side, without gap or overlap, from below to (${SOURCE})`,
    fix: 'let each step begin where the one before ends',
  });
  const first = sorted[0];
  const last = sorted.at(-1);
  const closed =
    (first && lower(first) < 0 && Number.isFinite(lower(first))) ||
    (last && upper(last) > 0 && Number.isFinite(upper(last)));
  check.that(!closed, {
    prop,
    value: steps,
    rule: `a step below the threshold has no lower end, one above it no upper end, so that any distance is in a step (${SOURCE})`,
    fix: 'leave from out of the lowest step, or to out of the highest',
  });
  const endless = steps.find(({ from, to }) => from === undefined && to === undefined);
  check.that(endless === undefined, {
    prop,
    value: endless,
    rule: `a step has an end at least (${SOURCE})`,
    fix: 'begin it at 0, or for scaling in end it there',
  });
}

const lower = (step: ScalingStep): number => step.from ?? Number.NEGATIVE_INFINITY;
const upper = (step: ScalingStep): number => step.to ?? Number.POSITIVE_INFINITY;
