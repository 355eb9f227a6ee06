import type { Case } from '../case.ts';
import { add, behindNetwork, container, setEnvironment, the } from '../system.ts';

const percentages = (min: number, max: number) => ({
  deployment_minimum_healthy_percent: min,
  deployment_maximum_percent: max,
});

export const DEPLOYMENTS: readonly Case[] = [
  {
    rule: 'deployment-percentages',
    falls: (s) => Object.assign(the(s, 'aws_ecs_service', 'orders'), percentages(100, 100)),
    at: 'aws_ecs_service.orders',
    spares: (s) => Object.assign(the(s, 'aws_ecs_service', 'orders'), percentages(50, 100)),
  },
  {
    // One of two tasks is 50 percent; 51 rounds up to both.
    rule: 'deployment-percentages',
    falls: (s) => Object.assign(the(s, 'aws_ecs_service', 'orders'), percentages(51, 149)),
    at: 'aws_ecs_service.orders',
    spares: (s) => Object.assign(the(s, 'aws_ecs_service', 'orders'), percentages(51, 150)),
  },
  {
    rule: 'circuit-breaker-off',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'api')['deployment_circuit_breaker'] = { enable: true, rollback: false };
    },
    at: 'aws_ecs_service.api',
    // Under CodeDeploy there is none.
    spares: (s) => delete the(s, 'aws_ecs_service', 'shop')['deployment_circuit_breaker'],
  },
  {
    rule: 'service-alarm-missing',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'api')['alarms'] = { alarm_names: ['api-errors'], enable: true, rollback: true };
    },
    at: 'aws_ecs_service.api.alarms.alarm_names',
    // Nobody asks for it.
    spares: (s) => {
      the(s, 'aws_ecs_service', 'api')['alarms'] = { alarm_names: ['api-errors'], enable: false, rollback: false };
    },
  },
  {
    rule: 'grace-period',
    bootSeconds: { api: 91 },
    // 60 s, then 3 × 10 s of failed checks: a boot of 91 s never ends.
    falls: () => undefined,
    at: 'aws_ecs_service.api.health_check_grace_period_seconds',
    severity: 'error',
    spares: (s) => {
      the(s, 'aws_ecs_service', 'api')['health_check_grace_period_seconds'] = 91;
    },
  },
  {
    rule: 'grace-period',
    bootSeconds: { green: 61 },
    falls: () => undefined,
    at: 'aws_ecs_service.shop',
    severity: 'warning',
    spares: (s) => {
      the(s, 'aws_ecs_service', 'shop')['health_check_grace_period_seconds'] = 61;
    },
  },
  {
    rule: 'grace-period',
    falls: (s) => {
      container(s, 'api')['healthCheck'] = { command: ['CMD', 'true'], startPeriod: 90 };
    },
    at: 'aws_ecs_service.api',
    severity: 'warning',
    spares: (s) => {
      container(s, 'api')['healthCheck'] = { command: ['CMD', 'true'], startPeriod: 60 };
    },
  },
  {
    rule: 'grace-period',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'api')['health_check_grace_period_seconds'] = 0;
      the(s, 'aws_lb_target_group', 'api')['health_check'] = {
        path: '/',
        interval: 5,
        timeout: 2,
        unhealthy_threshold: 2,
      };
    },
    at: 'aws_ecs_service.api',
    severity: 'advice',
    spares: (s) => {
      the(s, 'aws_ecs_service', 'api')['health_check_grace_period_seconds'] = 20;
      the(s, 'aws_lb_target_group', 'api')['health_check'] = {
        path: '/',
        interval: 5,
        timeout: 2,
        unhealthy_threshold: 2,
      };
    },
  },
  {
    rule: 'deregistration-delay',
    falls: (s) => {
      the(s, 'aws_lb_target_group', 'green')['deregistration_delay'] = 0;
    },
    at: 'aws_lb_target_group.green',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'green')['deregistration_delay'] = '5';
    },
  },
  {
    rule: 'deregistration-delay',
    falls: (s) => setEnvironment(s, 'api', { DRAIN_TIMEOUT_MS: '31000' }),
    at: 'aws_lb_target_group.api',
    spares: (s) => setEnvironment(s, 'api', { DRAIN_TIMEOUT_MS: '29000' }),
  },
  {
    rule: 'deregistration-delay',
    falls: (s) => delete the(s, 'aws_lb_target_group', 'api')['deregistration_delay'],
    at: 'aws_lb_target_group.api',
    severity: 'advice',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'api')['deregistration_delay'] = 120;
    },
  },
  {
    rule: 'deregistration-delay',
    falls: (s) => behindNetwork(s, {}, { deregistration_delay: 300 }),
    at: 'aws_lb_target_group.lines',
    severity: 'advice',
    // Connections live on past the delay: 0 cuts none.
    spares: (s) => behindNetwork(s, {}, { deregistration_delay: 0 }),
  },
  {
    rule: 'stop-timeout',
    falls: (s) => {
      setEnvironment(s, 'api', { SHUTDOWN_TIMEOUT_SECONDS: '10' });
      container(s, 'api')['stopTimeout'] = 10;
    },
    at: 'container_definitions[api].stopTimeout',
    spares: (s) => {
      setEnvironment(s, 'api', { SHUTDOWN_TIMEOUT_SECONDS: '10' });
      container(s, 'api')['stopTimeout'] = 11;
    },
  },
  {
    rule: 'stop-timeout',
    falls: (s) => {
      container(s, 'shop')['stopTimeout'] = 0;
    },
    at: 'container_definitions[shop].stopTimeout',
    spares: (s) => {
      container(s, 'shop')['stopTimeout'] = 2;
    },
  },
  {
    rule: 'keep-alive',
    falls: (s) => setEnvironment(s, 'orders', { KEEP_ALIVE_TIMEOUT_MS: '60000' }),
    at: 'environment.KEEP_ALIVE_TIMEOUT_MS',
    spares: (s) => setEnvironment(s, 'orders', { KEEP_ALIVE_TIMEOUT_MS: '61000' }),
  },
  {
    rule: 'keep-alive',
    falls: (s) => {
      the(s, 'aws_lb', 'main')['idle_timeout'] = 120;
    },
    at: 'aws_ecs_task_definition.api',
    severity: 'warning',
    spares: (s) => {
      the(s, 'aws_lb', 'main')['idle_timeout'] = 120;
      for (const name of ['orders', 'api', 'shop']) setEnvironment(s, name, { HTTP_KEEPALIVE_SECONDS: '130' });
    },
  },
  {
    rule: 'desired-zero',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'orders')['desired_count'] = 0;
    },
    at: 'aws_ecs_service.orders',
    // Its scaling starts tasks.
    spares: (s) => {
      the(s, 'aws_ecs_service', 'api')['desired_count'] = 0;
    },
  },
  {
    rule: 'single-zone',
    falls: (s) => {
      the(s, 'aws_autoscaling_group', 'g')['vpc_zone_identifier'] = ['${aws_subnet.a.id}'];
    },
    at: 'aws_autoscaling_group.g',
    spares: (s) => {
      the(s, 'aws_autoscaling_group', 'g')['vpc_zone_identifier'] = ['subnet-elsewhere'];
    },
  },
  {
    rule: 'single-zone',
    falls: (s) => {
      the(s, 'aws_subnet', 'b')['availability_zone'] = 'us-east-1a';
    },
    at: 'aws_ecs_service.api.network_configuration',
    spares: (s) => {
      the(s, 'aws_subnet', 'b')['availability_zone'] = 'us-east-1f';
    },
  },
  {
    rule: 'balancer-zones',
    falls: (s) => {
      the(s, 'aws_lb', 'main')['subnets'] = ['${aws_subnet.a.id}'];
    },
    at: 'aws_lb.main',
    spares: (s) => {
      the(s, 'aws_lb', 'main')['subnets'] = ['${aws_subnet.a.id}', 'subnet-elsewhere'];
    },
  },
  {
    rule: 'balancer-zones',
    falls: (s) => add(s, 'aws_lb', 'edge', { name: 'edge', subnets: ['${aws_subnet.a.id}'] }),
    at: 'aws_lb.edge.subnets',
    spares: (s) => behindNetwork(s, { subnets: ['${aws_subnet.a.id}'] }),
  },
  {
    rule: 'circuit-breaker-unused',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'shop')['deployment_circuit_breaker'] = { enable: true, rollback: true };
    },
    at: 'aws_ecs_service.shop.deployment_circuit_breaker',
    spares: (s) => {
      the(s, 'aws_ecs_service', 'shop')['deployment_circuit_breaker'] = { enable: false, rollback: false };
    },
  },
];
