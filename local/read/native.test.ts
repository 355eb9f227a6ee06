/**
 * Native syntax and modules from files. `compared/` is a stack that the real Terraform 1.11.4 was applied to (its resources are
 * `terraform_data` alone); `expected.json` is what `terraform output -json` then said, value by value.
 * The one file of the fast suite that loads the parser of HCL.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CutoverError, type Problem } from '../errors.ts';
import { examine, resolve } from '../resolve/index.ts';
import { readStacks } from './index.ts';

type Files = Readonly<Record<string, string>>;

/** A folder named `stack` with these files. */
function folderOf(t: ExecutionContext, files: Files): string {
  const top = mkdtempSync(join(tmpdir(), 'cutover-native-'));
  t.teardown(() => rmSync(top, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = join(top, 'stack', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return join(top, 'stack');
}

/** Everything that is wrong: with the files, or with what they say. */
async function problemsOf(dir: string): Promise<readonly Problem[]> {
  try {
    return examine(await readStacks(dir)).problems;
  } catch (error) {
    if (error instanceof CutoverError) return error.problems;
    throw error;
  }
}

async function outputsOf(dir: string, variables = {}): Promise<Record<string, unknown>> {
  const { outputs } = resolve(await readStacks(dir), { variables });
  return Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
}

/** Each by its code and the end of its address; one that is expected and not there, or there and not expected, fails. */
async function refuses(t: ExecutionContext, files: Files, ...expected: readonly string[]): Promise<void> {
  const found = await problemsOf(folderOf(t, files));
  for (const { address, message, fix } of found) t.truthy(address && fix, message);
  const told = found.map(({ code, address }) => `${code} ${address?.replace(/^.*\/stack(?=\/)/, 'stack')}`);
  t.deepEqual([...told].sort(), [...expected].sort());
}

test('modules, variables and templates have the values that Terraform gives them', async (t) => {
  const dir = join(import.meta.dirname, 'compared');
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Record<string, unknown>;
  const found = await outputsOf(dir, { from_env: '{a=1,b=2}', overridden: 'env' });
  t.true(Object.keys(expected).length > 70);
  for (const name of Object.keys(expected)) t.deepEqual(found[name], expected[name], name);
});

test('addresses are Terraform’s, in what is made and in what waits for what', async (t) => {
  const dir = folderOf(t, {
    'main.tf': `
      resource "terraform_data" "first" {}
      module "web" {
        source     = "./web"
        for_each   = toset(["a", "b/c"])
        name       = terraform_data.first.id
      }
      module "after" {
        source     = "./web/inner"
        count      = 1
        x          = "x"
        depends_on = [module.web["a"]]
      }`,
    'web/main.tf': `
      variable "name" {}
      module "inner" {
        source = "./inner"
        x      = var.name
      }`,
    'web/inner/main.tf.json': JSON.stringify({
      variable: { x: {} },
      resource: { terraform_data: { t: { count: 1, input: '${var.x}' } } },
    }),
  });
  const { topology, blocks, problems } = examine(await readStacks(dir));
  t.deepEqual(problems, []);
  const inner = (module: string): string => `stack/module.${module}.terraform_data.t[0]`;
  const [a, b, after] = [inner('web["a"].module.inner'), inner('web["b/c"].module.inner'), inner('after[0]')];
  t.deepEqual(Object.fromEntries(blocks.map(({ block, dependsOn }) => [block.address, dependsOn])), {
    'stack/terraform_data.first': [],
    [a]: ['stack/terraform_data.first'],
    [b]: ['stack/terraform_data.first'],
    [after]: [a],
  });
  t.true(topology.order.indexOf(after) > topology.order.indexOf(a));
});

test('modules that cannot be read or called so are told by name, all at once', (t) =>
  refuses(
    t,
    {
      'main.tf': `
        module "args" {
          source = "./m"
          n      = "many"
          nmae   = 1
        }
        module "missing" { source = "./m" }
        module "refused" {
          source = "./m"
          n      = 500
        }
        module "nowhere" { source = "./nowhere" }
        module "escape" { source = "../../../../../../../../etc" }
        module "absolute" { source = "/etc" }
        module "itself" { source = "./itself" }
        module "broken" { source = "./broken" }
        module "brought" { source = "terraform-aws-modules/vpc/aws" }
        module "variable" { source = "./\${var.x}" }
        module "none" {}
        module "passed" {
          source    = "./empty"
          providers = { aws = aws.west }
        }
        module "circle" {
          source = "./m"
          n      = module.circle.n
        }
        output "a" { value = module.args.x }
        output "b" { value = module.brought.vpc_id }
        output "c" { value = module.elsewhere.x }
        resource "terraform_data" "t" { depends_on = [module.elsewhere] }`,
      'm/main.tf': `
        variable "n" {
          type = number
          validation {
            condition     = var.n < 10
            error_message = "\${var.n} is too many"
          }
        }
        output "n" { value = var.n }`,
      'itself/main.tf': 'module "again" { source = "../itself" }',
      'broken/main.tf': 'locals {\n  a = \n}',
      'broken/b.tf.json': '{',
      'empty/main.tf': '',
    },
    'UNSUPPORTED_ATTRIBUTE stack/module.args.nmae',
    'INVALID_CONFIG stack/module.args.var.n',
    'MISSING_VARIABLE stack/module.missing.var.n',
    'INVALID_CONFIG stack/module.refused.var.n',
    'STACK_UNREADABLE stack/module.nowhere',
    'STACK_UNREADABLE stack/module.escape',
    'STACK_UNREADABLE stack/module.absolute',
    'REFERENCE_CYCLE stack/module.itself.module.again',
    'STACK_INVALID_JSON stack/broken/main.tf:2',
    'STACK_INVALID_JSON stack/broken/b.tf.json',
    'STACK_UNREADABLE stack/module.brought',
    'INVALID_ATTRIBUTE stack/module.variable.source',
    'MISSING_ATTRIBUTE stack/module.none.source',
    'DANGLING_REFERENCE stack/module.passed.providers',
    'REFERENCE_CYCLE stack/module.circle.var.n',
    'DANGLING_REFERENCE stack/output.a',
    'DANGLING_REFERENCE stack/output.c',
    'DANGLING_REFERENCE stack/terraform_data.t.depends_on',
  ));

test('what Terraform has brought is read where its list says, and nowhere else', async (t) => {
  const list = (dir: string, source = 'registry.terraform.io/own/topic/aws'): string =>
    JSON.stringify({
      Modules: [
        { Key: '', Source: '', Dir: '.' },
        { Key: 'topic', Source: source, Version: '1.0.0', Dir: dir },
        { Key: 'topic.names', Source: 'git::https://example.com/names.git', Dir: '.terraform/modules/topic.names' },
      ],
    });
  const json = JSON.stringify;
  const files = {
    'main.tf.json': json({
      module: { topic: { source: 'own/topic/aws', version: '~> 1.0' } },
      output: { o: { value: '${module.topic.o}' } },
    }),
    '.terraform/modules/topic/main.tf.json': json({
      module: { names: { source: 'git::https://example.com/names.git' } },
      output: { o: { value: '${module.names.n} ${path.module}' } },
    }),
    '.terraform/modules/topic.names/main.tf.json': json({ output: { n: { value: 'orders' } } }),
  };
  const place = '.terraform/modules/modules.json';
  const brought = folderOf(t, { ...files, [place]: list('.terraform/modules/topic') });
  t.deepEqual(await outputsOf(brought), { o: 'orders .terraform/modules/topic' });
  for (const other of [
    list('../other'),
    list('.terraform/modules/topic', 'registry.terraform.io/other/topic/aws'),
    '{}',
  ])
    await refuses(t, { ...files, [place]: other }, 'STACK_UNREADABLE stack/module.topic');
});

test('files of values: declared constants, else told', async (t) => {
  const dir = folderOf(t, {
    'main.tf.json': '{"variable":{"a":{"type":"number"}},"output":{"a":{"value":"${var.a}"}}}',
    'terraform.tfvars': 'a = 1 + 1\nb = 2',
  });
  const { outputs, notes } = resolve(await readStacks(dir));
  t.is(outputs[0]?.value, 2);
  t.regex(notes.find(({ subject }) => subject === 'stack/var.b')?.reason ?? '', /terraform\.tfvars/);
  const main = { 'main.tf.json': '{"variable":{"a":{"type":"number"}}}' };
  await refuses(t, { ...main, 'x.auto.tfvars': 'a = var.b' }, 'INVALID_EXPRESSION stack/var.a');
  await refuses(t, { ...main, 'x.auto.tfvars.json': '{"a": "${1}"}' }, 'INVALID_CONFIG stack/var.a');
  await refuses(t, { ...main, 'terraform.tfvars': 'locals {\n}' }, 'STACK_INVALID_JSON stack/terraform.tfvars');
});

test('a whole resource or module that holds what cannot be evaluated is told, wherever it is handed on', (t) =>
  refuses(
    t,
    {
      'main.tf.json': JSON.stringify({
        module: { m: { source: './m' } },
        resource: { aws_ssm_parameter: { p: { name: '/p', type: 'String', value: '${jsonencode(module.m)}' } } },
        output: { all: { value: '${module.m}' } },
      }),
      'm/main.tf.json': JSON.stringify({
        resource: { aws_sns_topic: { t: { name: '${upper(1, 2)}' } } },
        output: { topics: { value: ['${aws_sns_topic.t}'] } },
      }),
    },
    'INVALID_EXPRESSION stack/module.m.aws_sns_topic.t.name',
  ));

test('blocks of two files, and overrides of nothing', (t) =>
  refuses(
    t,
    { 'a.tf': 'variable "v" { default = 1 }', 'b.tf.json': '{"variable":{"v":{"default":2}}}', 'c.tf': 'locals {' },
    'STACK_INVALID_JSON stack/c.tf:1',
  ).then(() =>
    refuses(
      t,
      {
        'a.tf': 'locals {\n  a = 1\n}',
        'override.tf': 'locals {\n  b = 1\n}\nresource "terraform_data" "t" {}\nvariable "v" {}',
      },
      ...Array.from({ length: 3 }, () => 'DANGLING_REFERENCE stack/override.tf'),
    ),
  ));

test('hostile files end in problems, and harm no other file', async (t) => {
  const deep = 4000;
  await refuses(
    t,
    {
      'deep.tf': `locals {\n  a = ${'['.repeat(deep)}${']'.repeat(deep)}\n}`,
      'long.tf': '# x\n'.repeat(600_000),
      'open.tf': 'output "o" {\n  value = upper(<<E\nx\n)\n}',
      'proto.tf': 'locals {\n  __proto__ = 1\n}',
      'folder.tf/main.tf': '',
      'fine.tf': 'output "x" { value = 1 }',
    },
    'STACK_INVALID_JSON stack/deep.tf',
    'STACK_UNREADABLE stack/long.tf',
    'STACK_INVALID_JSON stack/open.tf:5',
    'STACK_INVALID_JSON stack/proto.tf',
    'STACK_UNREADABLE stack/folder.tf',
  );
  const twice = (i: number): string => `module "x" { source = "../m${i}" }\nmodule "y" { source = "../m${i}" }`;
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`m${i}/main.tf`, twice(i + 1)]));
  await refuses(
    t,
    { 'main.tf': twice(0).replaceAll('..', '.'), ...many, 'm12/main.tf': '' },
    'INVALID_ATTRIBUTE stack',
  );
  const around = folderOf(t, { 'main.tf': 'module "m" { source = "./m" }' });
  symlinkSync('.', join(around, 'm'));
  t.deepEqual(
    (await problemsOf(around)).map(({ code }) => code),
    ['REFERENCE_CYCLE'],
  );
});
