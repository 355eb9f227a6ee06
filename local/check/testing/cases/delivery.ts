import type { Case } from '../case.ts';
import { type Body, pathRule, type Stack, the } from '../system.ts';

const SUBSCRIPTION = 'aws_sns_topic_subscription';

const endpoint = (s: Stack, path: string): void => {
  the(s, SUBSCRIPTION, 'orders')['endpoint'] = `http://\${aws_lb.main.dns_name}${path}`;
};

const retry = (s: Stack, healthyRetryPolicy: object): void => {
  the(s, SUBSCRIPTION, 'orders')['delivery_policy'] = JSON.stringify({ healthyRetryPolicy });
};

export const DELIVERY: readonly Case[] = [
  {
    rule: 'subscription-unrouted',
    falls: (s) => endpoint(s, '/order'),
    at: 'aws_sns_topic_subscription.orders.endpoint',
    spares: (s) => endpoint(s, '/orders?by=sns'),
  },
  {
    rule: 'subscription-unrouted',
    falls: (s) => endpoint(s, ':81/orders'),
    at: 'aws_sns_topic_subscription.orders.endpoint',
    // Nothing is known of hosts of elsewhere.
    spares: (s) => {
      the(s, SUBSCRIPTION, 'orders')['endpoint'] = 'http://elsewhere.example:81/orders';
    },
  },
  {
    rule: 'subscription-unrouted',
    falls: (s) => {
      const rule = the(s, 'aws_lb_listener_rule', 'orders');
      rule['condition'] = [...(rule['condition'] as object[]), { http_request_method: { values: ['GET'] } }];
    },
    at: 'aws_sns_topic_subscription.orders.endpoint',
    spares: (s) => {
      const rule = the(s, 'aws_lb_listener_rule', 'orders');
      const bySns = { http_header: { http_header_name: 'X-Amz-Sns-Message-Type', values: ['*'] } };
      rule['condition'] = [...(rule['condition'] as object[]), bySns];
    },
  },
  {
    rule: 'subscription-unrouted',
    falls: (s) => {
      the(s, 'aws_lb', 'main')['internal'] = true;
    },
    at: 'aws_sns_topic_subscription.orders.endpoint',
    spares: (s) => {
      the(s, 'aws_lb', 'main')['internal'] = false;
    },
  },
  {
    rule: 'subscription-unrouted',
    falls: (s) => {
      endpoint(s, '/anything');
      the(s, 'aws_lb_listener', 'main')['default_action'] = pathRule('main', 1, [], 'orders')['action'];
    },
    at: 'aws_sns_topic_subscription.orders.endpoint',
    severity: 'advice',
    // Nothing is told apart by its path.
    spares: (s) => {
      endpoint(s, '/anything');
      the(s, 'aws_lb_listener', 'main')['default_action'] = pathRule('main', 1, [], 'orders')['action'];
      for (const rule of Object.values(s['aws_lb_listener_rule'] ?? {}))
        rule['condition'] = [{ host_header: { values: ['elsewhere.example'] } }];
    },
  },
  {
    rule: 'dead-letter-missing',
    falls: (s) => delete the(s, SUBSCRIPTION, 'orders')['redrive_policy'],
    at: 'aws_sns_topic_subscription.orders.redrive_policy',
    spares: () => undefined,
  },
  {
    rule: 'dead-letter-closed',
    falls: (s) => delete s['aws_sqs_queue_policy'],
    at: 'aws_sqs_queue.lost',
    spares: (s) => {
      const { policy } = the(s, 'aws_sqs_queue_policy', 'lost');
      delete s['aws_sqs_queue_policy'];
      the(s, 'aws_sqs_queue', 'lost')['policy'] = policy;
    },
  },
  {
    rule: 'delivery-policy',
    falls: (s) => retry(s, { numRetries: 101, minDelayTarget: 1, maxDelayTarget: 2 }),
    at: 'aws_sns_topic_subscription.orders.delivery_policy',
    spares: (s) => retry(s, { numRetries: 100, minDelayTarget: 1, maxDelayTarget: 20 }),
  },
  {
    rule: 'delivery-policy',
    falls: (s) => retry(s, { numRetries: 3, minDelayTarget: 60, maxDelayTarget: 20 }),
    at: 'aws_sns_topic_subscription.orders.delivery_policy',
    spares: (s) => retry(s, { numRetries: 3, minDelayTarget: 20, maxDelayTarget: 20, backoffFunction: 'geometric' }),
  },
  {
    rule: 'delivery-policy',
    falls: (s) => {
      const http = { defaultHealthyRetryPolicy: { numRetries: 3, backoffFunction: 'cubic' } };
      (Object.values(s['aws_sns_topic'] ?? {})[0] as Body)['delivery_policy'] = JSON.stringify({ http });
    },
    at: '.delivery_policy',
    spares: (s) => {
      const http = { defaultHealthyRetryPolicy: { numRetries: 3, backoffFunction: 'exponential' } };
      (Object.values(s['aws_sns_topic'] ?? {})[0] as Body)['delivery_policy'] = JSON.stringify({ http });
    },
  },
];
