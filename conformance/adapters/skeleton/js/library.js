// YOUR LIBRARY GOES HERE: replace the bodies below by calls of your ZeroMQ library.
//
// What stands here is a toy: PUSH and PULL within this process, over `inproc`, without an octet of
// ZMTP. With it `zeroproof adapter check` passes at once, and it goes on passing while you replace one
// function after the other. Each function tries once and never waits: `adapter.js` does the waiting.
"use strict";

const IMPL = { name: "my-library", version: "0.0.0", language: "JavaScript" };

// What your library can do, by the names of conformance/adapters/README.md. List only what is there:
// cases that need the rest are then not run. To be judged on the wire, "tcp" must be among `transport`.
const CAN = {
  zmtp: ["3.1"],
  type: ["PUSH", "PULL"],
  mech: ["NULL"],
  role: ["bind", "connect"],
  transport: ["inproc"],
  opt: ["linger"],
};

// A call that did not work: `kind` is unsupported, again, state or refused.
class Failure extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

const bound = new Map(); // of the toy: endpoint -> socket
const dialing = new Map(); // of the toy: endpoint -> sockets that wait for it

function inproc(endpoint) {
  if (!endpoint.startsWith("inproc://")) throw new Failure("unsupported", `transport of ${endpoint}`);
}

class Socket {
  constructor(kind) {
    if (!CAN.type.includes(kind)) throw new Failure("unsupported", `socket type ${kind}`);
    Object.assign(this, { kind, peers: [], inbox: [], endpoints: [] });
  }

  // An option; `value` is a whole number, or a Buffer.
  set(name, value) {
    if (!CAN.opt.includes(name)) throw new Failure("unsupported", `option ${name}`);
    if (typeof value !== "number") throw new Failure("refused", `option ${name} is a number`);
  }

  // Listens; the answer is the endpoint with its real port, never a wildcard.
  bind(endpoint) {
    inproc(endpoint);
    if (bound.has(endpoint)) throw new Failure("refused", `${endpoint} is in use`);
    bound.set(endpoint, this);
    this.endpoints.push(endpoint);
    for (const other of dialing.get(endpoint) || []) this.join(other);
    dialing.delete(endpoint);
    return endpoint;
  }

  // Connects, whether or not anybody is there yet; never waits.
  connect(endpoint) {
    inproc(endpoint);
    if (bound.has(endpoint)) return this.join(bound.get(endpoint));
    dialing.set(endpoint, [...(dialing.get(endpoint) || []), this]);
  }

  join(other) {
    this.peers.push(other);
    other.peers.push(this);
  }

  // Sends a message (Buffers) now, or throws `again`.
  send(parts) {
    if (this.kind !== "PUSH") throw new Failure("state", `a ${this.kind} does not send`);
    if (this.peers.length === 0) throw new Failure("again", "nobody to take it");
    const peer = this.peers.shift();
    this.peers.push(peer);
    peer.inbox.push(parts);
  }

  // The next message (Buffers), or throws `again`.
  recv() {
    if (this.kind !== "PULL") throw new Failure("state", `a ${this.kind} does not receive`);
    if (this.inbox.length === 0) throw new Failure("again", "no message");
    return this.inbox.shift();
  }

  // Subscribes a SUB to a topic (a Buffer), or takes one subscription back.
  subscribe(topic, on) {
    throw new Failure("state", `a ${this.kind} has no subscriptions`);
  }

  // Closes without waiting for what is not sent (linger 0).
  close() {
    for (const endpoint of this.endpoints) bound.delete(endpoint);
    for (const [endpoint, all] of dialing) dialing.set(endpoint, all.filter((one) => one !== this));
    for (const peer of this.peers) peer.peers = peer.peers.filter((one) => one !== this);
  }
}

module.exports = { IMPL, CAN, Failure, Socket };
