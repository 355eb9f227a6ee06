import type { HouseRule } from './rule.ts';

export const instancesGuardCredentials: HouseRule = {
  id: 'instances-guard-credentials',
  rule: 'instances hand out credentials to sessions with a token only, and not one hop further, where containers are (EC2 configuring-instance-metadata-service)',
  check: (estate) =>
    estate
      .all('aws_launch_template')
      .filter(({ body: { metadata_options: options } }) => {
        const guarded = options?.http_tokens === 'required' && options.http_put_response_hop_limit === 1;
        return !guarded && options?.http_endpoint !== 'disabled';
      })
      .map(({ address, body }) => ({
        address: `${address}.metadata_options`,
        value: body.metadata_options ?? null,
        fix: 'set http_tokens to required and http_put_response_hop_limit to 1',
      })),
};
