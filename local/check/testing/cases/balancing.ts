import type { Case } from '../case.ts';
import { add, behindNetwork, container, pathRule, the } from '../system.ts';

const RULE = 'aws_lb_listener_rule';
const check = (more: object) => ({ path: '/health', interval: 10, ...more });

export const BALANCING: readonly Case[] = [
  {
    rule: 'health-check-port',
    falls: (s) => {
      the(s, 'aws_lb_target_group', 'orders')['health_check'] = check({ port: '3000' });
    },
    at: 'aws_lb_target_group.orders.health_check.port',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'orders')['health_check'] = check({ port: '9000' });
      const ports = [
        { containerPort: 3000, hostPort: 0 },
        { containerPort: 9000, hostPort: 9000 },
      ];
      container(s, 'orders')['portMappings'] = ports;
    },
  },
  {
    rule: 'health-check-matcher',
    falls: (s) => {
      the(s, 'aws_lb_target_group', 'api')['health_check'] = check({ matcher: '200-404' });
    },
    at: 'aws_lb_target_group.api.health_check.matcher',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'api')['health_check'] = check({ matcher: '200-299' });
    },
  },
  {
    rule: 'health-check-matcher',
    falls: (s) => behindNetwork(s, {}, { health_check: { protocol: 'HTTP', path: '/health', matcher: '200-499' } }),
    at: 'aws_lb_target_group.lines.health_check.matcher',
    spares: (s) => behindNetwork(s, {}, { health_check: { protocol: 'HTTP', path: '/health' } }),
  },
  {
    rule: 'health-check-path',
    falls: (s) => behindNetwork(s, {}, { health_check: { protocol: 'HTTP' } }),
    at: 'aws_lb_target_group.lines.health_check.path',
    spares: (s) => behindNetwork(s),
  },
  {
    rule: 'health-check-path',
    falls: (s) => delete the(s, 'aws_lb_target_group', 'api')['health_check'],
    at: 'aws_lb_target_group.api.health_check.path',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'api')['health_check'] = [{ path: '/' }];
    },
  },
  {
    rule: 'rule-shadowed',
    falls: (s) => add(s, RULE, 'late', pathRule('main', 40, ['/api/v?/users'], 'orders')),
    at: 'aws_lb_listener_rule.late.priority',
    // On another listener, or wider by one path, it is met.
    spares: (s) => {
      add(s, RULE, 'late', pathRule('main', 40, ['/api/v?/users', '/apis'], 'orders'));
      add(s, RULE, 'other', pathRule('test', 40, ['/api/v?/users'], 'orders'));
    },
  },
  {
    rule: 'rule-shadowed',
    falls: (s) => {
      const late = pathRule('main', 40, ['/api/*'], 'orders');
      late['condition'] = [...(late['condition'] as object[]), { http_request_method: { values: ['GET'] } }];
      add(s, RULE, 'late', late);
    },
    at: 'aws_lb_listener_rule.late.priority',
    // The earlier one asks for more than the later one.
    spares: (s) => {
      const api = the(s, RULE, 'api');
      api['condition'] = [...(api['condition'] as object[]), { http_request_method: { values: ['GET'] } }];
      add(s, RULE, 'late', pathRule('main', 40, ['/api/*'], 'orders'));
    },
  },
  {
    rule: 'rule-shadowed',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'orders')['desired_count'] = 0;
      add(s, RULE, 'late', pathRule('main', 40, ['/api/*'], 'orders'));
    },
    at: 'aws_lb_listener_rule.late.priority',
    severity: 'advice',
    spares: (s) => add(s, RULE, 'late', pathRule('main', 15, ['/api/old/*'], 'orders')),
  },
  {
    rule: 'group-without-targets',
    falls: (s) => {
      add(s, 'aws_lb_target_group', 'nobody', { ...the(s, 'aws_lb_target_group', 'orders'), name: 'nobody' });
      add(s, RULE, 'nobody', pathRule('main', 50, ['/nobody'], 'nobody'));
    },
    at: 'aws_lb_listener_rule.nobody.action',
    // Green has no tasks until it is deployed to.
    spares: (s) =>
      add(s, RULE, 'green', { ...pathRule('test', 50, ['/green'], 'green'), lifecycle: { ignore_changes: 'all' } }),
  },
  {
    rule: 'group-unattached',
    falls: (s) => delete s[RULE]?.['orders'],
    at: 'aws_ecs_service.orders.load_balancer',
    // Attached is enough: requests may come later.
    spares: (s) => {
      the(s, RULE, 'orders')['priority'] = 40;
    },
  },
];
