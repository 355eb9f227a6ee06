import type { Estate, Resource } from './estate.ts';
import type { HouseRule } from './rule.ts';
import { isReference } from './values.ts';

export const prioritiesDiffer: HouseRule = {
  id: 'priorities-differ',
  severity: 'error',
  rule: 'rules of one listener have priorities of their own: the second of two is refused when it is applied (ELB API_CreateRule: PriorityInUse)',
  check: (estate) => {
    const first = new Map<string, Resource>();
    return estate.all('aws_lb_listener_rule').flatMap((rule) => {
      const priority = estate.literal(rule.stack, rule.body.priority);
      // Without a priority AWS takes the next that is free.
      if (priority === undefined || priority === null || isReference(priority)) return [];
      const place = `${listenerOf(estate, rule)} ${priority}`;
      const taken = first.get(place);
      if (!taken) first.set(place, rule);
      return taken
        ? [
            {
              address: `${rule.address}.priority`,
              value: { priority, taken: taken.address },
              fix: 'choose a number that no other rule of the listener has',
            },
          ]
        : [];
    });
  },
};

/** Rules of several stacks can be of one listener. */
function listenerOf(estate: Estate, rule: Resource): string {
  return estate.follow(rule, rule.body.listener_arn)?.address ?? String(rule.body.listener_arn);
}
