import { ApplicationArtifact } from '../modules/application-artifact.ts';
import { ArtifactBucket } from '../modules/artifact-bucket.ts';
import { Construct, type ITerraformDependable } from '../modules/cdktf.ts';
import { InstanceFleet } from '../modules/instance-fleet.ts';
import type { Network } from '../modules/network.ts';
import { PropCheck } from '../modules/prop-check.ts';
import { serviceBuilds } from '../modules/service-builds.ts';
import type { Environment } from './environments.ts';
import type { ForumEdgeStack } from './forum-edge-stack.ts';
import { FORUM_MONOLITH, FORUM_PORT, FORUM_SOURCES } from './forum-services.ts';
import { forumUserData } from './forum-user-data.ts';
import { listenerSettings } from './listener-settings.ts';

export interface ForumInstancesProps {
  readonly environment: Environment;
  readonly network: Network;
  readonly edge: ForumEdgeStack;
  /** 0 keeps the group and its application: the way back. */
  readonly instances: number;
  readonly tag: string;
  /** Of the instances and their volumes. */
  readonly launchedTags: Readonly<Record<string, string>>;
  /** What must be there before the number of instances changes. */
  readonly after: readonly ITerraformDependable[];
}

const LATEST = 'latest';

/** The monolith as it ran before there were containers: its bundle in a bucket, fetched and started by user data. */
export class ForumInstances extends Construct {
  constructor(scope: Construct, id: string, props: ForumInstancesProps) {
    super(scope, id);
    const { environment, network, edge, instances } = props;
    const name = `${environment.name}-forum`;
    const bucket = new ArtifactBucket(this, 'artifacts', {
      namePrefix: `${name}-`,
      forceDestroy: !environment.deletionProtection,
    });
    const tag = this.#tag(props);
    const application = FORUM_MONOLITH.repository;
    const artifact = new ApplicationArtifact(this, 'application', {
      bucket,
      application,
      tag,
      workspace: FORUM_SOURCES.monolith,
    });
    new InstanceFleet(this, 'instances', {
      name,
      userData: forumUserData({
        bucketName: bucket.name,
        application,
        tag,
        port: FORUM_PORT,
        settings: listenerSettings(environment),
      }),
      subnetIds: network.workloadSubnetIds,
      securityGroupIds: [edge.workloadSecurityGroupId],
      targetGroupArn: edge.instanceTargetGroupArn,
      instances,
      instanceType: environment.instances.type,
      statements: [{ actions: ['s3:GetObject'], resources: [`${bucket.arn}/${application}/*`] }],
      after: [artifact.object, ...props.after],
      tags: props.launchedTags,
    });
  }

  /** An image in the registry may be of no build here; then the instances, at zero, keep the latest. */
  #tag({ tag, instances }: ForumInstancesProps): string {
    const builds = serviceBuilds(FORUM_SOURCES.monolith);
    if (instances === 0) return builds.has(tag) ? tag : LATEST;
    new PropCheck(this, 'application')
      .that(builds.has(tag), {
        prop: 'tags.forum',
        value: tag,
        rule: `a build of the forum's monolith: ${[...builds.keys()].join(', ')}`,
        fix: 'name one of these in CUTOVER_TAGS, or add the build to cutover.image.builds of its package.json',
      })
      .done();
    return tag;
  }
}
