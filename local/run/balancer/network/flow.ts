/**
 * One connection through a network load balancer: bytes go both ways as they are, to one target for as long as it lasts.
 * Each side's end (FIN) and reset reach the other as such, and each holds the other back (ELB network introduction).
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { decideGroup } from '../decide-target.ts';
import type { ListenerRuntime } from '../listener.ts';
import type { TargetRuntime } from '../target.ts';
import type { TargetGroupRuntime } from '../target-group.ts';
import type { FlowProtocol, NetworkCounters } from './counters.ts';
import { decideFlow } from './decide-flow.ts';
import { type Ends, proxyHeader } from './proxy-header.ts';

const SEQUENCES = 2 ** 32;

/** Takes a client's connection: it goes to a target, or is reset where there is none. */
export function acceptFlow(client: Socket, listener: ListenerRuntime): void {
  const { network } = listener.lb;
  const protocol: FlowProtocol = listener.definition.protocol === 'TLS' ? 'TLS' : 'TCP';
  network.accepted(protocol);
  const ends: Ends = {
    clientAddress: client.remoteAddress ?? '',
    clientPort: client.remotePort ?? 0,
    listenerAddress: listener.bound.host,
    listenerPort: listener.bound.port,
  };
  const choice = chooseFlow(listener, ends);
  if (choice === null) {
    network.rejected();
    network.TCP_ELB_Reset_Count++;
    client.on('error', () => undefined);
    reset(client);
    return;
  }
  new NetworkFlow(client, { listener, protocol, ends, ...choice });
}

interface Choice {
  readonly group: TargetGroupRuntime;
  readonly target: TargetRuntime;
}

/** @returns null where no group has a registered target, or every weight is 0 */
function chooseFlow({ routes, lb, context }: ListenerRuntime, ends: Ends): Choice | null {
  const action = routes.fallback;
  const group = action.type === 'forward' ? decideGroup(action.shares)?.group : undefined;
  if (!group) return null;
  const { network } = group.definition;
  const target = decideFlow(
    group.eligible,
    { ...ends, sequence: Math.floor(context.random() * SEQUENCES) },
    {
      sticky: network?.stickySourceIp ?? false,
      crossZone: network?.crossZone ?? lb.definition.network?.crossZone ?? false,
    },
  );
  if (target === null) return null;
  if (group.failsOpen) group.openRouted++;
  return { group, target };
}

interface FlowParts extends Choice {
  readonly listener: ListenerRuntime;
  readonly protocol: FlowProtocol;
  readonly ends: Ends;
}

export class NetworkFlow {
  readonly listener: ListenerRuntime;
  readonly target: TargetRuntime;
  readonly protocol: FlowProtocol;
  readonly #client: Socket;
  /** Null where security groups drop what goes to the target: then nothing ever answers. */
  readonly #upstream: Socket | null;
  #connected = false;
  #over = false;
  /** Bytes accounted for, and when the last one was seen. */
  #bytes = 0;
  #activityMs: number;

  constructor(client: Socket, { listener, protocol, ends, group, target }: FlowParts) {
    this.listener = listener;
    this.target = target;
    this.protocol = protocol;
    this.#client = client;
    this.#activityMs = listener.context.clock.monotonicMs();
    listener.context.flows.add(this);
    target.requestStarted();
    client.on('error', () => this.#clientReset());
    client.on('close', () => this.#closed(client));
    const header = group.definition.network?.proxyProtocolV2 ? proxyHeader(ends) : null;
    this.#upstream = target.blocked ? null : this.#connect(group.definition.protocol === 'TLS', header);
  }

  /** Both sides are reset: the target is gone, or may not keep its connections. */
  reset(): void {
    if (this.#over) return;
    this.#counters.TCP_ELB_Reset_Count++;
    this.#end();
  }

  /** Ends it with its load balancer. */
  destroy(): void {
    this.#end();
  }

  /**
   * Ends it when nothing has passed for the idle time-out; called about twice a second.
   * ≈ AWS forgets the flow and resets it when the next packet comes.
   */
  sweep(nowMs: number): void {
    if (this.account() > 0) this.#activityMs = nowMs;
    const idleMs = (this.listener.definition.network?.idleTimeoutSeconds ?? 0) * 1000;
    if (nowMs - this.#activityMs > idleMs) this.reset();
  }

  /** Counts what passed since the last time. @returns its bytes */
  account(): number {
    const bytes = this.#client.bytesRead + this.#client.bytesWritten;
    const passed = bytes - this.#bytes;
    this.#bytes = bytes;
    this.#counters.processed(this.protocol, passed);
    return passed;
  }

  get #counters(): NetworkCounters {
    return this.listener.lb.network;
  }

  /** @param header goes first, before a handshake too */
  #connect(secure: boolean, header: Buffer | null): Socket {
    const client = this.#client;
    const plain = connectTcp({ ...this.target.target.endpoint, noDelay: true, allowHalfOpen: true });
    if (header) plain.write(header);
    const alpn = client instanceof TLSSocket && client.alpnProtocol ? { ALPNProtocols: [client.alpnProtocol] } : {};
    let reached = false;
    plain.once('connect', () => {
      reached = true;
    });
    const upstream = secure ? connectTls({ socket: plain, rejectUnauthorized: false, ...alpn }) : plain;
    upstream.on('error', () => this.#targetReset(secure && reached));
    upstream.on('close', () => this.#closed(upstream));
    // Until then the client's bytes wait, a buffer's worth of them here and the others with it.
    upstream.on(secure ? 'secureConnect' : 'connect', () => {
      this.#connected = true;
      client.pipe(upstream);
      upstream.pipe(client);
    });
    return upstream;
  }

  #clientReset(): void {
    if (this.#over) return;
    this.#counters.TCP_Client_Reset_Count++;
    this.#end();
  }

  /** @param negotiating whether the target was reached and a handshake was due */
  #targetReset(negotiating: boolean): void {
    if (this.#over) return;
    if (!this.#connected) {
      this.target.stats.connectionErrors++;
      this.target.stats.failed++;
      if (negotiating) this.#counters.TargetTLSNegotiationErrorCount++;
    }
    this.#counters.TCP_Target_Reset_Count++;
    this.#end();
  }

  /** A socket closes when both its directions have ended. What the other still has to send goes on. */
  #closed(side: Socket): void {
    if (this.#over) return;
    const other = side === this.#client ? this.#upstream : this.#client;
    if (other === null || other.destroyed) this.#finish();
    else if (!other.readableEnded || other.writable) this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#finish();
    reset(this.#client);
    if (this.#upstream) reset(this.#upstream);
  }

  #finish(): void {
    this.#over = true;
    this.account();
    this.listener.context.flows.delete(this);
    this.target.requestEnded();
  }
}

/** TLS has no reset to be had (Node refuses), and needs none: an end without close_notify is a torn one. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
