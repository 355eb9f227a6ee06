/** Amazon CloudWatch Logs: groups, streams and events. Rules: Logs API reference. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate, readToken, writeToken } from '../pages.ts';
import { bool, integer, name, names, text } from '../schema.ts';
import { compilePattern } from './log-pattern.ts';

const group = { logGroupName: name.optional(), logGroupIdentifier: name.optional() };
const range = { startTime: integer(0).optional(), endTime: integer(0).optional() };

const filterInput = z.object({
  ...group,
  ...range,
  logStreamNames: names.optional(),
  logStreamNamePrefix: text.optional(),
  filterPattern: text.optional(),
  nextToken: text.optional(),
  limit: integer(1, 10_000).optional(),
  interleaved: bool.optional(),
});
const eventsInput = z.object({
  ...group,
  ...range,
  logStreamName: name,
  nextToken: text.optional(),
  limit: integer(1, 10_000).optional(),
  startFromHead: bool.optional(),
});
const streamsInput = z.object({
  ...group,
  logStreamNamePrefix: text.optional(),
  orderBy: z.enum(['LogStreamName', 'LastEventTime']).optional(),
  descending: bool.optional(),
  nextToken: text.optional(),
  limit: integer(1, 50).optional(),
});
const groupsInput = z.object({
  logGroupNamePrefix: text.optional(),
  logGroupNamePattern: text.optional(),
  nextToken: text.optional(),
  limit: integer(1, 50).optional(),
});

export const logs: ServiceTable = {
  name: 'logs',
  targetPrefix: 'Logs_20140328',
  jsonVersion: '1.1',
  validationError: 'InvalidParameterException',
  operations: {
    DescribeLogGroups: operation(groupsInput, describeGroups),
    DescribeLogStreams: operation(streamsInput, describeStreams),
    FilterLogEvents: operation(filterInput, filterEvents),
    GetLogEvents: operation(eventsInput, getEvents),
    CreateLogGroup: operation(
      z.strictObject({ logGroupName: z.string().regex(/^[.\-_/#A-Za-z0-9]{1,512}$/) }),
      ({ logGroupName }, call) => {
        if (call.logs.groups().some((one) => one.name === logGroupName)) {
          throw new ApiError('ResourceAlreadyExistsException', 'The specified log group already exists');
        }
        call.logs.putGroup(logGroupName, 0);
        call.made.logGroups.set(logGroupName, 0);
        return {};
      },
    ),
    DeleteLogGroup: operation(z.object({ logGroupName: name }), ({ logGroupName }, call) => {
      call.logs.removeGroup(need(call, { logGroupName }));
      call.made.logGroups.delete(logGroupName);
      return {};
    }),
  },
};

type GroupInput = { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined };

/** @returns the group's name. @throws ApiError */
function need(call: Call, { logGroupName, logGroupIdentifier }: GroupInput): string {
  const wanted =
    logGroupName ?? logGroupIdentifier?.replace(/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');
  if (wanted === undefined)
    throw new ApiError('InvalidParameterException', 'logGroupName or logGroupIdentifier is required');
  if (!call.logs.groups().some((one) => one.name === wanted)) {
    throw new ApiError('ResourceNotFoundException', 'The specified log group does not exist.');
  }
  return wanted;
}

function describeGroups(input: z.output<typeof groupsInput>, call: Call): object {
  const found = call.logs
    .groups()
    .filter(
      (one) =>
        one.name.startsWith(input.logGroupNamePrefix ?? '') && one.name.includes(input.logGroupNamePattern ?? ''),
    );
  const page = paginate(found, (one) => one.name, { token: input.nextToken, max: input.limit ?? 50 });
  const logGroups = page.items.map((one) => ({
    logGroupName: one.name,
    creationTime: Math.floor(one.createdMs),
    retentionInDays: one.retentionDays || undefined,
    metricFilterCount: 0,
    arn: `${groupArn(one.name, call)}:*`,
    logGroupArn: groupArn(one.name, call),
    storedBytes: one.storedBytes,
    logGroupClass: 'STANDARD',
  }));
  return { logGroups, nextToken: page.next };
}

function describeStreams(input: z.output<typeof streamsInput>, call: Call): object {
  const groupName = need(call, input);
  if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix) {
    throw new ApiError('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const found = call.logs.streams(groupName).filter((one) => one.name.startsWith(input.logStreamNamePrefix ?? ''));
  const byTime = input.orderBy === 'LastEventTime';
  // Descending order is ascending order of the complement: padded times and inverted code units keep keys comparable.
  const keyOf = (one: (typeof found)[number]): string => {
    if (!byTime) return input.descending ? invert(one.name) : one.name;
    const time = Math.floor(one.lastMs ?? 0);
    return `${String(input.descending ? 1e15 - time : time).padStart(16, '0')} ${one.name}`;
  };
  const page = paginate(found, keyOf, { token: input.nextToken, max: input.limit ?? 50 });
  const logStreams = page.items.map((one) => ({
    logStreamName: one.name,
    creationTime: Math.floor(one.createdMs),
    firstEventTimestamp: one.firstMs === null ? undefined : Math.floor(one.firstMs),
    lastEventTimestamp: one.lastMs === null ? undefined : Math.floor(one.lastMs),
    lastIngestionTime: one.lastMs === null ? undefined : Math.floor(one.lastMs),
    uploadSequenceToken: '0',
    arn: `${groupArn(groupName, call)}:log-stream:${one.name}`,
    storedBytes: 0,
  }));
  return { logStreams, nextToken: page.next };
}

/** A text that sorts the other way round. */
function invert(text: string): string {
  return [...text, '']
    .map((character) => String.fromCharCode(0xd7ff - Math.min(character.charCodeAt(0) || 0, 0xd7ff)))
    .join('');
}

/** Events a page reads at once where most may be filtered out. */
const CHUNK = 2_000;

function filterEvents(input: z.output<typeof filterInput>, call: Call): object {
  const groupName = need(call, input);
  if (input.logStreamNames && input.logStreamNamePrefix) {
    throw new ApiError('InvalidParameterException', 'logStreamNames and logStreamNamePrefix cannot be used together.');
  }
  const passes = compilePattern(input.filterPattern ?? '');
  const prefix = input.logStreamNamePrefix ?? '';
  const wanted = (stream: string): boolean => input.logStreamNames?.includes(stream) ?? stream.startsWith(prefix);
  const limit = input.limit ?? 10_000;
  const found: ReturnType<Call['logs']['read']>[number][] = [];
  let afterSeq = input.nextToken === undefined ? 0 : seqOf(input.nextToken);
  let more = true;
  while (more && found.length < limit) {
    const chunk = call.logs.read({ group: groupName, afterSeq, limit: CHUNK, ...rangeOf(input) });
    more = chunk.length > 0;
    for (const record of chunk) {
      if (found.length === limit) {
        more = true;
        break;
      }
      afterSeq = record.seq;
      if (wanted(record.stream) && passes(record.message)) found.push(record);
    }
  }
  const events = found.map((record) => ({
    logStreamName: record.stream,
    timestamp: Math.floor(record.timestampMs),
    message: record.message,
    ingestionTime: Math.floor(record.timestampMs),
    eventId: String(record.seq).padStart(56, '0'),
  }));
  return { events, searchedLogStreams: [], nextToken: more ? writeToken(String(afterSeq)) : undefined };
}

function getEvents(input: z.output<typeof eventsInput>, call: Call): object {
  const groupName = need(call, input);
  if (!call.logs.streams(groupName).some((one) => one.name === input.logStreamName)) {
    throw new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  const limit = input.limit ?? 10_000;
  const [, way = input.startFromHead ? 'f' : 'b', seq = ''] = /^([fb])\/(\d+)$/.exec(input.nextToken ?? '') ?? [];
  if (input.nextToken !== undefined && seq === '')
    throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
  const at = seq === '' ? null : Number(seq);
  const stream = { group: groupName, stream: input.logStreamName, ...rangeOf(input) };
  const all =
    way === 'f'
      ? call.logs.read({ ...stream, afterSeq: at ?? 0, limit })
      : readWhole(call, stream)
          .filter((one) => at === null || one.seq < at)
          .slice(-limit);
  const first = all[0]?.seq ?? at ?? 0;
  const last = all.at(-1)?.seq ?? (way === 'b' && at !== null ? at - 1 : (at ?? 0));
  return {
    events: all.map((record) => ({
      timestamp: Math.floor(record.timestampMs),
      message: record.message,
      ingestionTime: Math.floor(record.timestampMs),
    })),
    nextForwardToken: `f/${last}`,
    nextBackwardToken: `b/${first}`,
  };
}

type Query = Parameters<Call['logs']['read']>[0];

/** Everything that a query finds, chunk by chunk. */
function readWhole(call: Call, query: Query): ReturnType<Call['logs']['read']>[number][] {
  const found: ReturnType<Call['logs']['read']>[number][] = [];
  for (;;) {
    const chunk = call.logs.read({ ...query, afterSeq: found.at(-1)?.seq ?? 0, limit: CHUNK });
    if (chunk.length === 0) return found;
    found.push(...chunk);
  }
}

function rangeOf({ startTime, endTime }: { startTime?: number | undefined; endTime?: number | undefined }) {
  return {
    ...(startTime === undefined ? {} : { startMs: startTime }),
    ...(endTime === undefined ? {} : { endMs: endTime }),
  };
}

function seqOf(token: string): number {
  const seq = Number(readToken(token));
  if (!Number.isSafeInteger(seq))
    throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
  return seq;
}

function groupArn(groupName: string, call: Call): string {
  return arnAt(call, 'logs', `log-group:${groupName}`);
}
