/** `aws_s3_object`s of the stacks, for the instances that fetch them. Nothing is uploaded or served. */
import type { StoredObject } from '../../topology.ts';
import type { ResourceHandler } from '../contracts.ts';

export interface ObjectStore {
  readonly handler: ResourceHandler<StoredObject>;
  get(bucket: string, key: string): StoredObject | undefined;
  /** Objects of a bucket whose key begins with the prefix, by key. */
  list(bucket: string, prefix: string): readonly StoredObject[];
}

export function createObjectStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  // A bucket's name holds no slash (S3 bucketnamingrules).
  const keyOf = (bucket: string, key: string): string => `${bucket}/${key}`;
  return {
    handler: {
      put(next, previous) {
        if (previous) objects.delete(keyOf(previous.bucket, previous.key));
        objects.set(keyOf(next.bucket, next.key), next);
      },
      remove(previous) {
        const key = keyOf(previous.bucket, previous.key);
        // Another resource may have taken the place meanwhile.
        if (objects.get(key)?.address === previous.address) objects.delete(key);
      },
    },
    get: (bucket, key) => objects.get(keyOf(bucket, key)),
    list: (bucket, prefix) =>
      [...objects.values()]
        .filter((object) => object.bucket === bucket && object.key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}
