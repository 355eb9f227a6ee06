import type { HouseRule } from './rule.ts';
import { block } from './values.ts';

export const instancesGuardCredentials: HouseRule = {
  id: 'instances-guard-credentials',
  severity: 'warning',
  rule: 'instances hand out credentials to sessions with a token only, and not one hop further, where containers are (EC2 configuring-instance-metadata-service)',
  check: (estate) =>
    estate
      .all('aws_launch_template', 'aws_launch_configuration', 'aws_instance')
      // An instance of a launch template has that one's.
      .filter(({ body }) => block(body, 'launch_template') === undefined)
      .map(({ address, body }) => ({ address, options: block(body, 'metadata_options') }))
      .filter(({ options }) => {
        const guarded = options?.http_tokens === 'required' && Number(options.http_put_response_hop_limit) === 1;
        return !guarded && options?.http_endpoint !== 'disabled';
      })
      .map(({ address, options }) => ({
        address: `${address}.metadata_options`,
        value: options ?? null,
        fix: 'set http_tokens to required and http_put_response_hop_limit to 1',
      })),
};
