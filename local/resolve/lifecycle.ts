/** `lifecycle` of a resource: what is ignored, what must hold, and what has no effect here. */
import type { Problem } from '../errors.ts';
import { isObject } from '../read/json.ts';
import { nearest } from './nearest.ts';
import type { Report } from './report.ts';
import { type Block, lifecycleOf } from './world/blocks.ts';
import { attempt } from './world/errors.ts';
import type { World } from './world/world.ts';

const NO_EFFECT: Readonly<Record<string, string>> = {
  create_before_destroy: 'changes are applied in the order of references',
  prevent_destroy: 'nothing here asks before deleting',
  replace_triggered_by: 'a resource is replaced when its own attributes say so',
  postcondition: 'postconditions are not checked',
};
const ACTS = ['ignore_changes', 'precondition'];

/** Names of the attributes whose changes are ignored; `all` for every one. */
export function ignoredChanges(block: Block): readonly string[] {
  const ignored = lifecycleOf(block.body)['ignore_changes'] ?? [];
  const bare = (name: unknown): string =>
    String(name)
      .replace(/^\$\{|\}$/g, '')
      .split(/[.[]/)[0] ?? '';
  return (Array.isArray(ignored) ? ignored : [ignored]).map(bare);
}

export function checkLifecycle(world: World, block: Block, report: Report, problems: Problem[]): void {
  const lifecycle = lifecycleOf(block.body);
  for (const name of Object.keys(lifecycle)) {
    const reason = Object.hasOwn(NO_EFFECT, name) ? NO_EFFECT[name] : undefined;
    if (reason && lifecycle[name] !== false) report.note('no-local-effect', `lifecycle.${name}`, reason);
    if (reason || ACTS.includes(name) || name === '//') continue;
    const close = nearest(name, [...ACTS, ...Object.keys(NO_EFFECT)]);
    report.problem('UNSUPPORTED_ATTRIBUTE', `lifecycle.${name}`, {
      message: `lifecycle has no ${name}`,
      value: lifecycle[name],
      fix: close ? `did you mean ${close}?` : 'remove it',
    });
  }
  for (const condition of [lifecycle['precondition'] ?? []].flat().filter(isObject)) {
    const path = 'lifecycle.precondition';
    const at = `${block.address}.${path}`;
    const holds = attempt(problems, () => world.evaluateValue(condition['condition'], block, at));
    if (holds === undefined || holds === true || holds === 'true') continue;
    const message = attempt(problems, () => world.evaluateValue(condition['error_message'], block, at));
    report.bad(
      path,
      condition['condition'],
      `a precondition does not hold: ${String(message ?? '')}`,
      'the condition is true',
    );
  }
}
