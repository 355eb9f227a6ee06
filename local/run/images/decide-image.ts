/** Which local thing an image stands for: an override, else a workspace's build. Pure. */
import type { Problem } from '../../errors.ts';
import { literalLength, matchesGlob } from './glob.ts';
import { type ImageReference, namesOf, parseImage } from './reference.ts';
import { nearest } from './suggest.ts';
import type { ServiceWorkspace } from './workspaces.ts';

export type ImageDecision =
  | { readonly kind: 'override'; readonly pattern: string; readonly command: string }
  | { readonly kind: 'build'; readonly workspace: ServiceWorkspace; readonly tag: string; readonly entry: string }
  | { readonly kind: 'refused'; readonly problem: Problem };

export function decideImage(
  image: string,
  overrides: Readonly<Record<string, string>>,
  workspaces: readonly ServiceWorkspace[],
): ImageDecision {
  const reference = parseImage(image);
  const pattern = bestOverride(reference, Object.keys(overrides));
  if (pattern !== null) return { kind: 'override', pattern, command: overrides[pattern] ?? '' };
  const matching = bestWorkspaces(reference.name, workspaces);
  const [workspace, other] = matching;
  if (!workspace) return { kind: 'refused', problem: noRepository(reference, workspaces) };
  if (other) return { kind: 'refused', problem: twoWorkspaces(reference, matching) };
  const entry = workspace.builds.get(reference.tag);
  if (entry === undefined) return { kind: 'refused', problem: noTag(reference, workspace) };
  return { kind: 'build', workspace, tag: reference.tag, entry };
}

/** A pattern that names more of the image wins, an exact one before a glob, then the longer glob. */
function bestOverride(reference: ImageReference, patterns: readonly string[]): string | null {
  const names = namesOf(reference);
  const exact = names.find((name) => patterns.includes(name));
  if (exact !== undefined) return exact;
  const globs = patterns.filter((pattern) => pattern.includes('*') && names.some((name) => matchesGlob(pattern, name)));
  return globs.sort((a, b) => literalLength(b) - literalLength(a) || (a < b ? -1 : 1))[0] ?? null;
}

/** Those whose matching glob fixes the most characters: more than one is a clash. */
function bestWorkspaces(name: string, workspaces: readonly ServiceWorkspace[]): readonly ServiceWorkspace[] {
  const scored = workspaces.flatMap((workspace) => {
    const lengths = workspace.repositories.filter((glob) => matchesGlob(glob, name)).map(literalLength);
    return lengths.length > 0 ? [{ workspace, length: Math.max(...lengths) }] : [];
  });
  const most = Math.max(...scored.map((one) => one.length));
  return scored.filter((one) => one.length === most).map((one) => one.workspace);
}

const RULE = "an image runs as the build that a service workspace's package.json names for it (cutover.image)";
const overrideFix = ({ name }: ImageReference): string => `give it a command with --image ${name}=COMMAND`;

function noRepository(reference: ImageReference, workspaces: readonly ServiceWorkspace[]): Problem {
  const known = workspaces.map((w) => `${w.repositories.join(' ')} (${w.label}: ${[...w.builds.keys()].join(', ')})`);
  const globs = workspaces.flatMap((workspace) => workspace.repositories);
  // A glob is met where its fixed part is near the end of the name: `interstella-monolit` means `*-monolith`.
  const meant = nearest(reference.name, globs) ?? nearestGlob(reference.name, globs);
  return {
    code: 'IMAGE_NOT_FOUND',
    message: `no local build is for the repository ${reference.name}${meant ? `; did you mean ${meant}?` : ''}`,
    value: reference.image,
    rule: `${RULE}. There are: ${known.length > 0 ? known.join('; ') : 'none'}`,
    fix: overrideFix(reference),
  };
}

function nearestGlob(name: string, globs: readonly string[]): string | null {
  for (const glob of globs) {
    const fixed = glob.replaceAll('*', '');
    const same = glob.startsWith('*') ? name.slice(-fixed.length - 1) : name.slice(0, fixed.length + 1);
    if (fixed.length > 2 && nearest(same, [fixed]) !== null) return glob;
  }
  return null;
}

function noTag(reference: ImageReference, workspace: ServiceWorkspace): Problem {
  const tags = [...workspace.builds.keys()];
  const meant = nearest(reference.tag, tags);
  return {
    code: 'IMAGE_NOT_FOUND',
    message: `${workspace.label} has no build ${reference.tag}${meant ? `; did you mean ${meant}?` : ''}`,
    value: reference.image,
    rule: `${RULE}. Builds of ${workspace.label}: ${tags.join(', ') || 'none'}`,
    fix: `add ${reference.tag} to cutover.image.builds in ${workspace.label}/package.json, or ${overrideFix(reference)}`,
  };
}

function twoWorkspaces(reference: ImageReference, matching: readonly ServiceWorkspace[]): Problem {
  return {
    code: 'INVALID_CONFIG',
    message: `the repository ${reference.name} is claimed by ${matching.map((one) => one.label).join(' and ')}`,
    value: reference.image,
    rule: 'one workspace is for one repository; of several matching globs the longest wins',
    fix: 'make their cutover.image.repositories differ',
  };
}
