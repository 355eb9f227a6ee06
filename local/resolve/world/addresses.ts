/** Addresses as Terraform prints them, behind the name of the stack: `shop/module.web["a"].aws_lb.this`. */

/** Instance keys in an address. */
const KEYS = /\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g;

/** What an address is inside a home. @param key of the home: `<stack>`, or `<stack>/module.<name>` */
export const inHome = (key: string, rest: string): string => `${key}${key.includes('/module.') ? '.' : '/'}${rest}`;

/** An address as it is written inside its home. */
export const outOfHome = (key: string, address: string): string => address.slice(inHome(key, '').length);

/** The address of what is written, not of one of its instances. */
export const withoutKeys = (address: string): string => address.replace(KEYS, '');

/** Without the name of the stack. */
export const inStack = (address: string): string => address.slice(address.indexOf('/') + 1);
