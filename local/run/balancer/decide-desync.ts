/**
 * How risky a request's form is, and what the load balancer's desync mitigation mode does about it (ELB
 * application-load-balancers, "Desync mitigation mode"; reasons from load-balancer-access-logs). Pure.
 */

/** What the parser of request heads noticed, as bits. */
export const Finding = {
  GetHeadZeroContentLength: 1 << 0,
  NonCompliantHeader: 1 << 1,
  NonCompliantVersion: 1 << 2,
  SpaceInUri: 1 << 3,
  AmbiguousUri: 1 << 4,
  BothTeClPresent: 1 << 5,
  DuplicateContentLength: 1 << 6,
  SuspiciousHeader: 1 << 7,
  UndefinedContentLengthSemantics: 1 << 8,
  UndefinedTransferEncodingSemantics: 1 << 9,
  BadContentLength: 1 << 10,
  BadHeader: 1 << 11,
  BadTransferEncoding: 1 << 12,
  BadUri: 1 << 13,
  BadMethod: 1 << 14,
  BadVersion: 1 << 15,
  MultipleContentLength: 1 << 16,
  MultipleTransferEncodingChunked: 1 << 17,
} as const;
export type FindingName = keyof typeof Finding;

const ACCEPTABLE =
  Finding.GetHeadZeroContentLength | Finding.NonCompliantHeader | Finding.NonCompliantVersion | Finding.SpaceInUri;
const AMBIGUOUS =
  Finding.AmbiguousUri |
  Finding.BothTeClPresent |
  Finding.DuplicateContentLength |
  Finding.SuspiciousHeader |
  Finding.UndefinedContentLengthSemantics |
  Finding.UndefinedTransferEncodingSemantics;

export type DesyncClass = 'Compliant' | 'Acceptable' | 'Ambiguous' | 'Severe';

export function classOf(findings: number): DesyncClass {
  if (findings === 0) return 'Compliant';
  if ((findings & ~(ACCEPTABLE | AMBIGUOUS)) !== 0) return 'Severe';
  return (findings & AMBIGUOUS) !== 0 ? 'Ambiguous' : 'Acceptable';
}

/** The gravest finding's name, as the access log's classification_reason. */
export function reasonOf(findings: number): FindingName | null {
  const found = (Object.keys(Finding) as FindingName[]).filter((name) => (findings & Finding[name]) !== 0);
  const grave = classOf(findings);
  return found.find((name) => classOf(Finding[name]) === grave) ?? null;
}

/**
 * `allow-and-close` routes the request and then closes both connections.
 *
 * ≈ AWS lets severe requests pass in monitor mode. Here they are blocked in every mode: what has two readings cannot be
 * framed by one that must forward it byte for byte.
 */
export function decideDesync(
  findings: number,
  mode: 'monitor' | 'defensive' | 'strictest',
): 'allow' | 'allow-and-close' | 'block' {
  switch (classOf(findings)) {
    case 'Compliant':
      return 'allow';
    case 'Acceptable':
      return mode === 'strictest' ? 'block' : 'allow';
    case 'Ambiguous':
      if (mode === 'strictest') return 'block';
      return mode === 'defensive' ? 'allow-and-close' : 'allow';
    case 'Severe':
      return 'block';
  }
}
