/** IPv4 CIDR arithmetic of Terraform's cidr functions. */

interface Network {
  readonly base: number;
  readonly length: number;
}

function parse(prefix: string): Network {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(prefix);
  const octets = found?.slice(1, 5).map(Number) ?? [];
  const length = Number(found?.[5]);
  if (!found || octets.some((o) => o > 255) || length > 32) throw new Error(`${prefix} is not an IPv4 CIDR block`);
  const value = octets.reduce((sum, o) => sum * 256 + o, 0);
  const size = 2 ** (32 - length);
  return { base: Math.floor(value / size) * size, length };
}

const text = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** @throws Error */
export function cidrSubnet(prefix: string, newBits: number, net: number): string {
  const { base, length } = parse(prefix);
  const to = length + newBits;
  if (newBits < 0 || to > 32) throw new Error(`${newBits} more bits do not fit after /${length}`);
  if (net < 0 || net >= 2 ** newBits) throw new Error(`network ${net} does not fit in ${newBits} bits`);
  return `${text(base + net * 2 ** (32 - to))}/${to}`;
}

/** Networks one after another, each at the next place that its own size allows. @throws Error */
export function cidrSubnets(prefix: string, newBits: readonly number[]): string[] {
  const { base, length } = parse(prefix);
  let next = base;
  return newBits.map((bits) => {
    const to = length + bits;
    if (bits < 1 || to > 32) throw new Error(`${bits} more bits do not fit after /${length}`);
    const size = 2 ** (32 - to);
    const at = Math.ceil(next / size) * size;
    if (at + size > base + 2 ** (32 - length)) throw new Error(`there is no room left in ${prefix}`);
    next = at + size;
    return `${text(at)}/${to}`;
  });
}

/** @throws Error */
export function cidrHost(prefix: string, host: number): string {
  const { base, length } = parse(prefix);
  const size = 2 ** (32 - length);
  const at = host < 0 ? size + host : host;
  if (at < 0 || at >= size) throw new Error(`host ${host} is outside ${prefix}`);
  return text(base + at);
}

/** @throws Error */
export function cidrNetmask(prefix: string): string {
  const { length } = parse(prefix);
  return text(2 ** 32 - 2 ** (32 - length));
}
