/** `aws s3 cp` and `aws s3 sync` from a bucket of the stacks (aws-cli s3). */
import type { Invocation } from './commands.ts';

const FLAGS_WITH_VALUE = /^--(?:region|profile|exclude|include|acl|endpoint-url|output|query|storage-class|sse)$/;

export function fetchObjects({ args, machine, source }: Invocation): null | undefined {
  const words = args.filter((arg, at) => !arg.startsWith('-') && !FLAGS_WITH_VALUE.test(args[at - 1] ?? ''));
  const [service, verb, from = '', to = '.'] = words;
  if (service !== 's3' || (verb !== 'cp' && verb !== 'sync' && verb !== 'mv')) return undefined;
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(from) ?? [];
  if (bucket === undefined || to.startsWith('s3://')) return undefined;
  if (args.includes('-')) {
    machine.problem(`${source}: an object to the standard output is not read here`);
    return null;
  }
  const target = machine.path(to);
  if (verb === 'sync' || args.includes('--recursive')) {
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    machine.step({ kind: 'download-all', bucket, prefix, path: target }, target);
    return null;
  }
  if (key === '' || key.endsWith('/')) return undefined;
  const isInside = to === '.' || to.endsWith('/') || machine.isFolder(target);
  machine.download(bucket, key, isInside ? machine.path(`${target}/${key.split('/').at(-1)}`) : target);
  return null;
}
