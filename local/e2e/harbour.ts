/** Terraform JSON of somebody else: a harbour whose ships are lines of text, behind a network load balancer. */

/** Says who it is: in HTTP where it is asked so, else before each line that it gives back. */
export const QUAY = `
import { createServer } from 'node:net';
const { NAME, HOST, PORT } = process.env;
const open = new Set();
const server = createServer((socket) => {
  open.add(socket);
  socket.on('error', () => {}).on('close', () => open.delete(socket));
  socket.on('data', (chunk) => {
    const text = String(chunk);
    const body = NAME + ' ' + PORT;
    if (text.startsWith('GET ')) socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: ' + body.length + '\\r\\nConnection: close\\r\\n\\r\\n' + body);
    else socket.write(body + ' ' + text);
  });
}).listen(Number(PORT), HOST);
process.once('SIGTERM', () => {
  server.close();
  for (const socket of open) socket.end();
});
`;

const SUBNETS = ['${aws_subnet.a.id}', '${aws_subnet.b.id}'];

const group = (name: string, change: object = {}) => ({
  name,
  port: 7000,
  protocol: 'TCP',
  target_type: 'ip',
  vpc_id: '${aws_vpc.v.id}',
  deregistration_delay: 20,
  ...change,
});

const listener = (port: number, to: string, change: object = {}) => ({
  load_balancer_arn: '${aws_lb.mole.arn}',
  port,
  protocol: 'TCP',
  default_action: { type: 'forward', target_group_arn: `\${aws_lb_target_group.${to}.arn}` },
  ...change,
});

const definition = (family: string, name: string, change: object) => ({
  family,
  ...change,
  container_definitions: JSON.stringify([
    {
      name: 'quay',
      image: 'quay:1',
      essential: true,
      memory: 128,
      portMappings: [{ containerPort: 7000 }],
      environment: [{ name: 'NAME', value: name }],
    },
  ]),
});

const service = (name: string, to: string, change: object) => ({
  name,
  cluster: '${aws_ecs_cluster.c.id}',
  task_definition: `\${aws_ecs_task_definition.${name}.arn}`,
  load_balancer: {
    target_group_arn: `\${aws_lb_target_group.${to}.arn}`,
    container_name: 'quay',
    container_port: 7000,
  },
  ...change,
});

/** @param ship what the tasks with addresses of their own call themselves */
export function harbour(ship: string) {
  return {
    provider: { aws: { region: 'eu-north-1' } },
    resource: {
      aws_vpc: { v: { cidr_block: '10.0.0.0/16' } },
      aws_subnet: {
        a: { vpc_id: '${aws_vpc.v.id}', cidr_block: '10.0.0.0/24', availability_zone: 'eu-north-1a' },
        b: { vpc_id: '${aws_vpc.v.id}', cidr_block: '10.0.1.0/24', availability_zone: 'eu-north-1b' },
      },
      aws_lb: {
        mole: {
          name: 'mole',
          load_balancer_type: 'network',
          enable_cross_zone_load_balancing: true,
          subnet_mapping: SUBNETS.map((subnet_id, i) => ({ subnet_id, allocation_id: `eipalloc-${i}` })),
        },
        inner: { name: 'inner', internal: true, subnets: SUBNETS },
      },
      aws_lb_target_group: {
        ships: group('ships'),
        boats: group('boats', {
          target_type: 'instance',
          health_check: { protocol: 'HTTP', path: '/', interval: 10 },
        }),
        inner: group('inner', { port: 8080, target_type: 'alb', health_check: { protocol: 'HTTP', path: '/' } }),
        pages: group('pages', { protocol: 'HTTP', health_check: { path: '/' } }),
      },
      aws_lb_target_group_attachment: {
        inner: {
          target_group_arn: '${aws_lb_target_group.inner.arn}',
          target_id: '${aws_lb.inner.arn}',
          port: 8080,
          depends_on: ['aws_lb_listener.inner'],
        },
      },
      aws_lb_listener: {
        ships: listener(7000, 'ships'),
        boats: listener(7443, 'boats', {
          protocol: 'TLS',
          certificate_arn: 'arn:aws:acm:eu-north-1:123456789012:certificate/0a1b-2c3d',
        }),
        pages: listener(8080, 'inner'),
        inner: listener(8080, 'pages', { load_balancer_arn: '${aws_lb.inner.arn}', protocol: 'HTTP' }),
      },
      aws_launch_template: {
        l: {
          name: 'pier',
          image_id: 'ami-0123456789abcdef0',
          instance_type: 't3.small',
          user_data: '${base64encode("#!/bin/bash\\necho ECS_CLUSTER=harbour >> /etc/ecs/ecs.config\\n")}',
        },
      },
      aws_autoscaling_group: {
        pier: {
          name: 'pier',
          min_size: 1,
          max_size: 1,
          desired_capacity: 1,
          vpc_zone_identifier: ['${aws_subnet.a.id}'],
          launch_template: { id: '${aws_launch_template.l.id}' },
        },
      },
      aws_ecs_cluster: { c: { name: 'harbour' } },
      aws_ecs_task_definition: {
        ships: definition('ships', ship, {
          requires_compatibilities: ['FARGATE'],
          network_mode: 'awsvpc',
          cpu: '256',
          memory: '512',
        }),
        boats: definition('boats', 'boat', { network_mode: 'bridge' }),
        pages: definition('pages', 'page', {
          requires_compatibilities: ['FARGATE'],
          network_mode: 'awsvpc',
          cpu: '256',
          memory: '512',
        }),
      },
      aws_ecs_service: {
        ships: service('ships', 'ships', {
          desired_count: 2,
          launch_type: 'FARGATE',
          network_configuration: { subnets: SUBNETS },
        }),
        boats: service('boats', 'boats', { desired_count: 2, launch_type: 'EC2' }),
        pages: service('pages', 'pages', {
          desired_count: 1,
          launch_type: 'FARGATE',
          network_configuration: { subnets: SUBNETS },
        }),
      },
    },
  };
}
