/** Objects of S3 whose content is of these stacks: what functions are packaged in and instances fetch. */
import { OBJECT } from '../../read/schemas/aws-s3-object.ts';
import type { StoredObject } from '../../topology.ts';
import { digestOf } from '../files.ts';
import { acting, type BuildContext } from '../kind.ts';
import { hex, textOf } from '../names.ts';

/** Enough for any package; a larger one is a mistake here. */
const MAX_BYTES = 512 * 2 ** 20;

const object = acting(
  OBJECT,
  'objects',
  (names, block, attribute) => {
    const [bucket, key] = [textOf(attribute('bucket')), textOf(attribute('key'))];
    const content = textOf(attribute('content'), textOf(attribute('content_base64'), textOf(attribute('source'))));
    return {
      id: key,
      key,
      arn: `arn:${names.partition}:s3:::${bucket}/${key}`,
      etag: hex(`${block.address} ${content}`, 32),
      version_id: hex(`${block.address} ${content}`, 32),
    };
  },
  buildObject,
  ['sourceFile'],
);

function buildObject({ base, values: v, report, file }: BuildContext<typeof OBJECT.fields>): StoredObject {
  const given = (['source', 'content', 'content_base64'] as const).filter((name) => v[name] !== null);
  if (given.length > 1)
    report.bad(given[1] ?? '', given, 'more than one content is given', 'one of source, content and content_base64');
  const common = { ...base, bucket: v.bucket, key: v.key.replace(/^\/+/, '') };
  if (v.source !== null) {
    const found = file('source', v.source, MAX_BYTES);
    return { ...common, sourceFile: found?.file ?? '', content: null, contentDigest: found?.digest ?? '' };
  }
  const bytes =
    v.content_base64 === null ? Buffer.from(v.content ?? '', 'utf8') : Buffer.from(v.content_base64, 'base64');
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  return {
    ...common,
    sourceFile: null,
    content: isText ? text : null,
    contentBase64: isText ? null : bytes.toString('base64'),
    contentDigest: digestOf(bytes),
  };
}

export const OBJECT_KINDS = [object];
