/** Trees of Terraform's expression language. */
export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly parts: readonly (string | Node)[] }
  /** The texts of a list, one after another: `%{ for }`. */
  | { readonly kind: 'joined'; readonly of: Node }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'attribute'; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly of: Node; readonly index: Node }
  /** `rest` is applied to each element, which it calls `item`. */
  | { readonly kind: 'splat'; readonly of: Node; readonly rest: Node }
  | { readonly kind: 'item' }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Node[];
      /** The last argument is a list of arguments: `f(list...)`. */
      readonly spread: boolean;
      readonly at: number;
    }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Node }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'if'; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'tuple'; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Node, Node])[] }
  | {
      readonly kind: 'for';
      readonly key: string | null;
      readonly value: string;
      readonly over: Node;
      /** Null makes a list, else an object. */
      readonly resultKey: Node | null;
      readonly result: Node;
      readonly test: Node | null;
      readonly group: boolean;
    };

/** What is wrong with an expression, and where in its text (-1: not known). */
export class ExpressionError extends Error {
  readonly at: number;
  constructor(message: string, at = -1) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

/** The nodes directly below one. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'template':
      return node.parts.filter((part) => typeof part !== 'string');
    case 'attribute':
    case 'unary':
    case 'joined':
      return [node.of];
    case 'index':
      return [node.of, node.index];
    case 'splat':
      return [node.of, node.rest];
    case 'call':
      return node.args;
    case 'binary':
      return [node.left, node.right];
    case 'if':
      return [node.test, node.yes, node.no];
    case 'tuple':
      return node.items;
    case 'object':
      return node.entries.flat();
    case 'for':
      return [node.over, node.result, node.resultKey, node.test].filter((n) => n !== null);
    default:
      return [];
  }
}
