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
import { listenerShape } from './elbv2-shapes.ts';

/** Certificates are not served here. */
const ofTls = z.never('has no local counterpart: listeners here speak HTTP').optional();
const settings = {
  Port: integer(1, 65_535).optional(),
  Protocol: text.optional(),
  DefaultActions: actions.optional(),
  SslPolicy: ofTls,
  Certificates: ofTls,
  AlpnPolicy: ofTls,
  MutualAuthentication: ofTls,
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
    needHttp(input.Protocol);
    const id = call.random.hex(16);
    const listener: Listener = {
      ...madeBase(call, 'aws_lb_listener', `${owner.name}-${input.Port}-${id}`, tagsOf(input.Tags)),
      arn: `${owner.arn.replace(':loadbalancer/', ':listener/')}/${id}`,
      loadBalancerArn: owner.arn,
      port: input.Port,
      protocol: 'HTTP',
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
  if (input.Protocol !== undefined) needHttp(input.Protocol);
  const changed: Listener = {
    ...current,
    ...(input.Port === undefined ? {} : { port: input.Port }),
    ...(input.DefaultActions ? { defaultActions: actionsOf(input.DefaultActions) } : {}),
  };
  checkLive(call, { listener: changed });
  if (changed.port !== current.port)
    await call.handlers.listeners.put({ ...current, port: changed.port }, current, call.signal);
  if (input.DefaultActions || changed.port !== current.port)
    call.traffic.setActions({ listenerArn: current.arn, ruleArn: null }, changed.defaultActions);
  return { Listeners: [listenerShape(needListener(call, current.arn))] };
}

function needHttp(protocol: string | undefined): void {
  if (protocol === undefined) throw new ApiError('ValidationError', 'A listener protocol must be specified');
  if (protocol !== 'HTTP')
    throw new ApiError('UnsupportedProtocol', `The protocol ${protocol} has no local counterpart: HTTP does`);
}
