/** Listeners made, changed and removed while the load balancer runs (ELBv2 API CreateListener, ModifyListener). */
import { z } from 'zod';
import type { Listener } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { integer, list, name, text } from '../schema.ts';
import { madeBase, tagsOf } from './codedeploy-lookup.ts';
import { checkLive } from './elbv2-check.ts';
import { actions, actionsOf } from './elbv2-input.ts';
import { needListener, select } from './elbv2-lookup.ts';
import { LISTENING_DEFAULTS, needProtocol } from './elbv2-network.ts';
import { listenerShape } from './elbv2-shapes.ts';

const ofHttps = z.never('has no local counterpart: client certificates are not verified here').optional();
const settings = {
  Port: integer(1, 65_535).optional(),
  Protocol: text.optional(),
  DefaultActions: actions.optional(),
  SslPolicy: text.optional(),
  Certificates: list(z.strictObject({ CertificateArn: name }), 1).optional(),
  AlpnPolicy: list(z.enum(['None', 'HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred']), 1).optional(),
  MutualAuthentication: ofHttps,
};

const createInput = z.strictObject({
  LoadBalancerArn: name,
  Tags: list(z.strictObject({ Key: name, Value: text.optional() }), 50).optional(),
  ...settings,
});
const modifyInput = z.strictObject({ ListenerArn: name, ...settings });

export const listenerOperations: Readonly<Record<string, Operation>> = {
  CreateListener: operation(createInput, async (input, call) => {
    const [owner] = select(call.balancer.loadBalancers(), {
      arns: [input.LoadBalancerArn],
      missing: 'LoadBalancerNotFound',
    });
    if (!owner || input.Port === undefined) throw new ApiError('ValidationError', 'A port must be specified');
    const protocol = needProtocol(input.Protocol, owner);
    needTls(input, protocol);
    const id = call.random.hex(16);
    const listener: Listener = {
      ...madeBase(call, 'aws_lb_listener', `${owner.name}-${input.Port}-${id}`, tagsOf(input.Tags)),
      arn: `${owner.arn.replace(':loadbalancer/', ':listener/')}/${id}`,
      loadBalancerArn: owner.arn,
      port: input.Port,
      protocol,
      ...(owner.network ? { network: { ...LISTENING_DEFAULTS, alpnPolicy: input.AlpnPolicy?.[0] ?? 'None' } } : {}),
      defaultActions: actionsOf(input.DefaultActions ?? []),
    };
    checkLive(call, { listener });
    await call.handlers.listeners.put(listener, null, call.signal);
    return { Listeners: [listenerShape(listener)] };
  }),
  ModifyListener: operation(modifyInput, modifyListener),
  DeleteListener: operation(z.object({ ListenerArn: name }), async ({ ListenerArn }, call) => {
    const listener = needListener(call, ListenerArn);
    // Its rules go with it.
    for (const rule of call.balancer.rules())
      if (rule.listenerArn === ListenerArn) await call.handlers.rules.remove(rule, call.signal);
    await call.handlers.listeners.remove(listener, call.signal);
    return {};
  }),
};

/** Actions change as a whole before the next request; another port is bound before the old one is given up. */
async function modifyListener(input: z.output<typeof modifyInput>, call: Call): Promise<object> {
  const current = needListener(call, input.ListenerArn);
  const owner = call.balancer.loadBalancers().find(({ arn }) => arn === current.loadBalancerArn);
  if (input.Protocol !== undefined && needProtocol(input.Protocol, owner ?? {}) !== current.protocol)
    throw new ApiError('UnsupportedProtocol', 'The protocol of a listener has no local counterpart once it is bound');
  // A TLS listener keeps the certificate it has.
  if (current.protocol !== 'TLS') needTls(input, current.protocol);
  const changed: Listener = {
    ...current,
    ...(input.Port === undefined ? {} : { port: input.Port }),
    ...(input.DefaultActions ? { defaultActions: actionsOf(input.DefaultActions) } : {}),
    ...(current.network && input.AlpnPolicy?.[0]
      ? { network: { ...current.network, alpnPolicy: input.AlpnPolicy[0] } }
      : {}),
  };
  checkLive(call, { listener: changed });
  const { port, network } = changed;
  if (port !== current.port || network !== current.network)
    await call.handlers.listeners.put({ ...current, port, ...(network ? { network } : {}) }, current, call.signal);
  if (input.DefaultActions || changed.port !== current.port)
    call.traffic.setActions({ listenerArn: current.arn, ruleArn: null }, changed.defaultActions);
  return { Listeners: [listenerShape(needListener(call, current.arn))] };
}

/** Certificates and policies are of TLS listeners, whose certificate is the plane's own. */
function needTls(
  {
    Certificates,
    SslPolicy,
    AlpnPolicy,
  }: Pick<z.output<typeof modifyInput>, 'Certificates' | 'SslPolicy' | 'AlpnPolicy'>,
  protocol: Listener['protocol'],
): void {
  if (protocol === 'TLS') {
    if (!Certificates?.length)
      throw new ApiError('CertificateNotFound', 'A certificate must be specified for TLS listeners');
    return;
  }
  if (Certificates?.length || SslPolicy !== undefined || AlpnPolicy)
    throw new ApiError('ValidationError', `Certificates, SslPolicy and AlpnPolicy do not go with protocol ${protocol}`);
}
