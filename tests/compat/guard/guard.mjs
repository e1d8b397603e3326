// Refuses every connection that leaves this machine, as sitecustomize.py does for Python.
import dns from "node:dns";
import net from "node:net";

const LOCAL = new Set(["127.0.0.1", "::1", "localhost", "", undefined, null]);

function leak(host) {
  console.log(`LEAK: ${host}`);
  return new Error(`LEAK: a connection to ${host}`);
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function guarded(...given) {
  const [first] = Array.isArray(given[0]) ? given[0] : given;
  const host = typeof first === "object" && first !== null ? first.host : given[1];
  if (typeof host === "string" && !LOCAL.has(host)) throw leak(host);
  return connect.apply(this, given);
};

const { lookup } = dns;
dns.lookup = function guarded(host, ...rest) {
  if (!LOCAL.has(host)) {
    const told = rest.at(-1);
    return process.nextTick(() => told(leak(host)));
  }
  return lookup(host, ...rest);
};
