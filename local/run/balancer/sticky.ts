/**
 * The load balancer's cookies: AWSALB and AWSALBAPP-0 bind a client to a target, AWSALBTG to a target group
 * (ELB sticky-sessions). Encrypted, so that nobody but this plane reads or writes them; a plane that starts anew makes a
 * new key, and clients are then bound anew.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';

/** The cookie's own life, whatever the stickiness lasts. */
const COOKIE_LIFE_MS = 7 * 86_400_000;

export interface StickyCookies {
  /** What the cookie names, if it is ours, for this scope, and not expired (control time). */
  read(cookieHeader: string | null, name: string, scope: string): string | null;
  /** The Set-Cookie lines: the cookie and its CORS twin. */
  write(name: string, scope: string, value: string, durationSeconds: number): string;
}

export function createStickyCookies(clock: Clock, random: Random): StickyCookies {
  const key = Buffer.from(random.hex(64), 'hex');

  function seal(text: string): string {
    const nonce = Buffer.from(random.hex(24), 'hex');
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  function open(sealed: string): string | null {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < 29) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(-16));
      return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // Another plane's cookie, or a forged one: the client gets a new one.
      return null;
    }
  }

  return {
    read(cookieHeader, name, scope) {
      const sealed = cookieHeader === null ? null : cookieNamed(cookieHeader, name);
      const text = sealed === null ? null : open(sealed);
      if (text === null) return null;
      const [madeFor = '', expiresMs = '', ...value] = text.split('\n');
      return madeFor === scope && Number(expiresMs) > clock.now() ? value.join('\n') : null;
    },
    write(name, scope, value, durationSeconds) {
      const sealed = seal(`${scope}\n${clock.now() + durationSeconds * 1000}\n${value}`);
      const expires = new Date(clock.wallNow() + COOKIE_LIFE_MS).toUTCString();
      const cors = name.startsWith('AWSALBAPP')
        ? ''
        : `Set-Cookie: ${name}CORS=${sealed}; Expires=${expires}; Path=/; SameSite=None\r\n`;
      return `Set-Cookie: ${name}=${sealed}; Expires=${expires}; Path=/\r\n${cors}`;
    },
  };
}

/** A cookie's value in a Cookie header; null where it is not there. */
export function cookieNamed(cookieHeader: string, name: string): string | null {
  for (const part of cookieHeader.split(';')) {
    const equals = part.indexOf('=');
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}
