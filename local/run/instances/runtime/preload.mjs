/**
 * Loaded before a Node program of an instance: the program is on a machine of its own, as far as it can tell.
 * `CUTOVER_INSTANCE` holds `{root, address, ports}`: its files (null: not confined), its address, and where ports are
 * bound that this machine does not give.
 */
import net from 'node:net';
import { confineModules } from '../../functions/runtime/confine.mjs';

const { root, address, ports } = JSON.parse(process.env.CUTOVER_INSTANCE ?? '{"root":null,"address":null,"ports":{}}');
if (root !== null) confineModules(root);
if (address !== null) listenAt();

/** All addresses of an instance are its one address here: else it would take its neighbours' port, and be seen outside. */
function listenAt() {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function listenHere(...args) {
    const [first, ...rest] = args;
    if (typeof first === 'object' && first !== null) {
      if (first.port === undefined) return listen.call(this, ...args);
      return listen.call(this, { ...first, port: portOf(first.port), host: hostOf(first.host) }, ...rest);
    }
    const isPort = first === undefined || first === null || typeof first === 'function' || /^\d+$/.test(String(first));
    if (!isPort) return listen.call(this, ...args);
    const callback = args.find((arg) => typeof arg === 'function');
    const [port, host, backlog] = args.map((arg) => (typeof arg === 'function' ? undefined : arg));
    const isNamed = typeof host === 'string';
    const options = {
      port: portOf(port ?? 0),
      host: hostOf(isNamed ? host : undefined),
      backlog: isNamed ? backlog : (host ?? undefined),
    };
    return listen.call(this, options, ...(callback ? [callback] : []));
  };
}

const ANY = new Set(['', '0.0.0.0', '::', '*']);
const hostOf = (host) => (host === undefined || host === null || ANY.has(host) ? address : host);
const portOf = (port) => ports[port] ?? port;
