/** Data sources of files beside the stack, and of texts that are templates. */
import { createHash } from 'node:crypto';
import { CutoverError } from '../../errors.ts';
import { ExpressionError } from '../expr/ast.ts';
import { renderTemplate } from '../expr/evaluate.ts';
import { fileProblem, findFile, MAX_READ_BYTES } from '../files.ts';
import { sha256, textOf } from '../names.ts';
import type { DataContext, DataSource } from './index.ts';

/** @throws CutoverError FILE_UNREADABLE */
function bytesAt({ block, folder, attribute }: DataContext, name: string, fix?: string): Buffer {
  const path = textOf(attribute(name));
  const found = findFile(folder, path, MAX_READ_BYTES);
  if (typeof found !== 'string') return found.bytes;
  throw new CutoverError({
    ...fileProblem(path, found),
    address: `${block.address}.${name}`,
    ...(fix ? { fix } : {}),
  });
}

/** Digests by the names that the providers give them, behind a prefix. */
function digests(bytes: Buffer, prefix: string, sha1: string): Record<string, string> {
  const hash = (algorithm: string, encoding: 'hex' | 'base64' = 'hex'): string =>
    createHash(algorithm).update(bytes).digest(encoding);
  return {
    [`${prefix}md5`]: hash('md5'),
    [`${prefix}${sha1}`]: hash('sha1'),
    [`${prefix}sha256`]: hash('sha256'),
    [`${prefix}sha512`]: hash('sha512'),
    [`${prefix}base64sha256`]: hash('sha256', 'base64'),
    [`${prefix}base64sha512`]: hash('sha512', 'base64'),
  };
}

/** The file that Terraform wrote. */
function archive(context: DataContext): Record<string, unknown> {
  const bytes = bytesAt(context, 'output_path', 'build the archive first: terraform plan leaves it there');
  const named = digests(bytes, 'output_', 'sha');
  return {
    id: named['output_sha'],
    output_path: textOf(context.attribute('output_path')),
    output_size: bytes.length,
    ...named,
  };
}

function localFile(context: DataContext): Record<string, unknown> {
  const bytes = bytesAt(context, 'filename');
  const named = digests(bytes, 'content_', 'sha1');
  return {
    id: named['content_sha1'],
    content: bytes.toString('utf8'),
    content_base64: bytes.toString('base64'),
    ...named,
  };
}

/** @throws CutoverError INVALID_EXPRESSION */
function templateFile({ block, attribute }: DataContext): Record<string, unknown> {
  const template = textOf(attribute('template'));
  try {
    const rendered = renderTemplate(template, attribute('vars') ?? {});
    return { id: sha256(rendered), rendered };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CutoverError({
      code: 'INVALID_EXPRESSION',
      address: `${block.address}.template`,
      message: `the template cannot be rendered: ${error.message}`,
      value: template,
      rule: 'a template of the variables in vars',
      fix: 'correct the template, or give it what it names',
    });
  }
}

export const FILE_SOURCES: Readonly<Record<string, DataSource>> = {
  archive_file: {
    read: archive,
    approximated: 'the archive is not built here: the one that terraform plan left at output_path is taken',
  },
  local_file: { read: localFile },
  local_sensitive_file: { read: localFile, secrets: ['content', 'content_base64'] },
  template_file: { read: templateFile },
};
