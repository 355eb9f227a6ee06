/** How a missing repository is created: as Terraform would from the same JSON, or not at all. Pure. */
import { isObject, type Json } from '../../read/json.ts';
import type { RawStacks } from '../../read/raw.ts';
import { withoutKeys } from '../../resolve/world/addresses.ts';
import { collectBlocks, META_ARGUMENTS } from '../../resolve/world/blocks.ts';

export interface RepositorySettings {
  readonly tagMutability: 'MUTABLE' | 'IMMUTABLE';
  readonly scanOnPush: boolean;
  /** JSON text; null for none. */
  readonly lifecyclePolicy: string | null;
  readonly kmsKey: string | null;
}

const UNTAGGED_DAYS = 14;

/** Of a repository that no stack declares: what the stacks' own repositories have. */
export const DEFAULT_SETTINGS: RepositorySettings = {
  tagMutability: 'MUTABLE',
  scanOnPush: true,
  kmsKey: null,
  lifecyclePolicy: JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'untagged images',
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: UNTAGGED_DAYS,
        },
        action: { type: 'expire' },
      },
    ],
  }),
};

/** Attributes that say nothing about the repository's creation, or that are read here. */
const READ = new Set(['name', 'image_tag_mutability', 'image_scanning_configuration', 'encryption_configuration']);
const NO_MATTER = new Set(['force_delete', 'tags', 'tags_all', 'timeouts', 'region']);

/** @returns the settings, or why they cannot be known without Terraform */
export function settingsIn(raw: RawStacks, address: string, name: string): RepositorySettings | string {
  const blocks = collectBlocks(raw, []).filter(({ mode }) => mode === 'resource');
  const plain = withoutKeys(address);
  const block = blocks.find((one) => one.type === 'aws_ecr_repository' && one.address === plain);
  if (!block) return 'its block is not in the JSON';
  const unknown = Object.keys(block.body).filter(
    (key) => !READ.has(key) && !NO_MATTER.has(key) && !META_ARGUMENTS.has(key),
  );
  if (unknown.length > 0) return `it sets ${unknown.join(', ')}`;
  const policy = blocks.find(
    ({ type, home, body }) =>
      type === 'aws_ecr_lifecycle_policy' && home === block.home && belongs(body['repository'], block.name, name),
  )?.body['policy'];
  const scanning = only(block.body['image_scanning_configuration'])?.['scan_on_push'] ?? false;
  const mutability = block.body['image_tag_mutability'] ?? 'MUTABLE';
  const encryption = only(block.body['encryption_configuration']) ?? {};
  if (mutability !== 'MUTABLE' && mutability !== 'IMMUTABLE') return `its image_tag_mutability is ${mutability}`;
  if (typeof scanning !== 'boolean') return 'its scan_on_push is an expression';
  if (policy !== undefined && !isPlain(policy)) return 'its lifecycle policy is an expression';
  const kmsKey = keyOf(encryption);
  if (kmsKey === undefined) return 'its encryption_configuration is an expression';
  return { tagMutability: mutability, scanOnPush: scanning, lifecyclePolicy: policy ?? null, kmsKey };
}

function belongs(reference: unknown, blockName: string, name: string): boolean {
  return (
    reference === name || (typeof reference === 'string' && reference.includes(`aws_ecr_repository.${blockName}.`))
  );
}

const isPlain = (value: unknown): value is string => typeof value === 'string' && !value.includes('${');

/** The only block of its kind, written as an object or a list of one. */
function only(value: unknown): Json | null {
  const block = Array.isArray(value) ? value[0] : value;
  return isObject(block) ? block : null;
}

/** `''` is AWS's own key, null no KMS, undefined not known. */
function keyOf({ encryption_type: type = 'AES256', kms_key: key = '' }: Json): string | null | undefined {
  if (type === 'AES256') return null;
  return type === 'KMS' && isPlain(key) ? key : undefined;
}
