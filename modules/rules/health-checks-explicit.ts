import type { HouseRule } from './rule.ts';

const SETTINGS = ['path', 'interval', 'timeout', 'healthy_threshold', 'unhealthy_threshold', 'matcher'];

export const healthChecksExplicit: HouseRule = {
  id: 'health-checks-explicit',
  rule: 'a target group says how it judges its targets; the defaults take 2.5 minutes to let one in (ELB target-group-health-checks)',
  check: (estate) =>
    estate.all('aws_lb_target_group').flatMap(({ address, body }) => {
      const missing = SETTINGS.filter((name) => body.health_check?.[name] === undefined);
      if (missing.length === 0) return [];
      return [{ address: `${address}.health_check`, value: { missing }, fix: 'set all of them' }];
    }),
};
