/** What a parameter may be called and hold. Rules: SSM API reference, PutParameter; user guide "parameter names". Pure. */

export type ParameterType = 'String' | 'StringList' | 'SecureString';

export interface BrokenRule {
  readonly what: 'name' | 'value' | 'type';
  readonly message: string;
  readonly rule: string;
  readonly fix: string;
}

const MAX_NAME_LENGTH = 1011;
const MAX_LEVELS = 15;
const MAX_STANDARD_BYTES = 4_096;
const MAX_ADVANCED_BYTES = 8_192;

/** @returns every broken rule; an advanced parameter is taken for granted over 4 KiB, as the tier is not modelled */
export function brokenRules(name: string, value: string): readonly BrokenRule[] {
  return [...brokenNameRules(name), ...brokenValueRules(value)];
}

function brokenNameRules(name: string): BrokenRule[] {
  const found: BrokenRule[] = [];
  const broken = (message: string, rule: string, fix: string): void =>
    void found.push({ what: 'name', message, rule, fix });
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name))
    broken('the name holds other characters', 'a name is made of letters, digits and . - _ /', 'leave the others out');
  if (name.length > MAX_NAME_LENGTH)
    broken(`the name has ${name.length} characters`, `at most ${MAX_NAME_LENGTH}`, 'shorten it');
  if (/^\/?(aws|ssm)/i.test(name))
    broken('the name begins with aws or ssm', 'those beginnings are reserved', 'begin it otherwise');
  if (name.includes('/') && !name.startsWith('/'))
    broken('the name has levels but no leading slash', 'a hierarchy is named from its root', `call it /${name}`);
  if (/\/\/|.\/$/.test(name) || name === '/')
    broken('the name has an empty level', 'each level has a name', 'remove the extra slash');
  if (name.split('/').filter(Boolean).length > MAX_LEVELS)
    broken('the hierarchy is too deep', `at most ${MAX_LEVELS} levels`, 'use fewer levels');
  return found;
}

function brokenValueRules(value: string): BrokenRule[] {
  const bytes = Buffer.byteLength(value);
  if (bytes === 0)
    return [
      { what: 'value', message: 'the value is empty', rule: 'a value has at least one character', fix: 'set one' },
    ];
  if (bytes <= MAX_ADVANCED_BYTES) return [];
  const rule = `${MAX_STANDARD_BYTES} bytes in the standard tier, ${MAX_ADVANCED_BYTES} in the advanced one`;
  return [{ what: 'value', message: `the value has ${bytes} bytes`, rule, fix: 'keep large values in S3' }];
}
