/**
 * Mapping templates: text with references in it. The language (VTL) has directives and functions too; those are refused
 * by name rather than passed on as text (API Gateway api-gateway-mapping-template-reference). Pure.
 */
import type { RestTemplate, RestValue } from '../../topology-rest-api.ts';

export const TEMPLATE_RULE =
  "text with $input.body, $input.json('$.a.b'), $input.path('$.a.b'), $input.params('name'), $context.NAME and $stageVariables.NAME; directives (#set, #if, #foreach) and $util are not run here";

/** `$name` or `${name}`; whether the brace that was opened is closed is looked at afterwards. */
const REFERENCE =
  /\$!?(\{)?(?:input\.(body)|input\.(json|path)\((['"])\$(?:\.([\w-]+(?:\.[\w-]+)*))?\4\)|input\.params\((['"])([\w.-]+)\6\)|context\.(\w+(?:\.\w+)*)|stageVariables\.(\w+))/g;
/** What the language would act on and is not read here. */
const UNREAD =
  /\$!?\{?[A-Za-z]|#\{?(?:set|if|elseif|else|end|foreach|macro|include|parse|stop|break|define|evaluate)\b|##|#\*/;

export interface ParsedTemplate {
  readonly template: RestTemplate;
  /** The first piece that is not read here, or null. */
  readonly unread: string | null;
}

export function parseTemplate(text: string): ParsedTemplate {
  const template: RestValue[] = [];
  const unread: string[] = [];
  const plain = (piece: string): void => {
    if (piece === '') return;
    const found = UNREAD.exec(piece);
    if (found) unread.push(piece.slice(found.index, found.index + 40));
    template.push({ from: 'text', text: piece });
  };
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    plain(text.slice(end, match.index));
    template.push(referenceOf(match));
    end = match.index + match[0].length;
    if (match[1] && text[end] === '}') end += 1;
  }
  plain(text.slice(end));
  return { template, unread: unread[0] ?? null };
}

function referenceOf([, , body, form, , path, , param, context, variable]: RegExpMatchArray): RestValue {
  if (body) return { from: 'body', path: [], as: 'text' };
  if (form) return { from: 'body', path: path ? path.split('.') : [], as: form === 'json' ? 'json' : 'text' };
  if (param) return { from: 'param', name: param };
  if (context) return { from: 'context', name: context };
  return { from: 'stage-variable', name: variable ?? '' };
}

/** An access log's format: `$context.NAME` in text; nothing else is a reference there (API Gateway set-up-logging). */
export function parseLogFormat(text: string): RestTemplate {
  const template: RestValue[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$context\.(\w+(?:[.-]\w+)*)/g)) {
    if (match.index > end) template.push({ from: 'text', text: text.slice(end, match.index) });
    template.push({ from: 'context', name: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < text.length) template.push({ from: 'text', text: text.slice(end) });
  return template;
}
