import type { HouseRule } from './rule.ts';
import { block } from './values.ts';

const SETTINGS = ['interval', 'timeout', 'healthy_threshold', 'unhealthy_threshold'];
/** Of checks by HTTP. */
const ASKING = ['path', 'matcher'];

export const healthChecksExplicit: HouseRule = {
  id: 'health-checks-explicit',
  severity: 'advice',
  rule: 'a target group says how it judges its targets; the defaults take 2.5 minutes to let one in (ELB target-group-health-checks)',
  check: (estate) =>
    estate
      .all('aws_lb_target_group')
      // Functions are not checked unless somebody wants it.
      .filter(({ body }) => body.target_type !== 'lambda')
      .flatMap(({ address, body }) => {
        const health = block(body, 'health_check');
        const asks = /^HTTPS?$/.test(health?.protocol ?? body.protocol ?? 'HTTP');
        const missing = [...(asks ? ASKING : []), ...SETTINGS].filter((name) => (health?.[name] ?? '') === '');
        if (missing.length === 0) return [];
        return [{ address: `${address}.health_check`, value: { missing }, fix: 'set all of them' }];
      }),
};
