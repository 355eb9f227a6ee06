import type { Rule } from '../../contracts.ts';

export const deadLetterClosed: Rule = {
  id: 'dead-letter-closed',
  severity: 'error',
  text: 'a queue takes messages from SNS only when its policy allows sns.amazonaws.com to send: without it what is undelivered is lost nevertheless',
  page: 'SNS sns-configure-dead-letter-queue: permissions',
  fix: 'add an aws_sqs_queue_policy that allows sns.amazonaws.com sqs:SendMessage from the topic',
  needsAll: ['aws_sqs_queue'],
  find: ({ topology: t }) => {
    const policies = t.inert.filter((r) => r.type === 'aws_sqs_queue_policy');
    return t.subscriptions.flatMap((s) => {
      const arn = s.protocol === 'sqs' ? s.endpoint : s.deadLetterTargetArn;
      const queue = t.queues.find((q) => q.arn === arn);
      if (!queue) return [];
      const own = policies.filter((p) => p.attributes['queue_url'] === queue.url).map((p) => p.attributes['policy']);
      const texts = [queue.attributes['policy'], ...own].filter((p) => p !== undefined).map(textOf);
      if (texts.some((text) => /sns\.amazonaws\.com|"(AWS|Principal)"\s*:\s*("\*"|\["\*"\])/.test(text))) return [];
      return [
        {
          address: queue.address,
          message: `${queue.name} lets no topic send: what ${s.address} redrives or delivers to it is refused`,
          value: queue.arn,
        },
      ];
    });
  },
};

const textOf = (policy: unknown): string => (typeof policy === 'string' ? policy : JSON.stringify(policy ?? ''));
