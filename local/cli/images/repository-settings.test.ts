import test from 'ava';
import { settingsIn } from './repository-settings.ts';

const settings = (body: object, policy?: unknown) =>
  settingsIn(
    {
      dir: '/x',
      stacks: [
        {
          name: 's',
          file: '/x/s.tf.json',
          dependencies: [],
          json: {
            resource: {
              aws_ecr_repository: { r: { name: 'n', ...body }, other: { name: 'o', registry: 1 } },
              ...(policy === undefined
                ? {}
                : { aws_ecr_lifecycle_policy: { p: { repository: '${aws_ecr_repository.r.name}', policy } } }),
            },
          },
        },
      ],
    },
    's/aws_ecr_repository.r',
    'n',
  );

test('what Terraform would make of the block: its own defaults, not the project’s', (t) => {
  t.deepEqual(settings({}), { tagMutability: 'MUTABLE', scanOnPush: false, lifecyclePolicy: null, kmsKey: null });
});

test('every setting, as an object or a list of one', (t) => {
  const body = {
    image_tag_mutability: 'IMMUTABLE',
    image_scanning_configuration: [{ scan_on_push: true }],
    encryption_configuration: { encryption_type: 'KMS' },
    force_delete: true,
    tags: { a: 'b' },
    lifecycle: { prevent_destroy: true },
  };
  t.deepEqual(settings(body, '{"rules":[]}'), {
    tagMutability: 'IMMUTABLE',
    scanOnPush: true,
    lifecyclePolicy: '{"rules":[]}',
    kmsKey: '',
  });
});

for (const [body, reason] of [
  [{ image_tag_mutability: '${var.m}' }, 'its image_tag_mutability is ${var.m}'],
  [{ image_scanning_configuration: { scan_on_push: '${var.s}' } }, 'its scan_on_push is an expression'],
  [
    { encryption_configuration: { encryption_type: 'KMS', kms_key: '${k.arn}' } },
    'its encryption_configuration is an expression',
  ],
  [{ image_tag_mutability_exclusion_filter: [] }, 'it sets image_tag_mutability_exclusion_filter'],
] as const)
  test(`not created: ${reason}`, (t) => t.is(settings(body), reason));

test('a policy that only Terraform can evaluate', (t) => {
  t.is(settings({}, '${jsonencode({})}'), 'its lifecycle policy is an expression');
});
