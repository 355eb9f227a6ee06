/** Joins types and data sources to the world: what each block's attributes are, and who is known at all. */
import type { Problem } from '../errors.ts';
import { type Json, own } from '../read/json.ts';
import type { Fields } from '../read/schema.ts';
import { type DataContext, type Findable, sourceOf, sourceTypes } from './data/index.ts';
import { isProvisioned } from './kinds/command-waits.ts';
import { kindOf, RESOURCE_TYPES } from './kinds/index.ts';
import { arnOf, hex, type Names } from './names.ts';
import { nearest } from './nearest.ts';
import { notRun } from './not-run.ts';
import { inStack, withoutKeys } from './world/addresses.ts';
import type { Block } from './world/blocks.ts';
import type { TypeKnowledge, World } from './world/world.ts';

export interface KnowledgeOptions {
  readonly allow: ReadonlySet<string>;
  /** The region is known only once the providers are evaluated: hence functions. */
  readonly names: () => Names;
  readonly world: () => World;
}

const SECRETS: Readonly<Record<string, readonly string[]>> = {
  random_password: ['result', 'bcrypt_hash'],
  random_bytes: ['base64', 'hex'],
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary'],
  aws_api_gateway_api_key: ['value'],
};

export function knowledgeOf(block: Block, options: KnowledgeOptions): TypeKnowledge | null {
  if (block.mode !== 'resource') return ofSource(block, options);
  const kind = kindOf(block.type);
  if (kind)
    return {
      computed: (b, attribute) => kind.computed(options.names(), b, attribute),
      defaultOf: (name) => (Object.hasOwn(kind.schema.fields, name) ? fallbackOf(kind.schema.fields, name) : undefined),
      isSecret: (b, name) => own(SECRETS, b.type)?.includes(name) === true || isSecretParameter(b, name),
    };
  return isAllowed(block, options.allow) ? allowed(options) : null;
}

/** Whether anything here acts on the block. */
export const hasEffect = (block: Block): boolean => {
  const kind = block.mode === 'resource' ? kindOf(block.type) : undefined;
  return kind !== undefined && kind.noEffect === null;
};

const fallbackOf = (fields: Fields, name: string): unknown => fields[name]?.fallback ?? null;

/** Terraform hides the value of every parameter; only SecureString is a secret. */
const isSecretParameter = (block: Block, name: string): boolean =>
  block.type === 'aws_ssm_parameter' && ['value', 'value_wo'].includes(name) && block.body['type'] === 'SecureString';

/** Attributes of databases, caches, queues … under which others find them. */
const HOST_NAMES = [
  'address',
  'configuration_endpoint',
  'configuration_endpoint_address',
  'dns_name',
  'domain_name',
  'endpoint',
  'fqdn',
  'host',
  'primary_endpoint_address',
  'reader_endpoint',
  'reader_endpoint_address',
  'url',
];

/** A name that resolves nowhere (RFC 2606), so that nothing leaves this machine. */
const hosts = (block: Block, names: Names): Json =>
  Object.fromEntries(HOST_NAMES.map((name) => [name, `${hex(block.address, 12)}.${names.region}.invalid`]));

/** Ports by the beginning of an engine's name, as the provider sets them where none is given. */
const PORTS: readonly (readonly [engine: string, port: number])[] = [
  ['aurora-mysql', 3306],
  ['aurora', 5432],
  ['postgres', 5432],
  ['mysql', 3306],
  ['mariadb', 3306],
  ['docdb', 27_017],
  ['neptune', 8182],
  ['memcached', 11_211],
  ['redis', 6379],
  ['valkey', 6379],
];

/** Of databases and caches; a cache without engine is Redis. */
function portOf(block: Block, attribute: (name: string) => unknown): Json {
  if (!/^aws_(?:db_|rds_|docdb_|neptune_|elasticache_|memorydb_)/.test(block.type)) return {};
  const engine = String(attribute('engine') ?? block.type.split('_')[1]).replace(/^(?:elasticache|memorydb)$/, 'redis');
  const port = PORTS.find(([name]) => engine.startsWith(name))?.[1];
  return port === undefined ? {} : { port };
}

/** Accepted without local effect: references to its id, its ARN, its host names and the port of a database work. */
const allowed = (options: KnowledgeOptions): TypeKnowledge => ({
  computed: (block, attribute) => {
    const id = hex(block.address, 16);
    const arn = arnOf(options.names(), block.type.replace(/^aws_/, ''), id);
    return { id, arn, ...hosts(block, options.names()), ...portOf(block, attribute) };
  },
  defaultOf: () => undefined,
  isSecret: () => false,
});

function ofSource(block: Block, options: KnowledgeOptions): TypeKnowledge | null {
  const source = sourceOf(block);
  if (!source) return isAllowed(block, options.allow) ? allowed(options) : null;
  return {
    computed: (b, attribute) => source.read(dataContext(b, attribute, options)),
    defaultOf: () => undefined,
    isSecret: (_b, name) => source.secrets?.includes(name) === true,
  };
}

export function dataContext(
  block: Block,
  attribute: (name: string) => unknown,
  options: KnowledgeOptions,
): DataContext {
  const world = options.world();
  return {
    names: options.names(),
    block,
    folder: world.folderOf(block.stack),
    attribute,
    resources: (type) =>
      [...world.blocks.values()]
        .filter((b) => b.mode === 'resource' && b.type === type)
        .map(
          (b): Findable => ({
            address: b.address,
            attribute: (name) => world.attribute(b, name),
            all: () => world.all(b) as Json,
          }),
        ),
  };
}

/** Types that are neither known nor allowed, and arguments of Terraform that are not evaluated. */
export const refusals = (world: World, allow: ReadonlySet<string>): Problem[] =>
  [...world.blocks.values()].flatMap((block) => [
    ...refusedMeta(block, allow),
    ...[refusalOf(block, allow) ?? []].flat(),
  ]);

/** Provisioners of types whose provisioners are read (see kinds/command-waits.ts) are their builder's business. */
function refusedMeta(block: Block, allow: ReadonlySet<string>): Problem[] {
  if (isAllowed(block, allow)) return [];
  return ['provisioner', 'connection']
    .filter((name) => Object.hasOwn(block.body, name) && !(name === 'provisioner' && isProvisioned(block.type)))
    .map((name) => ({
      code: 'UNSUPPORTED_ATTRIBUTE',
      address: `${block.address}.${name}`,
      message: `a ${name} is not run here`,
      rule: 'nothing but the services themselves is run',
      fix: `remove it from what is run locally, or accept it without local effect: --allow ${block.address}`,
    }));
}

/** Whether a block was accepted without local effect: by its type, or by its address (with or without stack and instance keys). */
export function isAllowed({ type, address }: Block, allow: ReadonlySet<string>): boolean {
  if (allow.size === 0) return false;
  return [type, address, inStack(address)].some((name) => allow.has(name) || allow.has(withoutKeys(name)));
}

const WHAT: Readonly<Record<Block['mode'], string>> = {
  resource: 'resource type',
  data: 'data source',
  ephemeral: 'ephemeral resource',
};

/** Why a block is not accepted; null where its type is known or allowed. */
export function refusalOf(block: Block, allow: ReadonlySet<string>): Problem | null {
  const isKnown = block.mode === 'resource' ? kindOf(block.type) : sourceOf(block);
  if (isKnown || isAllowed(block, allow)) return null;
  const why = notRun(block.type);
  const close = why ? null : nearest(block.type, block.mode === 'resource' ? RESOURCE_TYPES : sourceTypes(block.mode));
  const what = WHAT[block.mode];
  return {
    code: 'UNSUPPORTED_RESOURCE',
    address: block.address,
    message: `${what} ${block.type} is not run here`,
    value: block.type,
    rule: why?.rule ?? 'an unknown type is refused rather than left out in silence',
    fix: `${why ? `${why.fix}; or ` : close ? `did you mean ${close}? Or ` : ''}accept it without local effect: --allow ${block.type}`,
  };
}
