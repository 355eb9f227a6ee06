import type { Problem } from '../../../errors.ts';
import { parseDeliveryPolicy } from '../../../run/topics/delivery-policy.ts';
import type { Rule } from '../../contracts.ts';

export const deliveryPolicy: Rule = {
  id: 'delivery-policy',
  severity: 'error',
  text: 'a delivery policy has at most 100 retries, delays of 1 to 3,600 s in order, a backoff function that SNS knows, and is over within an hour: SNS refuses any other',
  page: 'SNS sns-message-delivery-retries',
  fix: 'keep to the ranges of the page',
  find: ({ topology: t }) =>
    [
      ...t.topics.map((one) => ({ ...one, level: 'topic' as const })),
      ...t.subscriptions.map((one) => ({ ...one, level: 'subscription' as const })),
    ].flatMap(({ address, deliveryPolicy: source, level }) => {
      const problems: Problem[] = [];
      parseDeliveryPolicy(source, level, { address, problems });
      return problems.map((problem) => ({
        address: problem.address ?? address,
        message: problem.message,
        value: problem.value ?? null,
        ...(problem.fix ? { fix: problem.fix } : {}),
      }));
    }),
};
