/** AWS STS: who the caller is (whoever asks: signatures are not verified). */
import { globalArnAt } from '../../place.ts';
import { operation, type ServiceTable } from '../operation.ts';
import { nothing } from '../schema.ts';

export const sts: ServiceTable = {
  name: 'sts',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  validationError: 'ValidationError',
  operations: {
    GetCallerIdentity: operation(nothing, (_input, call) => ({
      Arn: globalArnAt(call, 'iam', 'root'),
      UserId: call.accountId,
      Account: call.accountId,
    })),
  },
};
