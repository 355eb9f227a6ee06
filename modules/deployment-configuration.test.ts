import test from 'ava';
import {
  type CustomConfiguration,
  checkConfiguration,
  type DeploymentConfiguration,
  PREDEFINED_CONFIGURATIONS,
} from './deployment-configuration.ts';
import { PropCheck } from './prop-check.ts';
import { refuses, synth } from './testing/synth.ts';
import { useConfiguration } from './used-configuration.ts';

const CUSTOM: CustomConfiguration = { name: 'mine', type: 'canary', percentage: 25, intervalMinutes: 4 };

const used = (configuration: DeploymentConfiguration) => {
  let name = '';
  const out = synth((stack) => {
    const check = new PropCheck(stack, 'c');
    checkConfiguration(check, configuration);
    check.done();
    ({ name } = useConfiguration(stack, 'c', configuration));
  });
  return { out, name };
};
const refused = (configuration: unknown, props: string[]) => ({
  configuration: configuration as CustomConfiguration,
  props,
});

for (const name of PREDEFINED_CONFIGURATIONS) {
  test(`predefined: ${name}`, (t) => {
    const made = used(name);
    t.is(made.name, `CodeDeployDefault.${name}`);
    t.deepEqual(made.out.all('aws_codedeploy_deployment_config'), []);
  });
}

test('a custom canary', (t) => {
  t.like(used(CUSTOM).out.one('aws_codedeploy_deployment_config'), {
    deployment_config_name: 'mine',
    compute_platform: 'ECS',
    traffic_routing_config: { type: 'TimeBasedCanary', time_based_canary: { percentage: 25, interval: 4 } },
    lifecycle: { create_before_destroy: true },
  });
});

test('a custom linear one', (t) => {
  const { out } = used({ ...CUSTOM, type: 'linear' });
  t.deepEqual(out.one('aws_codedeploy_deployment_config').traffic_routing_config, {
    type: 'TimeBasedLinear',
    time_based_linear: { percentage: 25, interval: 4 },
  });
});

test('one that exists already is named, not made', (t) => {
  const { out, name } = used({ existing: 'theirs' });
  t.is(name, 'theirs');
  t.deepEqual(out.all('aws_codedeploy_deployment_config'), []);
});

test('the longest shifts that CodeDeploy takes', (t) => {
  t.notThrows(() => used({ ...CUSTOM, percentage: 1, intervalMinutes: 2880 }));
  t.notThrows(() => used({ ...CUSTOM, type: 'linear', percentage: 25, intervalMinutes: 960 }));
});

for (const [what, { configuration, props }] of Object.entries({
  'an unknown name': refused('ECSCanary20Percent5Minutes', ['configuration']),
  'all or nothing as a step': refused({ ...CUSTOM, percentage: 0 }, ['configuration.percentage']),
  'a fraction of a percent': refused({ ...CUSTOM, percentage: 2.5 }, ['configuration.percentage']),
  'no interval': refused({ ...CUSTOM, intervalMinutes: 0 }, ['configuration.intervalMinutes']),
  'more than two days in all': refused({ ...CUSTOM, type: 'linear', intervalMinutes: 961 }, [
    'configuration.percentage, configuration.intervalMinutes',
  ]),
  "CodeDeploy's own prefix": refused({ ...CUSTOM, name: 'CodeDeployDefault.Mine' }, ['configuration.name']),
  'another type': refused({ ...CUSTOM, type: 'random' }, ['configuration.type']),
  'several at once': refused({ name: '', type: 'canary', percentage: 100, intervalMinutes: 3000 }, [
    'configuration.name',
    'configuration.percentage',
    'configuration.intervalMinutes',
  ]),
})) {
  test(`refused: ${what}`, (t) => {
    refuses(t, props, (stack) => {
      const check = new PropCheck(stack, 'c');
      checkConfiguration(check, configuration);
      check.done();
    });
  });
}
