#!/usr/bin/env node
// Adapter `zeroproof/adapter/1`: lines in, lines out. The protocol is conformance/adapters/README.md.
//
// Your library is in `library.js`; nothing here need change. While a recv or send waits, it is tried
// again every millisecond, in order. A library that tells when a socket is ready does better to be
// waited for: let its event call `pump`.
"use strict";

const fs = require("fs");
const { IMPL, CAN, Failure, Socket } = require("./library.js");

const OPS = "hello open bind connect set send recv subscribe unsubscribe close reset bye".split(" ");
const MAX_PART = 64 << 20; // octets; the largest part a fill may ask for
const BIG_PART = 4096; // octets; above this a part is answered as a fill, where it is one
const RETRY = 1; // milliseconds between two tries of a call that waits

const sockets = new Map(); // name -> { socket, recvs, sends }: those who wait, in order
let timer = null;

// A stray console.log, of whatever library, is a diagnostic and not an answer.
console.log = console.info = console.debug = console.error;

// Writes it all before it returns: what is written before an exit is not lost.
function say(reply) {
  let octets = Buffer.from(JSON.stringify(reply) + "\n");
  while (octets.length > 0) {
    try {
      octets = octets.subarray(fs.writeSync(1, octets));
    } catch (error) {
      if (error.code === "EPIPE") process.exit(0);
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function answer(id, ok) {
  say({ id, ok });
}

// Every exception is an answer, never a death.
function refuse(id, error) {
  const known = error instanceof Failure;
  const err = { kind: known ? error.kind : "internal", message: String(error.message) };
  if (!known) err.trace = String(error.stack).slice(0, 4000);
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

function optionValue(value) {
  if (isObject(value)) return unhex(value.hex);
  if (typeof value === "string") return Buffer.from(value);
  if (typeof value === "boolean") return Number(value);
  if (Number.isSafeInteger(value)) return value;
  throw new Failure("refused", 'an option is an integer, a boolean, a string or {"hex":"..."}');
}

// Tries a call once, without waiting; true when it has been answered.
function attempt(socket, call) {
  try {
    if (call.parts) {
      socket.send(call.parts);
      answer(call.id, {});
    } else {
      answer(call.id, { parts: socket.recv().map(partOf) });
    }
  } catch (error) {
    if (error instanceof Failure && error.kind === "again") return false;
    refuse(call.id, error);
  }
  return true;
}

// Serves those who wait, each queue in order, and gives up those whose time is over.
function pump() {
  let waits = false;
  for (const { socket, recvs, sends } of sockets.values()) {
    for (const queue of [recvs, sends]) {
      while (queue.length > 0 && attempt(socket, queue[0])) queue.shift();
      const now = performance.now();
      for (const call of queue.filter((call) => call.due <= now)) {
        queue.splice(queue.indexOf(call), 1);
        refuse(call.id, new Failure("again", "its time is over"));
      }
      waits = waits || queue.length > 0;
    }
  }
  if (waits && timer === null) {
    timer = setTimeout(() => {
      timer = null;
      pump();
    }, RETRY);
  }
}

// What is pending is answered first, then the socket is closed.
function end({ socket, recvs, sends }) {
  for (const call of [...recvs, ...sends]) refuse(call.id, new Failure("closed", "closed meanwhile"));
  socket.close();
}

function open(name, request) {
  if (sockets.has(name)) throw new Failure("state", `socket ${name} is open already`);
  const options = "opt" in request ? request.opt : {};
  if (!isObject(options)) throw new Failure("refused", "opt is an object");
  const socket = new Socket(field(request, "type", "string"));
  try {
    for (const [option, value] of Object.entries(options)) socket.set(option, optionValue(value));
  } catch (error) {
    socket.close();
    throw error;
  }
  sockets.set(name, { socket, recvs: [], sends: [] });
  return {};
}

// One request -> the `ok` of its answer, or undefined if the answer comes by itself.
function operate(request) {
  const op = field(request, "op", "string");
  if (op === "hello") {
    if (request.proto !== 1) throw new Failure("refused", "this adapter speaks zeroproof/adapter/1");
    return { proto: 1, impl: IMPL, concurrency: 64, can: { ...CAN, op: OPS } };
  }
  if (op === "reset" || op === "bye") {
    for (const opened of sockets.values()) end(opened);
    sockets.clear();
    if (op === "reset") return {};
    answer(request.id, {});
    process.exit(0);
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
  return use(opened, op, request);
}

function use({ socket, recvs, sends }, op, request) {
  const due = () => performance.now() + field(request, "within_ms", "integer");
  switch (op) {
    case "recv":
      recvs.push({ id: request.id, due: due() });
      return undefined;
    case "send": {
      if (!Array.isArray(request.parts) || request.parts.length === 0) {
        throw new Failure("refused", "a message has at least one part");
      }
      sends.push({ id: request.id, parts: request.parts.map(octetsOf), due: due() });
      return undefined;
    }
    case "bind":
      return { endpoint: socket.bind(field(request, "to", "string")) };
    case "connect":
      socket.connect(field(request, "to", "string"));
      return {};
    case "set":
      socket.set(field(request, "opt", "string"), optionValue(request.value));
      return {};
    default:
      socket.subscribe(octetsOf(request.topic), op === "subscribe");
      return {};
  }
}

// One line of input, to its answer or to a place among those who wait.
function take(line) {
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
    const ok = operate(request);
    if (ok !== undefined) answer(id, ok);
  } catch (error) {
    refuse(id, error);
  }
  pump();
}

let pieces = []; // of a line that is not whole yet
process.stdin.on("data", (octets) => {
  for (let at; (at = octets.indexOf(10)) >= 0; octets = octets.subarray(at + 1)) {
    const line = Buffer.concat([...pieces, octets.subarray(0, at)]);
    pieces = [];
    if (line.toString("latin1").trim() !== "") take(line);
  }
  pieces.push(octets);
});
process.stdin.on("end", () => process.exit(0)); // whatever waits or lingers
