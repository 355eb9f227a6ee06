/** Stickiness cookies: AWSALB for a target, AWSALBTG for a group of a weighted action (ELB sticky-sessions). */
import { createHmac } from 'node:crypto';

/** Opaque to clients, and checked when it comes back: a made-up cookie chooses nothing. */
export function createCookies(secret: string) {
  const sign = (value: string): string => createHmac('sha256', secret).update(value).digest('base64url').slice(0, 22);
  return {
    make(name: string, value: string, seconds: number): string {
      const encoded = Buffer.from(value).toString('base64url');
      return `${name}=${encoded}.${sign(value)}; Max-Age=${seconds}; Path=/`;
    },
    /** @returns the value, or null where there is none or it is not ours */
    read(cookieHeader: string | undefined, name: string): string | null {
      const found = cookieHeader
        ?.split(';')
        .map((c) => c.trim())
        .find((c) => c.startsWith(`${name}=`));
      const [encoded = '', signature] = found?.slice(name.length + 1).split('.') ?? [];
      const value = Buffer.from(encoded, 'base64url').toString('utf8');
      return signature !== undefined && signature === sign(value) ? value : null;
    },
  };
}

export type Cookies = ReturnType<typeof createCookies>;
