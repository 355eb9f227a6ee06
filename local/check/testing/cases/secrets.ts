import type { Case } from '../case.ts';
import { add, container, setEnvironment, the } from '../system.ts';

/** Put together here, so that no scanner takes the test for a leak. */
const KEY_ID = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
const PEM = ['-----BEGIN', 'RSA PRIVATE KEY-----\nMIIE\n-----END'].join(' ');

const parameter = (more: object) => ({ name: '/shop/api-key', type: 'SecureString', ...more });

export const SECRETS: readonly Case[] = [
  {
    rule: 'secret-in-environment',
    falls: (s) => setEnvironment(s, 'api', { DB_PASSWORD: 'hunter2' }),
    at: 'environment.DB_PASSWORD',
    spares: (s) =>
      setEnvironment(s, 'api', {
        DB_PASSWORD_FILE: 'hunter2',
        API_KEY: '/shop/api-key',
        SESSION_TOKEN: 'arn:aws:ssm:us-east-1:000000000000:parameter/token',
        MAX_TOKEN: '4096',
        PARTITION_KEY: 'order-id',
      }),
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => setEnvironment(s, 'api', { PGPASSWORD: '123456' }),
    at: 'environment.PGPASSWORD',
    spares: (s) => setEnvironment(s, 'api', { ASK_PASSWORD: 'false' }),
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => setEnvironment(s, 'api', { apiKey: 'abcdef' }),
    at: 'environment.apiKey',
    spares: (s) => setEnvironment(s, 'api', { apiKeyHeader: 'x-api-key' }),
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => setEnvironment(s, 'api', { ID: KEY_ID }),
    at: 'environment.ID',
    spares: (s) => setEnvironment(s, 'api', { ID: 'AKIA' }),
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => setEnvironment(s, 'api', { CERTIFICATE: PEM }),
    at: 'environment.CERTIFICATE',
    spares: (s) => setEnvironment(s, 'api', { CERTIFICATE: '-----BEGIN CERTIFICATE-----\nMIIE' }),
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => setEnvironment(s, 'api', { COOKIE_KEY: 'abcdef' }),
    at: 'environment.COOKIE_KEY',
    severity: 'warning',
    spares: (s) => {
      container(s, 'api')['secrets'] = [{ name: 'COOKIE_KEY', valueFrom: '/shop/cookie-key' }];
    },
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => {
      container(s, 'api')['command'] = ['serve', '--db', 'postgres://user:secret@db/orders'];
    },
    at: 'container_definitions[api].command',
    spares: (s) => {
      container(s, 'api')['command'] = ['serve', '--db', 'postgres://db/orders'];
    },
  },
  {
    rule: 'secret-in-environment',
    falls: (s) => {
      const userData = `ECS_CLUSTER=main\nexport ID=${KEY_ID}\n`;
      the(s, 'aws_launch_template', 't')['user_data'] = Buffer.from(userData).toString('base64');
    },
    at: 'aws_autoscaling_group.g',
    spares: () => undefined,
  },
  {
    rule: 'secret-literal',
    falls: (s) => add(s, 'aws_ssm_parameter', 'key', parameter({ value: 'hunter2' })),
    at: 'aws_ssm_parameter.key.value',
    spares: (s) => {
      add(s, 'random_password', 'key', { length: 32 });
      add(s, 'aws_ssm_parameter', 'key', parameter({ value: '${random_password.key.result}' }));
    },
  },
  {
    rule: 'parameter-in-clear',
    falls: (s) => add(s, 'aws_ssm_parameter', 'key', parameter({ type: 'String', value: 'hunter2' })),
    at: 'aws_ssm_parameter.key.type',
    spares: (s) =>
      add(s, 'aws_ssm_parameter', 'key', parameter({ type: 'String', name: '/shop/endpoint', value: 'x' })),
  },
  {
    rule: 'secret-missing',
    falls: (s) => {
      container(s, 'api')['secrets'] = [
        { name: 'KEY', valueFrom: 'arn:aws:ssm:us-east-1:000000000000:parameter/gone' },
      ];
    },
    at: 'secrets.KEY',
    spares: (s) => {
      add(s, 'aws_ssm_parameter', 'key', parameter({ value: '${random_password.key.result}' }));
      add(s, 'random_password', 'key', { length: 20 });
      const secrets = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:elsewhere-AbCdEf';
      container(s, 'api')['secrets'] = [
        { name: 'KEY', valueFrom: '${aws_ssm_parameter.key.arn}' },
        { name: 'NAMED', valueFrom: '/shop/api-key:3' },
        { name: 'OTHER', valueFrom: secrets },
      ];
    },
  },
];
