/** Types of the random provider: values that are made once, the same for the same block. */
import { type Computed, drawnText, hex, stretched, textOf, uuid } from '../names.ts';

const bytesOf = (seed: string, count: unknown): Buffer =>
  Buffer.from(stretched(hex(seed, 64), 2 * Math.max(1, Math.min(1024, Number(count) || 1))), 'hex');

const isFalse = (value: unknown): boolean => value === false || value === 'false';

/** Letters and digits as far as they are asked for; more kinds of characters are never mixed in. */
const randomString: Computed = (names, block, attribute) => {
  const drawn = drawnText(names, block.address, attribute('length'));
  const letters = [attribute('numeric'), attribute('number')].some(isFalse)
    ? drawn.replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? digit)
    : drawn;
  const result = isFalse(attribute('lower')) ? letters.toUpperCase() : letters;
  return { id: result, result };
};

const randomId: Computed = (_names, block, attribute) => {
  const bytes = bytesOf(block.address, attribute('byte_length'));
  const prefix = textOf(attribute('prefix'));
  const digits = bytes.toString('hex');
  return {
    id: bytes.toString('base64url'),
    hex: prefix + digits,
    dec: prefix + String(BigInt(`0x${digits}`)),
    b64_url: prefix + bytes.toString('base64url'),
    b64_std: prefix + bytes.toString('base64'),
  };
};

const randomPet: Computed = (_names, block, attribute) => {
  const count = Math.max(1, Math.min(100, Number(attribute('length') ?? 2)));
  const words = Array.from({ length: count }, (_, i) => (i < count - 1 ? 'pet' : hex(block.address, 6)));
  const prefix = textOf(attribute('prefix'));
  return { id: [...(prefix ? [prefix] : []), ...words].join(textOf(attribute('separator'), '-')) };
};

/** In the order given; from the beginning again where more are wanted than there are. */
const randomShuffle: Computed = (_names, block, attribute) => {
  const input: unknown[] = [attribute('input') ?? []].flat();
  const count = input.length === 0 ? 0 : Math.min(1000, Number(attribute('result_count') ?? input.length));
  return {
    id: '-',
    result: Array.from({ length: count }, (_, i) => input[i % input.length]),
    seed: hex(block.address, 4),
  };
};

export const GENERATED: Readonly<Record<string, Computed>> = {
  random_password: (names, block, attribute) => ({
    id: 'none',
    result: drawnText(names, block.address, attribute('length')),
    bcrypt_hash: '',
  }),
  random_string: randomString,
  random_id: randomId,
  random_bytes: (_names, block, attribute) => {
    const bytes = bytesOf(block.address, attribute('length'));
    return { base64: bytes.toString('base64'), hex: bytes.toString('hex') };
  },
  random_pet: randomPet,
  random_uuid: (_names, block) => ({ id: uuid(block.address), result: uuid(block.address) }),
  random_integer: (_names, block, attribute) => {
    const [min, max] = [Number(attribute('min') ?? 0), Number(attribute('max') ?? 0)];
    const result = min + (Number.parseInt(hex(block.address, 8), 16) % Math.max(1, max - min + 1));
    return { id: String(result), result };
  },
  random_shuffle: randomShuffle,
};
