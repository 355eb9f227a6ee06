/** Lambda's own log lines, and the names of its streams (lambda monitoring-cloudwatchlogs). Pure. */

export const startLine = (requestId: string): string => `START RequestId: ${requestId} Version: $LATEST`;
export const endLine = (requestId: string): string => `END RequestId: ${requestId}`;

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Null where the function never got as far. */
  readonly initMs: number | null;
  readonly memoryMiB: number;
  readonly maxMemoryMiB: number;
  readonly status: 'timeout' | 'error' | null;
  readonly errorType: string | null;
}

/** Initialization is billed too (AWS Compute Blog, INIT phase billing from 2025-08-01). */
export function reportLine(report: Report): string {
  const billedMs = Math.ceil(report.durationMs + (report.initMs ?? 0));
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${report.memoryMiB} MB`,
    `Max Memory Used: ${Math.ceil(report.maxMemoryMiB)} MB`,
    ...(report.initMs === null ? [] : [`Init Duration: ${report.initMs.toFixed(2)} ms`]),
    ...(report.status === null ? [] : [`Status: ${report.status}`]),
    ...(report.errorType === null ? [] : [`Error Type: ${report.errorType}`]),
  ];
  return fields.join('\t');
}

/** `2026/01/31/[$LATEST]<32 hex digits>`: one stream a sandbox, and here every invocation has a sandbox of its own. */
export function streamNameOf(nowMs: number, hex32: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${hex32}`;
}

/** The name in a function's name or ARN, with or without a qualifier. */
export function functionNameOf(reference: string): string {
  const parts = reference.split(':');
  const at = parts.indexOf('function');
  return (at === -1 ? parts[0] : parts[at + 1]) ?? reference;
}
