import test from 'ava';
import type { TerraformStack } from './cdktf.ts';
import { GeneratedSecret } from './generated-secret.ts';
import { compareVersions, requireTerraform, type Version } from './terraform-version.ts';
import { synth } from './testing/synth.ts';

const requiredOf = (build: (stack: TerraformStack) => void): string | undefined =>
  synth(build).json.terraform?.required_version;

test('whoever needs the newest Terraform decides, in whichever order they ask', (t) => {
  const orders: Version[][] = [
    [
      [1, 4],
      [1, 11],
      [1, 10],
    ],
    [
      [1, 11, 0],
      [1, 9, 9],
    ],
  ];
  for (const asked of orders)
    t.is(
      requiredOf((stack) => {
        for (const version of asked) requireTerraform(stack, version);
      }),
      '>= 1.11.0',
    );
});

test('each stack for itself, for what is deep inside it too', (t) => {
  t.is(
    requiredOf(() => undefined),
    undefined,
  );
  const secret = (stack: TerraformStack) => new GeneratedSecret(stack, 's', { name: '/a/key', description: 'd' });
  t.is(
    requiredOf((stack) => {
      secret(stack);
      requireTerraform(stack, [1, 10]);
    }),
    '>= 1.11.0',
  );
  t.is(
    requiredOf((stack) => {
      requireTerraform(stack, [2, 0, 1]);
      secret(stack);
    }),
    '>= 2.0.1',
  );
});

test('versions compare as numbers', (t) => {
  t.true(compareVersions([1, 9], [1, 10]) < 0);
  t.true(compareVersions([5, 100], [5, 88, 1]) > 0);
  t.is(compareVersions([5], [5, 0, 0]), 0);
});
