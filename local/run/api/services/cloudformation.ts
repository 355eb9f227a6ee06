/**
 * AWS CloudFormation, to be read: the stacks that the plane runs, with the outputs from which the workshops take names
 * and addresses. They are Terraform's: nothing is created, changed or deleted here.
 */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, operation, refused, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { list, name, text } from '../schema.ts';

const MAX_PAGE = 100;
const STATUS = 'CREATE_COMPLETE';
const THE_STACKS =
  'the stacks here are Terraform’s: ./cutover up (cdktf deploy) creates and changes them, ./cutover down (cdktf destroy) removes them';

export const cloudformation: ServiceTable = {
  name: 'cloudformation',
  version: '2010-05-15',
  xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  validationError: 'ValidationError',
  operations: {
    DescribeStacks: operation(
      z.object({ StackName: name.optional(), NextToken: text.optional() }),
      ({ StackName, NextToken }, call) => {
        const all = call.resources().stacks;
        const wanted =
          StackName === undefined ? all : all.filter((one) => [one, stackId(one, call)].includes(StackName));
        if (StackName !== undefined && wanted.length === 0)
          throw new ApiError('ValidationError', `Stack with id ${StackName} does not exist`);
        const { items, next } = pageOf(wanted, NextToken);
        return {
          Stacks: items.map((one) => ({ ...summary(one, call), Outputs: outputs(one, call) })),
          NextToken: next,
        };
      },
    ),
    ListStacks: operation(
      z.object({ StackStatusFilter: list(name, 30).optional(), NextToken: text.optional() }),
      ({ StackStatusFilter: statuses, NextToken }, call) => {
        const found = !statuses?.length || statuses.includes(STATUS) ? call.resources().stacks : [];
        const { items, next } = pageOf(found, NextToken);
        return { StackSummaries: items.map((one) => summary(one, call)), NextToken: next };
      },
    ),
    CreateStack: refused('ValidationError', `CreateStack is not offered here: ${THE_STACKS}.`),
    UpdateStack: refused('ValidationError', `UpdateStack is not offered here: ${THE_STACKS}.`),
    DeleteStack: refused('ValidationError', `DeleteStack is not offered here: ${THE_STACKS}.`),
  },
};

const pageOf = (all: readonly string[], token: string | undefined) =>
  paginate(all, (one) => one, { token, max: MAX_PAGE, errorCode: 'ValidationError' });

function summary(stack: string, call: Call): object {
  return {
    StackName: stack,
    StackId: stackId(stack, call),
    StackStatus: STATUS,
    // Stacks are applied as a whole, over and over: there is no time at which one was created.
    CreationTime: new Date(0),
  };
}

/** Names of load balancers are told as the addresses that answer here; what is sensitive is not told. */
function outputs(stack: string, call: Call): object[] {
  return call
    .resources()
    .outputs.filter((output) => output.stack === stack && !output.sensitive)
    .map(({ name: OutputKey, value, description }) => ({
      OutputKey,
      OutputValue: call.addresses.localise(typeof value === 'string' ? value : JSON.stringify(value)),
      Description: description ?? undefined,
    }));
}

/** The same for a stack's name at all times: its last part is made of the name. */
function stackId(stack: string, call: Call): string {
  const digits = Buffer.from(stack).toString('hex').padEnd(32, '0').slice(0, 32);
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return arnAt(call, 'cloudformation', `stack/${stack}/${uuid}`);
}
