/** AWS STS: who the caller is (whoever asks: signatures are not verified). */
import { operation, type ServiceTable } from '../operation.ts';
import { nothing } from '../schema.ts';

export const sts: ServiceTable = {
  name: 'sts',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  validationError: 'ValidationError',
  operations: {
    GetCallerIdentity: operation(nothing, (_input, { accountId }) => ({
      Arn: `arn:aws:iam::${accountId}:root`,
      UserId: accountId,
      Account: accountId,
    })),
  },
};
