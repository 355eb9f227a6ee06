import test from 'ava';
import { GeneratedSecret } from './generated-secret.ts';
import { refuses, synth } from './testing/synth.ts';
import { TextParameter } from './text-parameter.ts';

test('a secret is drawn by AWS for one command, kept encrypted, and written once', (t) => {
  const out = synth((stack) => new GeneratedSecret(stack, 's', { name: '/interstella/key', description: 'd' }));
  const parameter = out.one('aws_ssm_parameter');
  t.like(parameter, { type: 'SecureString', value: undefined, value_wo_version: 1 });
  const [, address = ''] = /^\$\{ephemeral\.(.+)\.random_password\}$/.exec(parameter.value_wo) ?? [];
  const [type = '', name = ''] = address.split('.');
  t.deepEqual(out.json.ephemeral, { [type]: { [name]: { password_length: 40, exclude_punctuation: true } } });
  t.is(out.json.terraform.required_version, '>= 1.11.0');
  t.deepEqual(out.data('aws_ssm_parameter'), [], 'the state does not hold it, unless somebody asks for it');
});

test('who needs the secret itself reads it from the parameter, once', (t) => {
  const out = synth((stack) => {
    const secret = new GeneratedSecret(stack, 's', { name: '/interstella/key', description: 'd', length: 64 });
    for (const name of ['/a', '/b'])
      new TextParameter(stack, name.slice(1), { name, description: 'd', value: secret.value });
  });
  const [read, ...more] = out.data('aws_ssm_parameter');
  t.like(read, { with_decryption: true });
  t.regex(read.name, /^\$\{aws_ssm_parameter\.s_parameter_\w+\.name\}$/);
  t.deepEqual(more, []);
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
