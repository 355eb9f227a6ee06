/** aws_s3_object (S3 PutObject): what functions and instances are made from. */
import { COMMON, inert, schema, text } from '../schema.ts';

const READERS = 'objects are read by functions and instances of these stacks only';
const BYTES = 'the bytes are compared themselves';
const ENCRYPTION = 'nothing is encrypted at rest here';
const LOCKS = 'objects here go with their resource';

export const OBJECT = schema(['aws_s3_object', 'aws_s3_bucket_object'], {
  bucket: text({ required: true }),
  key: text({ required: true, pattern: /^[\s\S]{1,1024}$/, rule: '1 to 1024 characters (S3 object-keys)' }),
  source: text(),
  content: text(),
  content_base64: text({ pattern: /^[A-Za-z0-9+/\s]*={0,2}\s*$/, rule: 'base64' }),
  etag: inert(BYTES),
  source_hash: inert(BYTES),
  checksum_algorithm: inert(BYTES),
  acl: inert(READERS),
  cache_control: inert(READERS),
  content_disposition: inert(READERS),
  content_encoding: inert(READERS),
  content_language: inert(READERS),
  content_type: inert(READERS),
  metadata: inert(READERS),
  website_redirect: inert(READERS),
  storage_class: inert('there is one storage class'),
  server_side_encryption: inert(ENCRYPTION),
  kms_key_id: inert(ENCRYPTION),
  bucket_key_enabled: inert(ENCRYPTION),
  force_destroy: inert(LOCKS),
  object_lock_legal_hold_status: inert(LOCKS),
  object_lock_mode: inert(LOCKS),
  object_lock_retain_until_date: inert(LOCKS),
  override_provider: inert('tags are kept and shown; nothing here acts on them'),
  tags: COMMON.tags,
  tags_all: COMMON.tags_all,
  region: COMMON.region,
});
