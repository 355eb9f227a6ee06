/** The published pairs of Fargate task CPU and memory (ECS fargate-tasks-services, Linux containers). */

const GiB = 1024;

/** CPU units → memory in MiB, smallest to largest. */
export const FARGATE_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, GiB, 2 * GiB]],
  [512, steps(1, 4, 1)],
  [1024, steps(2, 8, 1)],
  [2048, steps(4, 16, 1)],
  [4096, steps(8, 30, 1)],
  [8192, steps(16, 60, 4)],
  [16384, steps(32, 120, 8)],
]);

export function isFargateSize(cpuUnits: number, memoryMiB: number): boolean {
  return FARGATE_SIZES.get(cpuUnits)?.includes(memoryMiB) ?? false;
}

/** The pairs as one line, for refusals. */
export function describeFargateSizes(): string {
  return [...FARGATE_SIZES].map(([cpu, memory]) => `${cpu}: ${memory[0]}–${memory.at(-1)}`).join(', ');
}

function steps(fromGiB: number, toGiB: number, byGiB: number): number[] {
  return Array.from({ length: (toGiB - fromGiB) / byGiB + 1 }, (_, index) => (fromGiB + index * byGiB) * GiB);
}
