/** Names and ids that AWS would give, the same for the same configuration: derived from addresses, never from a clock. */
import { createHash } from 'node:crypto';
import type { Json } from '../read/json.ts';
import type { Block } from './world/blocks.ts';

export interface Names {
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  /** Generated secret text for an address. */
  random(address: string): string;
  revisionOf(family: string, digest: string): number;
}

export type Attribute = (name: string) => unknown;
/** Attributes that AWS decides. Reads configured attributes only. */
export type Computed = (names: Names, block: Block, attribute: Attribute) => Json;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Stable hex digits for a seed, at most 64. */
export const hex = (seed: string, length: number): string => sha256(seed).slice(0, length);

/** An id and nothing else. */
export const plain: Computed = (_names, block) => ({ id: hex(block.address, 16) });

const MAX_DRAWN = 4096;

/** A text drawn once for an address. @param length characters, 1 to 4096; 32 where it is no number */
export function drawnText(names: Names, address: string, length: unknown): string {
  const wanted = Number(length ?? 32);
  return stretched(names.random(address), Number.isInteger(wanted) ? Math.min(MAX_DRAWN, Math.max(1, wanted)) : 32);
}

/** As many characters of a text as are wanted; hex digits follow one that is too short. */
export function stretched(text: string, length: number): string {
  let out = text;
  while (out.length < length) out += hex(out, 64);
  return out.slice(0, length);
}

export const uuid = (seed: string): string => hex(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** `<prefix>-` and 17 hex digits, as EC2 makes ids. */
export const ec2Id = (prefix: string, seed: string): string => `${prefix}-${hex(seed, 17)}`;

export const arnOf = (names: Names, service: string, rest: string): string =>
  `arn:${names.partition}:${service}:${names.region}:${names.accountId}:${rest}`;

export const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

export const textOf = (value: unknown, fallback = ''): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : fallback;

/** `name`, or one made from `name_prefix` or nothing, as the provider makes one. */
export function nameOf(block: Block, attribute: Attribute, attributeName = 'name'): string {
  const name = textOf(attribute(attributeName));
  if (name) return name;
  return `${textOf(attribute(`${attributeName}_prefix`), 'terraform-')}${hex(block.address, 12)}`;
}
