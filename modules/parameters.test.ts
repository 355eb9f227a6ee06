import test from 'ava';
import { GeneratedSecret } from './generated-secret.ts';
import { refuses, synth } from './testing/synth.ts';
import { TextParameter } from './text-parameter.ts';

test('a secret is drawn by AWS, kept encrypted, and left alone afterwards', (t) => {
  const out = synth((stack) => new GeneratedSecret(stack, 's', { name: '/interstella/key', description: 'd' }));
  const parameter = out.one('aws_ssm_parameter');
  t.is(parameter.type, 'SecureString');
  t.regex(parameter.value, /^\$\{data\.aws_secretsmanager_random_password\.\w+\.random_password\}$/);
  t.deepEqual(parameter.lifecycle, { ignore_changes: ['value'] });
});

test('a text parameter holds its value in the open', (t) => {
  const out = synth((stack) => new TextParameter(stack, 'p', { name: '/a/b', description: 'd', value: 'http://hq' }));
  t.like(out.one('aws_ssm_parameter'), { type: 'String', name: '/a/b', value: 'http://hq' });
});

test('names outside the rules and empty values are refused', (t) => {
  refuses(
    t,
    ['name', 'value'],
    (stack) => new TextParameter(stack, 'p', { name: 'no-slash', description: 'd', value: '' }),
  );
  refuses(
    t,
    ['name', 'length'],
    (stack) => new GeneratedSecret(stack, 's', { name: '/aws/x', description: 'd', length: 8 }),
  );
});
