/** Network interfaces that an instance type has (EC2 using-eni: maximum network interfaces per instance type). Pure data. */

const BY_SIZE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t2: { nano: 2, micro: 2, small: 3, medium: 3, large: 3, xlarge: 3, '2xlarge': 3 },
  't3 t3a t4g': { nano: 2, micro: 2, small: 3, medium: 3, large: 3, xlarge: 4, '2xlarge': 4 },
  'm6g m7g m8g c6g c7g c8g r6g r7g r8g': {
    medium: 2,
    large: 3,
    xlarge: 4,
    '2xlarge': 4,
    '4xlarge': 8,
    '8xlarge': 8,
    '12xlarge': 8,
    '16xlarge': 15,
  },
  'm5 m5a m6i m6a m7i m7a c5 c5a c6i c6a c7i c7a r5 r5a r6i r6a r7i r7a': {
    medium: 2,
    large: 3,
    xlarge: 4,
    '2xlarge': 4,
    '4xlarge': 8,
    '8xlarge': 8,
    '9xlarge': 8,
    '12xlarge': 8,
    '16xlarge': 15,
    '18xlarge': 15,
    '24xlarge': 15,
  },
};

/** Small sizes of AMD's t3a have one less. */
const EXCEPTIONS: Readonly<Record<string, number>> = { 't3a.small': 2 };

/** @returns null where the type is not in the table */
export function interfacesOf(type: string): number | null {
  const [family = '', size = ''] = type.split('.', 2);
  if (Object.hasOwn(EXCEPTIONS, type)) return EXCEPTIONS[type] ?? null;
  const row = Object.entries(BY_SIZE).find(([families]) => families.split(' ').includes(family))?.[1];
  return row && Object.hasOwn(row, size) ? (row[size] ?? null) : null;
}
