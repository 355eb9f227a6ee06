/** What Publish accepts. Pure. Rules: SNS API Publish, sns-message-attributes, and the SNS quotas. */
import { ApiError } from '../contracts.ts';
import type { MessageAttributes, PublishInput } from './types.ts';

/** Message, attribute names, types and values together. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/;
const ATTRIBUTE_TYPE = /^(String\.Array|String|Number|Binary)(\.[\x21-\x7e]{1,240})?$/;

/**
 * @returns the text for each protocol, `default` always among them
 * @throws ApiError InvalidParameter | InvalidParameterValue
 */
export function validatePublish(input: PublishInput): ReadonlyMap<string, string> {
  if (input.message === '') throw invalid('Empty message');
  const attributeBytes = validateAttributes(input.attributes ?? new Map());
  if (Buffer.byteLength(input.message) + attributeBytes > MAX_MESSAGE_BYTES) throw invalid('Message too long');
  if (input.subject !== undefined) validateSubject(input.subject);
  if (input.messageStructure === undefined || input.messageStructure === '')
    return new Map([['default', input.message]]);
  if (input.messageStructure !== 'json') throw invalid('MessageStructure - only json is a known structure');
  return protocolBodies(input.message);
}

export function invalid(detail: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${detail}`);
}

function validateSubject(subject: string): void {
  // Printable ASCII, fewer than 100 characters, no line breaks, starting with a letter, number or punctuation mark.
  if (!/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(subject)) throw invalid('Subject');
}

function protocolBodies(message: string): ReadonlyMap<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const entries = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : [];
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const bodies = new Map(texts);
  if (!bodies.has('default')) throw invalid('Message Structure - No default entry in JSON message body');
  return bodies;
}

/** @returns how many bytes the attributes take */
function validateAttributes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, { type, stringValue, binaryValue }] of attributes) {
    const refuse = (detail: string): ApiError =>
      new ApiError('ParameterValueInvalid', `The message attribute '${name}' ${detail}`);
    if (!ATTRIBUTE_NAME.test(name) || /^(aws|amazon)\./i.test(name)) throw refuse('has an invalid name.');
    if (!ATTRIBUTE_TYPE.test(type)) {
      throw refuse(
        'has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.',
      );
    }
    const value = type.startsWith('Binary') ? binaryValue : stringValue;
    if (value === undefined || value === '') throw refuse('must contain a non-empty value of its type.');
    if (type.startsWith('Number') && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value))
      throw refuse('is not a number.');
    if (type.startsWith('String.Array')) validateArray(value, refuse);
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(type) +
      Buffer.byteLength(value, type.startsWith('Binary') ? 'base64' : 'utf8');
  }
  return bytes;
}

function validateArray(text: string, refuse: (detail: string) => ApiError): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('is not a JSON array.');
  }
  const scalar = (item: unknown): boolean => item === null || ['string', 'number', 'boolean'].includes(typeof item);
  if (!Array.isArray(value) || !value.every(scalar))
    throw refuse('must be an array of strings, numbers, true, false or null.');
}
