import { S3Object } from '@cdktf/provider-aws/lib/s3-object/index.js';
import type { ArtifactBucket } from './artifact-bucket.ts';
import { AssetType, Construct, TerraformAsset } from './cdktf.ts';
import { nodeBundle, staged } from './node-bundle.ts';
import { PropCheck } from './prop-check.ts';
import { serviceBuilds } from './service-builds.ts';

export interface ApplicationArtifactProps {
  readonly bucket: ArtifactBucket;
  /** First part of the key. */
  readonly application: string;
  /** One of the workspace's builds. */
  readonly tag: string;
  /** Absolute path of the service's workspace. */
  readonly workspace: string;
}

/** An application's bundle as `<application>/<tag>.cjs` in the bucket, for instances that run it without containers. */
export class ApplicationArtifact extends Construct {
  /** The object as a dependency: instances that start earlier find nothing to fetch. */
  readonly object: S3Object;
  readonly key: string;

  constructor(scope: Construct, id: string, props: ApplicationArtifactProps) {
    super(scope, id);
    const builds = serviceBuilds(props.workspace);
    const entry = builds.get(props.tag);
    new PropCheck(scope, id)
      .that(entry !== undefined, {
        prop: 'tag',
        value: props.tag,
        rule: `a build of the application: ${[...builds.keys()].join(', ')}`,
        fix: 'take one of these, or add the build to cutover.image.builds of the package.json of the service',
      })
      .done();
    const bundle = nodeBundle(entry!);
    const file = staged(`${props.tag}.cjs`, bundle.bytes);
    const asset = new TerraformAsset(this, 'bundle', { path: file.path, type: AssetType.FILE });
    this.key = `${props.application}/${props.tag}.cjs`;
    this.object = new S3Object(this, 'object', {
      bucket: props.bucket.name,
      key: this.key,
      source: asset.path,
      sourceHash: file.digest.toString('hex'),
      contentType: 'text/javascript',
    });
  }
}
