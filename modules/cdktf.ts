/**
 * The one door to cdktf. HashiCorp archived cdktf on 2025-12-10; its fork `cdktn` keeps the same classes, so moving is a
 * change of the two module names below. Resource classes come from `@cdktf/provider-aws/lib/<resource>/index.js`, never
 * from the package's root: that barrel takes seconds and hundreds of megabytes to load.
 */
export {
  App,
  Aspects,
  AssetType,
  DataResource,
  DataTerraformRemoteState,
  Fn,
  type IAspect,
  type ITerraformDependable,
  LocalBackend,
  S3Backend,
  TerraformAsset,
  TerraformOutput,
  TerraformStack,
  Testing,
  Token,
} from 'cdktf';
export { Construct, type IConstruct } from 'constructs';
