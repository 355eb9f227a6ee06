import type { HouseRule } from './rule.ts';
import { isOn } from './values.ts';

export const loadBalancersDropInvalidHeaders: HouseRule = {
  id: 'load-balancers-drop-invalid-headers',
  severity: 'advice',
  rule: 'a load balancer drops header fields with invalid names, which targets read in ways of their own (ELB application-load-balancers)',
  check: (estate) =>
    estate
      .all('aws_lb')
      .filter(({ body }) => (body.load_balancer_type ?? 'application') === 'application')
      .filter(({ body }) => !isOn(body.drop_invalid_header_fields))
      .map(({ address, body }) => ({
        address: `${address}.drop_invalid_header_fields`,
        value: body.drop_invalid_header_fields ?? null,
        fix: 'set it to true',
      })),
};
