import test from 'ava';
import type { Json, Synthesized } from '../modules/testing/synth.ts';
import { STAGE_NAMES } from './stages.ts';
import { container, named, type Stacks, stacksOf } from './testing/stacks.ts';

const services = (stacks: Stacks): Synthesized => stacks['interstella-services']!;
const setting = (of: Json, name: string): string | undefined =>
  of.environment.find((entry: Json) => entry.name === name)?.value;

const TABLE = [
  { stage: 'monolith', tag: 'latest', running: ['monolith'], topics: ['Orders'] },
  { stage: 'containers', tag: 'latest', running: ['monolith'], topics: ['Orders'] },
  { stage: 'strangler', tag: 'noiridium', running: ['iridium', 'monolith'], topics: ['Iridium', 'Orders'] },
  {
    stage: 'microservices',
    tag: 'fulfillment',
    running: ['iridium', 'magnesite', 'monolith'],
    topics: ['Iridium', 'Magnesite'],
  },
] as const;

test('the table covers every stage', (t) => {
  t.deepEqual(
    TABLE.map((row) => row.stage),
    [...STAGE_NAMES],
  );
});

for (const { stage, tag, running, topics } of TABLE) {
  test(`${stage}: monolith:${tag}, ${running.join(' + ')}, subscribed to ${topics.join(' + ')}`, (t) => {
    const stacks = stacksOf({ CUTOVER_STAGE: stage });
    const names = services(stacks)
      .all('aws_ecs_service')
      .map((service) => service.name);
    t.deepEqual(
      names.sort(),
      running.map((service) => `interstella-${service}`),
    );
    t.true(container(stacks, 'interstella-monolith').image.endsWith(`:${tag}`));
    const subscriptions = services(stacks).all('aws_sns_topic_subscription');
    t.is(subscriptions.length, topics.length);
    for (const topic of topics) {
      const path = topic === 'Orders' ? '/order/' : `/${topic.toLowerCase()}/`;
      const subscription = subscriptions.find((candidate) => candidate.endpoint.endsWith(path));
      t.regex(subscription.topic_arn, new RegExp(`aws_sns_topic${topic.toLowerCase()}`));
    }
    t.is(services(stacks).json.output.stage.value, stage);
  });
}

test('rules, priorities and health checks are those of the workshop', (t) => {
  const out = services(stacksOf());
  const rules = out
    .all('aws_lb_listener_rule')
    .map((rule) => [rule.priority, rule.condition[0].path_pattern.values[0]]);
  t.deepEqual(rules.sort(), [
    [1, '/iridium*'],
    [2, '/magnesite*'],
  ]);
  for (const name of ['iridium', 'magnesite']) {
    const group = named(out.all('aws_lb_target_group'), `interstella-${name}`);
    t.like(group, { port: 80, target_type: 'ip' });
    t.is(group.health_check.path, `/${name}/`);
  }
});

test('the edge: load balancer, monolith group on 5000, dynamic ports from the load balancer only', (t) => {
  const edge = stacksOf()['interstella-edge']!;
  t.is(edge.one('aws_lb').name, 'interstella');
  t.like(edge.one('aws_lb_target_group'), { name: 'interstella-monolith', port: 5000, target_type: 'instance' });
  const dynamic = edge.all('aws_vpc_security_group_ingress_rule').filter((rule) => rule.to_port === 65_535);
  t.is(dynamic.length, 1);
  t.is(dynamic[0].from_port, 32_768);
  t.is(dynamic[0].cidr_ipv4, undefined);
  t.regex(dynamic[0].referenced_security_group_id, /load-balancer-group/);
  const open = edge.all('aws_vpc_security_group_ingress_rule').filter((rule) => rule.cidr_ipv4 === '0.0.0.0/0');
  t.deepEqual(
    open.map((rule) => rule.from_port),
    [80],
  );
  for (const rule of edge.all('aws_vpc_security_group_egress_rule')) t.not(rule.ip_protocol, '-1');
});

test('tasks of the monolith outnumber its instances, so two share one', (t) => {
  const stacks = stacksOf();
  const monolith = named(services(stacks).all('aws_ecs_service'), 'interstella-monolith');
  const group = stacks['interstella-cluster']!.one('aws_autoscaling_group');
  t.true(monolith.desired_count > group.desired_capacity);
});

test('the smaller monolith waits for the microservices that replace it; subscriptions wait for who confirms', (t) => {
  for (const stage of ['strangler', 'microservices']) {
    const out = services(stacksOf({ CUTOVER_STAGE: stage }));
    const monolith = named(out.all('aws_ecs_service'), 'interstella-monolith');
    const waitsFor: string[] = monolith.depends_on ?? [];
    for (const [address, service] of Object.entries<Json>(out.json.resource.aws_ecs_service)) {
      t.true(service.wait_for_steady_state);
      if (service !== monolith) t.true(waitsFor.includes(`aws_ecs_service.${address}`));
    }
    for (const subscription of out.all('aws_sns_topic_subscription')) {
      t.true(subscription.endpoint_auto_confirms);
      t.regex(subscription.depends_on.join(), /aws_ecs_service\./);
    }
  }
});

test('HQ is found through its parameters only', (t) => {
  const stacks = stacksOf();
  const others = Object.entries(stacks).filter(([name]) => name !== 'interstella-hq');
  for (const [name, stack] of others) t.notRegex(JSON.stringify(stack.json), /interstella-hq\.tfstate/, name);
  const secrets = Object.fromEntries(
    container(stacks, 'interstella-monolith').secrets.map((secret: Json) => [secret.name, secret.valueFrom]),
  );
  const parameters = stacks['interstella-hq']!.all('aws_ssm_parameter').map((parameter) => parameter.name);
  for (const variable of ['FULFILLMENT_API_ENDPOINT', 'FULFILLMENT_API_KEY']) {
    const name = secrets[variable].split(':parameter')[1];
    t.true(parameters.includes(name), `${variable} reads ${name}`);
  }
});

test('HQ: own load balancer and cluster, orders by MessageId, keys as a secret', (t) => {
  const stacks = stacksOf();
  const hq = stacks['interstella-hq']!;
  t.is(hq.one('aws_lb').name, 'interstella-hq');
  t.is(hq.one('aws_dynamodb_table').name, 'interstella-orders');
  const task = container(stacks, 'interstella-hq');
  t.deepEqual(
    task.secrets.map((secret: Json) => secret.name),
    ['API_KEYS'],
  );
  t.truthy(setting(task, 'ORDERS_TABLE'));
  const endpoint = hq.all('aws_ssm_parameter').find((parameter) => parameter.type === 'String');
  t.regex(endpoint.value, /^http:\/\/\$\{aws_lb\./);
});

test('no secret value is in the JSON or the state: keys are drawn by AWS for one command, and kept encrypted', (t) => {
  for (const environment of ['dev', 'prod']) {
    for (const [name, stack] of Object.entries(stacksOf({ CUTOVER_ENVIRONMENT: environment }))) {
      for (const parameter of stack.all('aws_ssm_parameter')) {
        if (parameter.type !== 'SecureString') continue;
        t.regex(parameter.value_wo, /^\$\{ephemeral\..*random_password\}$/, name);
        t.is(parameter.value, undefined, name);
      }
      for (const definition of stack.all('aws_ecs_task_definition')) {
        for (const { name: variable } of JSON.parse(definition.container_definitions)[0].environment) {
          t.notRegex(variable, /KEY|SECRET|PASSWORD|TOKEN/, `${variable} is in the open in ${definition.family}`);
        }
      }
    }
  }
});

test('least privilege: no wildcard action anywhere, wildcard resources only where no ARN exists', (t) => {
  const unscoped = new Set<string>();
  for (const stack of Object.values(stacksOf())) {
    for (const { policy } of stack.all('aws_iam_role_policy')) {
      for (const statement of JSON.parse(policy).Statement) {
        for (const action of statement.Action) {
          t.notRegex(action, /\*/);
          if (statement.Resource.includes('*')) unscoped.add(action);
        }
      }
    }
    t.deepEqual(stack.all('aws_iam_role_policy_attachment'), []);
  }
  t.deepEqual([...unscoped].sort(), [
    'ecr:GetAuthorizationToken',
    'ecs:DiscoverPollEndpoint',
    'ecs:Poll',
    'ecs:StartTelemetrySession',
    'ecs:UpdateContainerInstancesState',
  ]);
});

test('each microservice may read its own secrets only', (t) => {
  const stacks = stacksOf();
  const policies = services(stacks).json.resource.aws_iam_role_policy;
  const [, iridium] = Object.entries<Json>(policies).find(([address]) => address.startsWith('iridium_'))!;
  t.notRegex(iridium.policy, /fulfillment-api-key/);
});

test('dev takes bare orders; prod only signed ones of its own topics', (t) => {
  const dev = container(stacksOf(), 'interstella-iridium');
  t.is(setting(dev, 'ALLOW_UNSIGNED'), 'true');
  const prod = container(stacksOf({ CUTOVER_ENVIRONMENT: 'prod' }), 'interstella-iridium');
  t.is(setting(prod, 'ALLOW_UNSIGNED'), undefined);
  t.regex(setting(prod, 'ALLOWED_TOPIC_ARNS')!, /aws_sns_topiciridium/);
});

test('a load-test certificate only where a parameter is named', (t) => {
  const names = (env: Record<string, string>): string[] =>
    container(stacksOf(env), 'interstella-monolith').secrets.map((secret: Json) => secret.name);
  t.false(names({ CUTOVER_ENVIRONMENT: 'prod' }).includes('LOADTEST_SIGNING_CERT'));
  t.true(names({ CUTOVER_LOADTEST_CERT_PARAMETER: '/interstella/cert' }).includes('LOADTEST_SIGNING_CERT'));
});

test('tags replace the stage tags', (t) => {
  const stacks = stacksOf({ CUTOVER_TAGS: 'monolith=broken-crash,hq=v2' });
  t.true(container(stacks, 'interstella-monolith').image.endsWith(':broken-crash'));
  t.true(container(stacks, 'interstella-hq').image.endsWith(':v2'));
  t.true(container(stacks, 'interstella-iridium').image.endsWith(':latest'));
});

test('another environment name renames everything', (t) => {
  const stacks = stacksOf({ CUTOVER_ENVIRONMENT_NAME: 'andromeda' });
  t.true(Object.keys(stacks).every((name) => name.startsWith('andromeda-')));
  t.is(stacks['andromeda-edge']!.one('aws_lb').name, 'andromeda');
  // Only display names and descriptions may still speak of Interstella.
  for (const stack of Object.values(stacks)) t.notRegex(JSON.stringify(stack.json), /interstella-/);
});

test('every stack: region, default tags, a backend that is the same text on every machine', (t) => {
  for (const [name, { json }] of Object.entries(stacksOf())) {
    const [provider] = json.provider.aws;
    t.is(provider.region, 'us-east-1');
    t.like(provider.default_tags[0].tags, { Environment: 'interstella', Project: 'cutover' });
    t.is(json.terraform.backend.local.path, `../../../terraform-state/dev/${name}.tfstate`);
    t.notRegex(JSON.stringify(json), /"\/(home|root|tmp|work|Users)\//);
  }
});

test('what Auto Scaling groups launch has the default tags too, which the provider keeps to the group', (t) => {
  const stacks = stacksOf({ CUTOVER_STAGE: 'monolith', CUTOVER_SYSTEM: 'all' });
  const groups = Object.values(stacks).flatMap((stack) => stack.all('aws_autoscaling_group'));
  const templates = Object.values(stacks).flatMap((stack) => stack.all('aws_launch_template'));
  t.deepEqual([groups.length, templates.length], [2, 2]);
  const wanted = ['Environment', 'ManagedBy', 'Name', 'Project', 'System'];
  for (const { tag } of groups) {
    const launched = tag.filter((one: { propagate_at_launch: boolean }) => one.propagate_at_launch);
    t.true(
      wanted.every((key) => launched.some((one: { key: string }) => one.key === key)),
      JSON.stringify(tag),
    );
  }
  for (const {
    tag_specifications: [volume],
  } of templates) {
    t.is(volume.resource_type, 'volume');
    t.deepEqual(Object.keys(volume.tags).sort(), wanted);
  }
});

test('state in S3: every stack under a key of its own, encrypted, locked by a file, and read from there by the others', (t) => {
  const stacks = stacksOf({ CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: 'acme-state', CUTOVER_ENVIRONMENT: 'prod' });
  const place = (name: string) => ({
    bucket: 'acme-state',
    region: 'us-east-1',
    key: `cutover/prod/${name}.tfstate`,
    encrypt: true,
  });
  for (const [name, { json }] of Object.entries(stacks)) {
    t.deepEqual(json.terraform.backend, { s3: { ...place(name), use_lockfile: true } });
    // Lock files are of 1.10; a stack that draws a secret needs more.
    t.is(json.terraform.required_version, json.ephemeral ? '>= 1.11.0' : '>= 1.10.0', name);
    for (const [input, state] of Object.entries<Json>(json.data?.terraform_remote_state ?? {})) {
      const other = input.replace('cross-stack-reference-input-', '');
      t.is(state.backend, 's3');
      t.deepEqual(state.config, place(other), `${name} reads ${other}`);
    }
  }
  const read = Object.values(stacks).flatMap((stack) => stack.data('terraform_remote_state'));
  t.true(read.length >= 5);
});

test('the backend changes where state is, and nothing that is deployed', (t) => {
  const resources = (env: Record<string, string>) =>
    Object.entries(stacksOf(env)).map(([name, { json }]) => [name, json.resource]);
  t.deepEqual(resources({ CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: 'acme-state' }), resources({}));
});

test('the provider version is one setting, and the same resources go with each', (t) => {
  const resources = (env: Record<string, string>) =>
    Object.entries(stacksOf({ CUTOVER_SYSTEM: 'all', ...env })).map(([name, { json }]) => [name, json.resource]);
  const as5 = resources({ CUTOVER_AWS_PROVIDER_VERSION: '5.100.0' });
  t.deepEqual(as5, resources({ CUTOVER_AWS_PROVIDER_VERSION: '~> 6.0' }));
  t.deepEqual(as5, resources({}));
  const versions = (env: Record<string, string>): string[] =>
    Object.values(stacksOf(env)).map(({ json }) => json.terraform.required_providers.aws.version);
  t.deepEqual(new Set(versions({ CUTOVER_AWS_PROVIDER_VERSION: '5.100.0' })), new Set(['5.100.0']));
  t.is(new Set(versions({})).size, 1);
});

test('outputs tell where everything is', (t) => {
  const outputs = Object.values(stacksOf()).flatMap(({ json }) => Object.keys(json.output ?? {}));
  const expected = ['alb_dns_name', 'order_url', 'hq_url', 'cluster_name', 'orders_table_name', 'orders_topic_arn'];
  for (const name of expected) t.true(outputs.includes(name), name);
});
