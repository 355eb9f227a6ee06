/** What EC2 instance types offer: vCPUs (1024 CPU units each) and memory in GiB (EC2 instance types pages, 2026-11). */
const SIZES: Readonly<Record<string, Readonly<Record<string, readonly [vcpus: number, gib: number]>>>> = {
  t2: {
    nano: [1, 0.5],
    micro: [1, 1],
    small: [1, 2],
    medium: [2, 4],
    large: [2, 8],
    xlarge: [4, 16],
    '2xlarge': [8, 32],
  },
  't3 t3a t4g': {
    nano: [2, 0.5],
    micro: [2, 1],
    small: [2, 2],
    medium: [2, 4],
    large: [2, 8],
    xlarge: [4, 16],
    '2xlarge': [8, 32],
  },
  'm5 m5a m6i m6a m6g m7i m7a m7g m8g': {
    medium: [1, 4],
    large: [2, 8],
    xlarge: [4, 16],
    '2xlarge': [8, 32],
    '4xlarge': [16, 64],
    '8xlarge': [32, 128],
    '12xlarge': [48, 192],
    '16xlarge': [64, 256],
    '24xlarge': [96, 384],
  },
  'c5 c5a c6i c6a c6g c7i c7a c7g c8g': {
    medium: [1, 2],
    large: [2, 4],
    xlarge: [4, 8],
    '2xlarge': [8, 16],
    '4xlarge': [16, 32],
    '8xlarge': [32, 64],
    '9xlarge': [36, 72],
    '12xlarge': [48, 96],
    '16xlarge': [64, 128],
    '18xlarge': [72, 144],
    '24xlarge': [96, 192],
  },
  'r5 r5a r6i r6a r6g r7i r7a r7g r8g': {
    medium: [1, 8],
    large: [2, 16],
    xlarge: [4, 32],
    '2xlarge': [8, 64],
    '4xlarge': [16, 128],
    '8xlarge': [32, 256],
    '12xlarge': [48, 384],
    '16xlarge': [64, 512],
    '24xlarge': [96, 768],
  },
};

/** Every type that is known, e.g. `t3.small`. */
export const INSTANCE_TYPES: readonly string[] = Object.entries(SIZES).flatMap(([families, sizes]) =>
  families.split(' ').flatMap((family) => Object.keys(sizes).map((size) => `${family}.${size}`)),
);

/** @returns null where the type is not in the table */
export function instanceSize(type: string): { cpuUnits: number; memoryMiB: number } | null {
  const [family = '', size = ''] = type.split('.', 2);
  const row = Object.entries(SIZES).find(([families]) => families.split(' ').includes(family))?.[1];
  const found = row && Object.hasOwn(row, size) ? row[size] : undefined;
  return found ? { cpuUnits: found[0] * 1024, memoryMiB: found[1] * 1024 } : null;
}
