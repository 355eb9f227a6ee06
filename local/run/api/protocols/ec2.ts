/** EC2's form of the Query protocol: the same parameters in; fields beside the request id, lists as `item`. */
import type { Protocol } from './protocol.ts';
import { toXml } from './xml.ts';

export const ec2Protocol: Protocol = {
  output(value, { service, operation, requestId }) {
    const fields = Object.entries((value ?? {}) as object)
      .map(([key, field]) => toXml(key, field, 'item'))
      .join('');
    return {
      status: 200,
      headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
      body: `<${operation}Response xmlns="${service?.xmlNamespace ?? ''}"><requestId>${requestId}</requestId>${fields}</${operation}Response>`,
    };
  },
  error(error, { requestId }) {
    const body = toXml('Error', { Code: error.code, Message: error.message });
    return {
      status: error.status,
      headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
      body: `<Response><Errors>${body}</Errors><RequestID>${requestId}</RequestID></Response>`,
    };
  },
};
