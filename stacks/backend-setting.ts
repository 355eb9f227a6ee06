/** Where Terraform keeps its state, as settings say it. Pure; problems go to the reader. */
import type { BackendSettings } from './environments.ts';
import type { SettingReader } from './setting-reader.ts';

const BACKEND_TYPES = ['local', 's3'] as const;

export const REGION = { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, rule: 'an AWS region such as us-east-1' };

/** S3 bucketnamingrules; dots are left out, since TLS to such a bucket fails by name. */
const BUCKET = {
  pattern: /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3|--x-s3)$/,
  rule: 'a bucket’s name: 3–63 lower-case letters, digits and hyphens, not at either end (S3 bucketnamingrules)',
};

/**
 * The environment's backend, or what the settings `backend`, `stateBucket` and `stateRegion` make of it.
 * @param at.fallback the environment's own
 * @param at.region where the bucket is, unless it is said
 */
export function backendOf(
  reader: SettingReader,
  at: { readonly fallback: BackendSettings; readonly region: string },
): BackendSettings {
  const type = reader.oneOf('backend', BACKEND_TYPES, at.fallback.type);
  const own = at.fallback.type === 's3' ? at.fallback : undefined;
  const named = reader.text('stateBucket', BUCKET);
  const region = reader.text('stateRegion', REGION);
  if (type === 'local') {
    for (const source of ['stateBucket', 'stateRegion'] as const) {
      if (reader.has(source) && !reader.isRefused('backend')) {
        reader.refuse(source, {
          what: `${source} beside local state`,
          rule: 'a bucket and its region are of the backend s3 (Terraform language/backend/s3)',
          fix: `set CUTOVER_BACKEND to s3, or leave ${source} out`,
        });
      }
    }
    return { type };
  }
  const bucket = named ?? own?.bucket;
  if (bucket === undefined && !reader.has('stateBucket')) {
    reader.refuse('stateBucket', {
      what: 'the backend is s3, and no bucket is named',
      rule: 'state in S3 needs a bucket that is there before the first deployment (Terraform language/backend/s3)',
      fix: 'set CUTOVER_STATE_BUCKET to its name',
    });
  }
  return { type, bucket: bucket ?? '', region: region ?? own?.region ?? at.region };
}
