/** How a protocol of AWS writes answers and errors. */
import type { ApiError } from '../../contracts.ts';
import type { ServiceTable } from '../operation.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface AnswerContext {
  readonly service: ServiceTable | null;
  readonly operation: string;
  readonly requestId: string;
}

export interface Protocol {
  /** Its code for a member of another type than the service's model has; undefined: the service's own. */
  readonly mistyped?: string;
  output(value: unknown, context: AnswerContext): Answer;
  error(error: ApiError, context: AnswerContext): Answer;
}

/** The side of an error: the sender's, or ours. */
export function faultOf(error: ApiError): 'Sender' | 'Receiver' {
  return error.status >= 500 ? 'Receiver' : 'Sender';
}

/** For clients that speak the service's newer protocol and know its older codes. */
export function queryErrorHeader(error: ApiError, service: ServiceTable | null): Record<string, string> {
  return service?.queryCompatible ? { 'x-amzn-query-error': `${error.code};${faultOf(error)}` } : {};
}
