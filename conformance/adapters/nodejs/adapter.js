#!/usr/bin/env node
// Adapter `zeroproof/adapter/1` for libzmq through zeromq.js. The protocol: ../README.md.
//
// zeromq.js answers with promises, but with a timeout of 0 each send and receive is tried at once.
// So a call that waits stays in a queue of ours, and is tried when EVENTS (`readable`, `writable`)
// says so. EVENTS is read every millisecond, for every socket: the descriptor behind it is not to be
// had from JavaScript, and reading it is what makes a bound SUB send its subscription to a new peer
// although nobody receives. Lines and ticks take turns in one chain of promises, so that the
// operations on a socket take effect in the order of the requests.
//
// Left out on purpose: the draft socket types, and events.
"use strict";

const fs = require("fs");
const zmq = require("zeromq");
const binding = require("zeromq/package.json").version;

const TYPES = {
  PAIR: zmq.Pair, PUB: zmq.Publisher, SUB: zmq.Subscriber, REQ: zmq.Request, REP: zmq.Reply,
  DEALER: zmq.Dealer, ROUTER: zmq.Router, PULL: zmq.Pull, PUSH: zmq.Push, XPUB: zmq.XPublisher,
  XSUB: zmq.XSubscriber, STREAM: zmq.Stream,
};
// Some are properties under other names, some have none; by number all can be set.
const OPTIONS = {
  affinity: ["Uint64", 4], backlog: ["Int32", 19], conflate: ["Int32", 54],
  connect_timeout: ["Int32", 79], curve_publickey: ["String", 48], curve_secretkey: ["String", 49],
  curve_server: ["Int32", 47], curve_serverkey: ["String", 50], handshake_ivl: ["Int32", 66],
  heartbeat_ivl: ["Int32", 75], heartbeat_timeout: ["Int32", 77], heartbeat_ttl: ["Int32", 76],
  immediate: ["Int32", 39], invert_matching: ["Int32", 74], ipv6: ["Int32", 42],
  linger: ["Int32", 17], maxmsgsize: ["Int64", 22], plain_password: ["String", 46],
  plain_server: ["Int32", 44], plain_username: ["String", 45], probe_router: ["Int32", 51],
  rcvbuf: ["Int32", 12], rcvhwm: ["Int32", 24], reconnect_ivl: ["Int32", 18],
  reconnect_ivl_max: ["Int32", 21], req_correlate: ["Int32", 52], req_relaxed: ["Int32", 53],
  router_handover: ["Int32", 56], router_mandatory: ["Int32", 33], router_raw: ["Int32", 41],
  routing_id: ["String", 5], sndbuf: ["Int32", 11], sndhwm: ["Int32", 23],
  socks_proxy: ["String", 68], stream_notify: ["Int32", 73], tcp_keepalive: ["Int32", 34],
  tcp_keepalive_cnt: ["Int32", 35], tcp_keepalive_idle: ["Int32", 36],
  tcp_keepalive_intvl: ["Int32", 37], tcp_maxrt: ["Int32", 80], tos: ["Int32", 57],
  xpub_manual: ["Int32", 71], xpub_nodrop: ["Int32", 69], xpub_verbose: ["Int32", 40],
  xpub_verboser: ["Int32", 78], xpub_welcome_msg: ["String", 72], zap_domain: ["String", 55],
};
const [SNDTIMEO, RCVTIMEO] = [28, 27];
const OPS = "hello open bind connect set send recv subscribe unsubscribe close reset bye".split(" ");
const KINDS = { EAGAIN: "again", EFSM: "state", ENOTSUP: "state", EPROTONOSUPPORT: "unsupported" };
const MAX_PART = 64 << 20; // octets; the largest part a fill may ask for
const BIG_PART = 4096; // octets; above this a part is answered as a fill, where it is one
const TICK = 1; // milliseconds between two looks at EVENTS

const sockets = new Map(); // name -> { zmq, kind, recvs, sends }: those who wait, in order
let timer = null;

// A stray console.log, of whatever library, is a diagnostic and not an answer.
console.log = console.info = console.debug = console.error;
// Options set behind a bind or connect are asked for by the suite: no advice about them.
process.removeAllListeners("warning");

class Failure extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

// Writes it all before it returns: what is written before an exit is not lost.
function say(reply) {
  let octets = Buffer.from(JSON.stringify(reply) + "\n");
  while (octets.length > 0) {
    try {
      octets = octets.subarray(fs.writeSync(1, octets));
    } catch (error) {
      if (error.code === "EPIPE") leave();
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

// At once: process.exit would wait for what lingers.
function leave() {
  process.reallyExit(0);
}

function answer(id, ok) {
  say({ id, ok });
}

// Every exception is an answer, never a death. libzmq's have a number; the others are ours.
function refuse(id, error) {
  const ofLibrary = typeof error.errno === "number" ? KINDS[error.code] || "refused" : "internal";
  const kind = error instanceof Failure ? error.kind : ofLibrary;
  const err = { kind, message: String(error.message) };
  if (kind === "internal") err.trace = String(error.stack).slice(0, 4000);
  say({ id, err });
}

function field(request, name, type) {
  const value = request[name];
  const good = type === "integer" ? Number.isSafeInteger(value) : typeof value === type;
  if (!good) throw new Failure("refused", `field ${name} is missing or of the wrong type`);
  return value;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unhex(text) {
  if (typeof text !== "string" || text.length % 2 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new Failure("refused", "hex is an even number of digits");
  }
  return Buffer.from(text, "hex");
}

// A part as it stands in a request: a hex string or a fill.
function octetsOf(part) {
  if (typeof part === "string") return unhex(part);
  if (!isObject(part)) throw new Failure("refused", "a part is a hex string or a fill");
  const unit = unhex(part.fill);
  if (unit.length === 0 || !Number.isSafeInteger(part.len) || part.len < 0 || part.len > MAX_PART) {
    throw new Failure("refused", "a fill has a pattern, and a len up to 64 MiB");
  }
  return Buffer.alloc(part.len, unit);
}

// Octets as they stand in an answer.
function partOf(octets) {
  for (let n = 1; octets.length > BIG_PART && n <= 64; n++) {
    if (octets.subarray(n).equals(octets.subarray(0, octets.length - n))) {
      return { fill: octets.subarray(0, n).toString("hex"), len: octets.length };
    }
  }
  return octets.toString("hex");
}

function set(socket, name, value) {
  if (!Object.hasOwn(OPTIONS, name)) throw new Failure("unsupported", `option ${name}`);
  const [type, number] = OPTIONS[name];
  if (type === "String") {
    const octets = isObject(value) ? unhex(value.hex) : value;
    if (typeof octets === "string" || Buffer.isBuffer(octets)) {
      // Null is how zeromq.js says no octets.
      return socket.setStringOption(number, octets.length > 0 ? Buffer.from(octets) : null);
    }
  } else if (typeof value === "boolean" || Number.isSafeInteger(value)) {
    return socket[`set${type}Option`](number, Number(value));
  }
  throw new Failure("refused", `option ${name}: not a value of its type`);
}

// Tries a call once, without waiting; true when it has been answered.
async function attempt(socket, call) {
  try {
    if (call.parts) {
      await socket.send(call.parts);
      answer(call.id, {});
    } else {
      answer(call.id, { parts: (await socket.receive()).map(partOf) });
    }
  } catch (error) {
    if (error.code === "EAGAIN") return false;
    refuse(call.id, error);
  }
  return true;
}

// Lets libzmq work, serves those who wait, each queue in order, and gives up those out of time.
async function pump({ zmq: socket, recvs, sends }) {
  const now = performance.now();
  for (const [queue, ready] of [[recvs, "readable"], [sends, "writable"]]) {
    while (socket[ready] && queue.length > 0 && (await attempt(socket, queue[0]))) queue.shift();
    for (const call of queue.filter((call) => call.due <= now)) {
      queue.splice(queue.indexOf(call), 1);
      refuse(call.id, new Failure("again", call.parts ? "nobody to take it" : "no message"));
    }
  }
}

// A new recv or send: at once if none waits before it, else in its turn.
async function enter(socket, queue, request, parts) {
  const within = field(request, "within_ms", "integer");
  const call = { id: request.id, parts, due: performance.now() + within };
  if (queue.length === 0 && (await attempt(socket, call))) return;
  queue.push(call);
}

// What is pending is answered first, then the socket is closed.
function end({ zmq: socket, recvs, sends }) {
  for (const call of [...recvs, ...sends]) refuse(call.id, new Failure("closed", "closed meanwhile"));
  socket.close();
}

function hello(request) {
  if (request.proto !== 1) throw new Failure("refused", "this adapter speaks zeroproof/adapter/1");
  const has = (what) => zmq.capability[what];
  const impl = { name: "libzmq", version: zmq.version, language: "C++" };
  impl.binding = `zeromq.js ${binding}, Node ${process.version}`;
  return {
    proto: 1,
    impl,
    concurrency: 256,
    can: {
      zmtp: ["3.1", "3.0", "2.0", "1.0"],
      type: Object.keys(TYPES),
      mech: ["NULL", "PLAIN", ...(has("curve") ? ["CURVE"] : [])],
      role: ["bind", "connect"],
      transport: ["tcp", "inproc", ...(has("ipc") ? ["ipc"] : [])],
      opt: Object.keys(OPTIONS),
      op: OPS,
    },
  };
}

function open(name, request) {
  if (sockets.has(name)) throw new Failure("state", `socket ${name} is open already`);
  const [kind, options] = [field(request, "type", "string"), "opt" in request ? request.opt : {}];
  if (!Object.hasOwn(TYPES, kind)) throw new Failure("unsupported", `socket type ${kind}`);
  if (!isObject(options)) throw new Failure("refused", "opt is an object");
  const socket = new TYPES[kind]();
  try {
    socket.linger = 0;
    for (const number of [SNDTIMEO, RCVTIMEO]) socket.setInt32Option(number, 0);
    for (const [option, value] of Object.entries(options)) set(socket, option, value);
  } catch (error) {
    socket.close();
    throw error;
  }
  sockets.set(name, { zmq: socket, kind, recvs: [], sends: [] });
  return {};
}

// One request -> the `ok` of its answer, or undefined if the answer comes by itself.
async function operate(request) {
  const op = field(request, "op", "string");
  if (op === "hello") return hello(request);
  if (op === "reset" || op === "bye") {
    for (const opened of sockets.values()) end(opened);
    sockets.clear();
    if (op === "reset") return {};
    answer(request.id, {});
    leave();
  }
  if (!OPS.includes(op)) throw new Failure("unsupported", `op ${op.slice(0, 80)}`);
  const name = field(request, "s", "string");
  if (op === "open") return open(name, request);
  const opened = sockets.get(name);
  if (!opened) throw new Failure("state", `no open socket ${name}`);
  if (op === "close") {
    sockets.delete(name);
    end(opened);
    return {};
  }
  try {
    return await use(opened, op, request);
  } finally {
    await pump(opened);
  }
}

async function use({ zmq: socket, kind, recvs, sends }, op, request) {
  switch (op) {
    case "recv":
      return enter(socket, recvs, request);
    case "send":
      if (!Array.isArray(request.parts) || request.parts.length === 0) {
        throw new Failure("refused", "a message has at least one part");
      }
      return enter(socket, sends, request, request.parts.map(octetsOf));
    case "bind":
      await socket.bind(field(request, "to", "string"));
      return { endpoint: socket.lastEndpoint };
    case "connect":
      socket.connect(field(request, "to", "string"));
      return {};
    case "set":
      set(socket, field(request, "opt", "string"), request.value);
      return {};
    default: {
      if (kind !== "SUB") throw new Failure("state", `${op} is for SUB`);
      const topic = octetsOf(request.topic);
      socket[op](...(topic.length > 0 ? [topic] : []));
      return {};
    }
  }
}

// One line of input, to its answer or to a place among those who wait.
async function take(line) {
  let id = null;
  try {
    let request;
    try {
      request = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    } catch (error) {
      throw new Failure("refused", `not JSON: ${error.message}`);
    }
    if (!isObject(request)) throw new Failure("refused", "not a JSON object");
    id = field(request, "id", "integer");
    const ok = await operate(request);
    if (ok !== undefined) answer(id, ok);
  } catch (error) {
    refuse(id, error);
  }
}

let turns = Promise.resolve(); // lines and ticks, one after the other
function inTurn(work) {
  turns = turns.then(work);
}

function tickLater() {
  if (timer !== null || sockets.size === 0) return;
  timer = setTimeout(() => inTurn(async () => {
    for (const opened of [...sockets.values()]) await pump(opened);
    timer = null;
    tickLater();
  }), TICK);
}

let pieces = []; // of a line that is not whole yet
process.stdin.on("data", (octets) => {
  for (let at; (at = octets.indexOf(10)) >= 0; octets = octets.subarray(at + 1)) {
    const line = Buffer.concat([...pieces, octets.subarray(0, at)]);
    pieces = [];
    if (line.toString("latin1").trim() !== "") inTurn(() => take(line));
  }
  pieces.push(octets);
  inTurn(tickLater);
});
process.stdin.on("end", leave); // whatever waits or lingers
