#!/usr/bin/env python3.6
"""Adapter `zeroproof/adapter/1` for azmq 1.0.6, ZMTP 3.1 in pure asyncio. The protocol: ../README.md.

azmq needs Python 3.6: later ones reject its source. Each socket has two lanes, one for what receives
and one for what sends, so that calls keep their order and a call that waits holds up no other kind.

Left out on purpose: what azmq has no name for, such as heartbeats and limits; ZAP.
"""
import asyncio
import binascii
import json
import os
import socket as sockets_of_python
import sys
import threading
import traceback

import azmq
import pysodium
from azmq.errors import InvalidOperation, UnsupportedSchemeError
from azmq.mechanisms import CurveClient, CurveServer, PlainClient, PlainServer

BIG_PART = 4096  # octets; above this a part is answered as a `fill`, where it is one
MAX_PART = 64 << 20  # octets
LONGEST_WAIT = 86400000  # milliseconds
TYPES = "PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB".split()
OPTIONS = (
    "routing_id linger plain_server plain_username plain_password curve_server curve_publickey"
    " curve_secretkey curve_serverkey"
).split()
OPS = "hello open bind connect set send recv subscribe unsubscribe close reset bye".split()
Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


class Failure(Exception):
    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind


def failure_of(error):
    if isinstance(error, Failure):
        return {"kind": error.kind, "message": str(error)}
    kinds = (
        (asyncio.TimeoutError, "again"),
        (asyncio.CancelledError, "closed"),
        ((InvalidOperation, AssertionError), "state"),  # it asserts that a type can do what is asked
        (UnsupportedSchemeError, "unsupported"),
        (azmq.errors.AZMQError, "refused"),
        ((OSError, ValueError), "refused"),
    )
    kind = next((kind for known, kind in kinds if isinstance(error, known)), "internal")
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {"kind": kind, "message": repr(error), "trace": trace[-4000:]}


def field(request, name, kind):
    value = request.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Failure("refused", "field %r is missing or of the wrong type" % name)
    return value


def octets_of(part):
    try:
        if isinstance(part, str):
            return binascii.unhexlify(part)
        unit, size = binascii.unhexlify(part["fill"]), part["len"]
        if unit and 0 <= size <= MAX_PART:
            return (unit * (size // len(unit) + 1))[:size]
    except (KeyError, TypeError, ValueError):
        pass
    raise Failure("refused", "not a part: %.80s" % json.dumps(part))


def part_of(octets):
    octets = bytes(octets)
    if len(octets) > BIG_PART:
        for n in range(1, 65):
            if octets[n:BIG_PART] == octets[:BIG_PART - n] and octets[n:] == octets[:-n]:
                return {"fill": octets[:n].hex(), "len": len(octets)}
    return octets.hex()


def key(octets):
    """A CURVE key: 32 octets, or 40 characters of Z85."""
    if len(octets) == 32:
        return octets
    number = [Z85.index(character) for character in octets.decode()]
    words = [number[i:i + 5] for i in range(0, len(number), 5)]
    return b"".join(sum(n * 85 ** (4 - i) for i, n in enumerate(w)).to_bytes(4, "big") for w in words)


def option_value(name, value):
    if name not in OPTIONS:
        raise Failure("unsupported", "option %s" % name)
    if isinstance(value, dict):
        return octets_of(value.get("hex"))
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bool, int)):
        return int(value)
    raise Failure("refused", "not the value of an option")


def mechanism_of(options):
    get = options.get
    if get("plain_server"):
        return PlainServer()
    if "plain_username" in options:
        return PlainClient(get("plain_username").decode(), get("plain_password", b"").decode())
    if "curve_secretkey" not in options:
        return None
    secret = key(get("curve_secretkey"))
    public = pysodium.crypto_scalarmult_curve25519_base(secret)
    own = {"public_key": public, "secret_key": secret}
    if get("curve_server"):
        return CurveServer(**own)
    return CurveClient(server_key=key(get("curve_serverkey")), **own)


class Socket:
    def __init__(self, adapter, kind, options):
        self.adapter, self.kind = adapter, kind
        identity = options.get("routing_id")
        self.azmq = adapter.context.socket(
            kind.encode(), identity=identity, mechanism=mechanism_of(options)
        )
        self.lanes = {"recv": asyncio.Queue(), "send": asyncio.Queue()}
        self.tasks = [asyncio.ensure_future(self.serve(lane)) for lane in self.lanes.values()]
        self.waiting = {}

    async def serve(self, lane):
        while True:
            ident, until, parts = await lane.get()
            try:
                self.check_turn(parts is None)
                left = max(until - self.adapter.loop.time(), 0.001)
                call = self.azmq.recv_multipart() if parts is None else self.azmq.send_multipart(parts)
                # What its type never does is refused at once, however little time is given.
                never = self.kind in (("PUB", "PUSH") if parts is None else ("SUB", "PULL"))
                got = await (call if never else asyncio.wait_for(call, left))
                ok = {} if parts is not None else {"parts": [part_of(part) for part in got]}
                self.finish(ident, lambda: self.adapter.answer(ident, ok))
            except Exception as error:
                if not self.azmq.closing:
                    self.finish(ident, lambda: self.adapter.refuse(ident, failure_of(error)))

    def check_turn(self, receives):
        """Out of turn azmq waits for its own application, and giving that up would poison it."""
        if self.kind == ("REQ" if receives else "REP") and not self.azmq._current_peer.done():
            raise Failure("state", "not its turn")

    def finish(self, ident, say):
        if self.waiting.pop(ident, None):
            say()

    def enter(self, request, parts):
        within = min(field(request, "within_ms", int), LONGEST_WAIT) / 1000
        self.waiting[request["id"]] = True
        lane = self.lanes["recv" if parts is None else "send"]
        lane.put_nowait((request["id"], self.adapter.loop.time() + within, parts))
        return None

    async def bind(self, to):
        if not to.startswith("tcp://"):
            self.azmq.bind(to)
            return to
        host, port = to[6:].rsplit(":", 1)
        if port in ("*", "0"):  # it has no wildcard
            free = sockets_of_python.socket()
            free.bind((host, 0))
            port = free.getsockname()[1]
            free.close()
        elif is_taken(host, int(port)):
            raise Failure("refused", "address in use: %s" % to)
        self.azmq.bind("tcp://%s:%s" % (host, port))
        while not is_taken(host, int(port)):  # its bind does not wait until it listens
            await asyncio.sleep(0.001)
        return "tcp://%s:%s" % (host, port)

    async def subscribe(self, topic, on):
        if self.kind != "SUB":
            raise Failure("state", "subscriptions are for SUB")
        await (self.azmq.subscribe if on else self.azmq.unsubscribe)(topic)

    async def close(self):
        for ident in list(self.waiting):
            self.finish(ident, lambda: self.adapter.refuse(
                ident, {"kind": "closed", "message": "closed meanwhile"}))
        for task in self.tasks:
            task.cancel()
        self.azmq.close()
        try:
            await asyncio.wait_for(self.azmq.wait_closed(), 0.5)
        except Exception as error:  # the answer must not depend on how it ends
            print("close: %r" % error, file=sys.stderr)


def is_taken(host, port):
    probe = sockets_of_python.socket()
    try:
        probe.bind((host, port))
        return False
    except OSError:
        return True
    finally:
        probe.close()


class Adapter:
    def __init__(self, output, loop):
        self.output, self.loop = output, loop
        self.context = azmq.Context(loop=loop)
        self.sockets = {}

    def say(self, reply):
        octets = (json.dumps(reply, separators=(",", ":")) + "\n").encode()
        while octets:
            octets = octets[os.write(self.output, octets):]

    def answer(self, ident, ok):
        self.say({"id": ident, "ok": ok})

    def refuse(self, ident, failure):
        self.say({"id": ident, "err": failure})

    def hello(self, request):
        if field(request, "proto", int) != 1:
            raise Failure("refused", "this adapter speaks zeroproof/adapter/1")
        return {
            "proto": 1,
            "impl": {"name": "azmq", "version": "1.0.6", "language": "Python"},
            "concurrency": 4,
            "can": {
                "zmtp": ["3.1", "3.0"],
                "type": TYPES,
                "mech": ["NULL", "PLAIN", "CURVE"],
                "role": ["bind", "connect"],
                "transport": ["tcp", "ipc", "inproc"],
                "opt": OPTIONS,
                "op": OPS,
            },
        }

    def open(self, request):
        name, kind = field(request, "s", str), field(request, "type", str)
        options = request.get("opt", {})
        if name in self.sockets:
            raise Failure("state", "socket %r is open already" % name)
        if kind not in TYPES:
            raise Failure("unsupported", "socket type %s" % kind)
        if not isinstance(options, dict):
            raise Failure("refused", "opt is an object")
        options = {name: option_value(name, value) for name, value in options.items()}
        self.sockets[name] = Socket(self, kind, options)
        return {}

    async def operate(self, request):
        """One request -> the `ok` of its answer, or None if the answer comes by itself."""
        op = field(request, "op", str)
        if op == "hello":
            return self.hello(request)
        if op in ("reset", "bye"):
            leaving, self.sockets = list(self.sockets.values()), {}
            await asyncio.gather(*[socket.close() for socket in leaving])
            return {}
        if op not in OPS:
            raise Failure("unsupported", "op %s" % op)
        if op == "open":
            return self.open(request)
        name = field(request, "s", str)
        if name not in self.sockets:
            raise Failure("state", "no open socket %r" % name)
        socket = self.sockets[name]
        if op == "recv":
            return socket.enter(request, None)
        if op == "send":
            parts = [octets_of(part) for part in field(request, "parts", list)]
            if not parts:
                raise Failure("refused", "a message has at least one part")
            return socket.enter(request, parts)
        if op == "bind":
            return {"endpoint": await socket.bind(field(request, "to", str))}
        if op == "connect":
            socket.azmq.connect(field(request, "to", str))
        elif op == "close":
            await self.sockets.pop(name).close()
        elif op == "set":
            option_value(field(request, "opt", str), request.get("value"))
            raise Failure("state", "options are set when the socket is opened")
        else:
            await socket.subscribe(octets_of(request.get("topic")), op == "subscribe")
        return {}

    async def run(self, lines):
        while True:
            line, ident = await lines.get(), None
            try:
                try:
                    request = json.loads(line.decode())
                except ValueError as error:
                    raise Failure("refused", "not JSON (%s): %.80r" % (error, line))
                if not isinstance(request, dict):
                    raise Failure("refused", "not a JSON object: %.80r" % line)
                ident = field(request, "id", int)
                ok = await self.operate(request)
                if ok is not None:
                    self.answer(ident, ok)
                if request["op"] == "bye":
                    os._exit(0)
            except Exception as error:  # every failure is an answer, never a death
                self.refuse(ident, failure_of(error))


def read(loop, lines):
    for line in sys.stdin.buffer:
        if line.strip():
            loop.call_soon_threadsafe(lines.put_nowait, line)
    os._exit(0)


def main():
    output = os.dup(1)
    os.dup2(2, 1)  # a stray print, of whatever library, is a diagnostic and not an answer
    loop, lines = asyncio.get_event_loop(), asyncio.Queue()
    threading.Thread(target=read, args=(loop, lines), daemon=True).start()
    loop.run_until_complete(Adapter(output, loop).run(lines))


if __name__ == "__main__":
    main()
