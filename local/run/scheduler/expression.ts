/**
 * The cluster query language of memberOf constraints, as far as instances here have attributes: ecs.instance-type and
 * ecs.availability-zone with ==, !=, in, !in, =~, !~, joined by and/or (ECS cluster-query-language).
 */

export interface Attributes {
  readonly id: string;
  readonly zone: string;
  readonly instanceType: string;
}

type Test = (instance: Attributes) => boolean;

/** @throws Error naming what cannot be evaluated */
export function compileExpression(text: string): Test {
  const any = text.split(/\s+(?:or|\|\|)\s+/i).map((part) => part.split(/\s+(?:and|&&)\s+/i).map(compileTerm));
  return (instance) => any.some((all) => all.every((test) => test(instance)));
}

function compileTerm(text: string): Test {
  const found = /^\(?\s*(?:attribute:)?([\w.-]+)\s*(==|!=|=~|!~|!in|in|not_in)\s*(.+?)\s*\)?$/i.exec(text.trim());
  if (!found) throw new Error(`the expression ${JSON.stringify(text)} is not understood`);
  const [, name = '', op = '', rest = ''] = found;
  const read = readerOf(name);
  const values = rest
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((v) => v.trim().replace(/^["']|["']$/g, ''));
  switch (op.toLowerCase()) {
    case '==':
      return (i) => read(i) === values[0];
    case '!=':
      return (i) => read(i) !== values[0];
    case 'in':
      return (i) => values.includes(read(i));
    case '!in':
    case 'not_in':
      return (i) => !values.includes(read(i));
    case '=~': {
      const pattern = new RegExp(`^${values[0]}$`);
      return (i) => pattern.test(read(i));
    }
    default: {
      const pattern = new RegExp(`^${values[0]}$`);
      return (i) => !pattern.test(read(i));
    }
  }
}

function readerOf(name: string): (i: Attributes) => string {
  if (name === 'ecs.instance-type') return (i) => i.instanceType;
  if (name === 'ecs.availability-zone') return (i) => i.zone;
  if (name === 'ec2InstanceId') return (i) => i.id;
  throw new Error(
    `container instances here have no attribute ${name}; there are ecs.instance-type, ecs.availability-zone, ec2InstanceId`,
  );
}
