/** What a hook's function is called with (ECS lambda-lifecycle-hooks: common payload structure). Pure. */
import { type HookRun, revisionArnOf, type ServiceDeployment } from './service-deployment.ts';

/** Weights are told where the stage moves them. */
export function hookEvent(d: ServiceDeployment, hook: HookRun, executionId: string): object {
  const green = revisionArnOf(d.serviceArn, d.green.id);
  const share = (percent: number): Readonly<Record<string, number>> => ({
    [green]: percent,
    ...(d.blue ? { [revisionArnOf(d.serviceArn, d.blue.id)]: Math.round((100 - percent) * 10) / 10 } : {}),
  });
  return {
    executionId,
    lifecycleStage: hook.stage,
    resourceArn: d.arn,
    executionDetails: {
      serviceArn: d.serviceArn,
      targetServiceRevisionArn: green,
      testTrafficWeights: hook.stage === 'TEST_TRAFFIC_SHIFT' ? share(d.tested ? 100 : 0) : {},
      productionTrafficWeights: hook.stage === 'PRODUCTION_TRAFFIC_SHIFT' ? share(d.shift.percent) : {},
    },
    ...(hook.details === null || hook.details === undefined ? {} : { hookDetails: hook.details }),
  };
}
