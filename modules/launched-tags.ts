/**
 * Tags of what an Auto Scaling group launches. The provider's default tags stop at the group and its template: instances
 * get theirs from the group's own blocks, volumes from the template (Auto Scaling ec2-auto-scaling-tagging).
 */

export type Tags = Readonly<Record<string, string>>;

/** Blocks `tag` of a group. */
export function groupTags(tags: Tags): { key: string; value: string; propagateAtLaunch: boolean }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: true }));
}

/** `tag_specifications` of a template; none where there is no tag, since AWS takes no empty ones. */
export function volumeTags(tags: Tags): { resourceType: string; tags: Record<string, string> }[] {
  return Object.keys(tags).length === 0 ? [] : [{ resourceType: 'volume', tags: { ...tags } }];
}
