/** CIDR arithmetic of Terraform's cidr functions, of IPv4 and IPv6. */

interface Network {
  readonly base: bigint;
  readonly length: number;
  /** Of an address: 32 or 128. */
  readonly bits: 32 | 128;
}

function parse(prefix: string): Network {
  const [, address = '', digits] = /^([^/]+)\/(\d{1,3})$/.exec(prefix) ?? [];
  const value = address.includes(':') ? groupsOf(address) : octetsOf(address);
  const bits = address.includes(':') ? 128 : 32;
  const length = Number(digits);
  if (value === null || !(length <= bits)) throw new Error(`${prefix} is not a CIDR block`);
  const size = sizeOf(bits, length);
  return { base: value - (value % size), length, bits };
}

const sizeOf = (bits: number, length: number): bigint => 2n ** BigInt(bits - length);

function octetsOf(address: string): bigint | null {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (!octets || octets.some((o) => o > 255)) return null;
  return octets.reduce((sum, o) => sum * 256n + BigInt(o), 0n);
}

/** Groups of hexadecimal digits; `::` stands for as many groups of zeros as are missing. */
function groupsOf(address: string): bigint | null {
  const [head = [], tail, ...more] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  if (more.length > 0) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

const parts = (value: bigint, bits: number, width: number): number[] =>
  Array.from({ length: bits / width }, (_, i) =>
    Number((value >> BigInt(bits - width * (i + 1))) % 2n ** BigInt(width)),
  );

/** IPv6 with its longest run of zeros left out (RFC 5952). */
function text(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return parts(value, bits, 8).join('.');
  const groups = parts(value, bits, 16).map((group) => group.toString(16));
  const runs = groups.map((_, i) => {
    const end = groups.findIndex((group, at) => at >= i && group !== '0');
    return (end < 0 ? groups.length : end) - i;
  });
  const longest = Math.max(...runs);
  if (longest < 2) return groups.join(':');
  const at = runs.indexOf(longest);
  return `${groups.slice(0, at).join(':')}::${groups.slice(at + longest).join(':')}`;
}

/** @throws Error */
export function cidrSubnet(prefix: string, newBits: number, net: number): string {
  const { base, length, bits } = parse(prefix);
  const to = length + newBits;
  if (newBits < 0 || to > bits) throw new Error(`${newBits} more bits do not fit after /${length}`);
  if (net < 0 || net >= 2 ** newBits) throw new Error(`network ${net} does not fit in ${newBits} bits`);
  return `${text(base + BigInt(net) * sizeOf(bits, to), bits)}/${to}`;
}

/** Networks one after another, each at the next place that its own size allows. @throws Error */
export function cidrSubnets(prefix: string, newBits: readonly number[]): string[] {
  const { base, length, bits } = parse(prefix);
  let next = base;
  return newBits.map((more) => {
    const to = length + more;
    if (more < 1 || to > bits) throw new Error(`${more} more bits do not fit after /${length}`);
    const size = sizeOf(bits, to);
    const at = ((next + size - 1n) / size) * size;
    if (at + size > base + sizeOf(bits, length)) throw new Error(`there is no room left in ${prefix}`);
    next = at + size;
    return `${text(at, bits)}/${to}`;
  });
}

/** @throws Error */
export function cidrHost(prefix: string, host: number): string {
  const { base, length, bits } = parse(prefix);
  const size = sizeOf(bits, length);
  const at = host < 0 ? size + BigInt(host) : BigInt(host);
  if (at < 0n || at >= size) throw new Error(`host ${host} is outside ${prefix}`);
  return text(base + at, bits);
}

/** @throws Error */
export function cidrNetmask(prefix: string): string {
  const { length, bits } = parse(prefix);
  if (bits !== 32) throw new Error('only IPv4 has netmasks');
  return text(2n ** 32n - sizeOf(bits, length), bits);
}
