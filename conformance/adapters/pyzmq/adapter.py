#!/usr/bin/env python3
"""Adapter `zeroproof/adapter/1` for libzmq, through pyzmq. The protocol: ../README.md.

One thread, one epoll. libzmq signals each socket on one descriptor (ZMQ_FD), and only that commands
wait for it: EVENTS must be read after every signal AND after every operation on the socket, because
any operation may have swallowed the signal. `Socket.pump` does both, and with it a bound SUB sends
its subscription to a new peer although nobody has called recv.

Left out on purpose: the draft socket types, since a libzmq built without them opens some and aborts
at the first handshake; monitor events.
"""
import binascii
import collections
import heapq
import json
import os
import platform
import resource
import select
import signal
import sys
import time
import traceback

import zmq

PROTO = 1
MAX_PART = 64 << 20  # octets; the largest part a `fill` may ask for
BIG_PART = 4096  # octets; above this a part is answered as a `fill`, where it is one
LONGEST_FILL = 64  # octets; the longest pattern looked for
LONGEST_WAIT = 86400000  # milliseconds; a longer within_ms is cut to this

TYPES = ("PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB STREAM").split()
def constant(name):
    """The number of an option in this pyzmq, or None; its older releases know one by another name."""
    return getattr(zmq, name.upper(), zmq.IDENTITY if name == "routing_id" else None)


OPTIONS = (
    "affinity backlog bindtodevice conflate connect_routing_id connect_timeout curve_publickey"
    " curve_secretkey curve_server curve_serverkey handshake_ivl heartbeat_ivl heartbeat_timeout"
    " heartbeat_ttl immediate invert_matching ipv6 linger maxmsgsize plain_password plain_server"
    " plain_username probe_router rcvbuf rcvhwm reconnect_ivl reconnect_ivl_max req_correlate"
    " req_relaxed router_handover router_mandatory router_raw routing_id sndbuf sndhwm socks_proxy"
    " stream_notify tcp_keepalive tcp_keepalive_cnt tcp_keepalive_idle tcp_keepalive_intvl"
    " tcp_maxrt tos xpub_manual xpub_nodrop xpub_verbose xpub_verboser xpub_welcome_msg"
    " zap_domain"
).split()
OPTIONS = [name for name in OPTIONS if constant(name) is not None]
HAS = getattr(zmq, "has", lambda what: what == "ipc")  # the oldest cannot be asked
TO_JSON = json.JSONEncoder(separators=(",", ":")).encode
OPS = "hello open bind connect set send recv subscribe unsubscribe close reset bye".split()


class Failure(Exception):
    """An answer that is an error: `kind` is one of the six of the protocol."""

    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind


def failure_of(error):
    """The protocol's error for an exception."""
    if isinstance(error, Failure):
        return {"kind": error.kind, "message": str(error)}
    if isinstance(error, zmq.ZMQError):
        kinds = {
            zmq.EAGAIN: "again",
            zmq.EFSM: "state",
            zmq.ENOTSUP: "state",
            zmq.EPROTONOSUPPORT: "unsupported",
            zmq.ETERM: "closed",
            zmq.ENOTSOCK: "closed",
        }
        return {"kind": kinds.get(error.errno, "refused"), "message": str(error)}
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {"kind": "internal", "message": repr(error), "trace": trace[-4000:]}


def field(request, name, kind):
    value = request.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Failure("refused", "field %r is missing or of the wrong type" % name)
    return value


def octets_of(part):
    """A part as it stands in a request: a hex string or a fill."""
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
    """Octets as they stand in an answer."""
    if len(octets) > BIG_PART:
        head = octets[:BIG_PART]
        for n in range(1, LONGEST_FILL + 1):
            if head[n:] == head[:-n] and octets[n:] == octets[:-n]:
                return {"fill": octets[:n].hex(), "len": len(octets)}
    return octets.hex()


def option_value(value):
    if isinstance(value, dict):
        return octets_of(value.get("hex"))
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bool, int)):
        return int(value)
    raise Failure("refused", 'an option is an integer, a boolean, a string or {"hex":"..."}')


class Call:
    """A recv or send that waits; `parts` is None for a recv."""

    __slots__ = ("id", "parts", "waits")

    def __init__(self, ident, parts):
        self.id, self.parts, self.waits = ident, parts, True


def drop_answered(queue):
    """Those who gave up stay in the queue until they are its head."""
    while queue and not queue[0].waits:
        queue.popleft()


class Socket:
    def __init__(self, adapter, kind):
        self.adapter, self.kind = adapter, kind
        self.zmq = adapter.context.socket(getattr(zmq, kind))
        self.zmq.linger = 0
        self.recvs, self.sends = collections.deque(), collections.deque()
        self.fd = self.zmq.getsockopt(zmq.FD)

    def set(self, name, value):
        if name not in OPTIONS:
            raise Failure("unsupported", "option %s" % name)
        try:
            self.zmq.set(constant(name), option_value(value))
        except (TypeError, ValueError, OverflowError) as error:
            raise Failure("refused", "option %s: %s" % (name, error)) from None

    def attempt(self, call):
        """Tries once, without waiting; True when the call has been answered."""
        try:
            if call.parts is None:
                parts = self.zmq.recv_multipart(zmq.DONTWAIT)
                self.adapter.answer(call.id, {"parts": [part_of(p) for p in parts]})
            else:
                self.zmq.send_multipart(call.parts, zmq.DONTWAIT)
                self.adapter.answer(call.id, {})
        except zmq.Again:
            return False
        except Exception as error:  # every failure is an answer
            self.adapter.refuse(call.id, failure_of(error))
        call.waits = False
        return True

    def enter(self, call, queue, within):
        """A new recv or send: at once if none waits before it, else in its turn."""
        drop_answered(queue)
        if (not queue and self.attempt(call)) or within <= 0:
            if call.waits:
                self.adapter.give_up(call)
        else:
            queue.append(call)
            self.adapter.expire_later(call, within)

    def pump(self):
        """Lets libzmq work and serves those who wait, until nothing moves."""
        moved = True
        while moved:
            moved = False
            events = self.zmq.getsockopt(zmq.EVENTS)
            for queue, ready in ((self.recvs, zmq.POLLIN), (self.sends, zmq.POLLOUT)):
                drop_answered(queue)
                if queue and events & ready and self.attempt(queue[0]):
                    queue.popleft()
                    moved = True

    def close(self):
        self.adapter.poller.unregister(self.fd)
        del self.adapter.by_fd[self.fd]
        for call in list(self.recvs) + list(self.sends):
            if call.waits:
                call.waits = False
                self.adapter.refuse(call.id, {"kind": "closed", "message": "closed meanwhile"})
        self.zmq.close()


class Adapter:
    def __init__(self, output):
        self.output, self.lines, self.buffer = output, [], bytearray()
        self.context = zmq.Context()
        self.sockets, self.by_fd = {}, {}
        self.timers, self.timer_count = [], 0
        self.leaving = False
        # Level triggered: reading EVENTS clears the descriptor, and no signal can be missed.
        self.poller = select.epoll() if hasattr(select, "epoll") else select.poll()
        self.unit = 1 if hasattr(select, "epoll") else 1000  # of the poller's timeout, per second
        self.poller.register(0, select.POLLIN)

    # Answers, and calls that wait

    def answer(self, ident, ok):
        self.lines.append(TO_JSON({"id": ident, "ok": ok}))

    def refuse(self, ident, failure):
        self.lines.append(TO_JSON({"id": ident, "err": failure}))

    def give_up(self, call):
        call.waits = False
        what = "no message" if call.parts is None else "nobody to take it"
        self.refuse(call.id, {"kind": "again", "message": what})

    def expire_later(self, call, within):
        self.timer_count += 1
        heapq.heappush(self.timers, (time.monotonic() + within / 1000, self.timer_count, call))

    def next_wait(self):
        """Seconds to the next expiry, None for ever; gives up what has expired."""
        while self.timers:
            due, _, call = self.timers[0]
            left = due - time.monotonic()
            if call.waits and left > 0:
                return left
            heapq.heappop(self.timers)
            if call.waits:
                self.give_up(call)
        return None

    def flush(self):
        if self.lines:
            octets = ("\n".join(self.lines) + "\n").encode()
            self.lines.clear()
            while octets:
                octets = octets[os.write(self.output, octets):]

    # Operations

    def socket(self, request):
        name = field(request, "s", str)
        if name not in self.sockets:
            raise Failure("state", "no open socket %r" % name)
        return self.sockets[name]

    def hello(self, request):
        if field(request, "proto", int) != PROTO:
            raise Failure("refused", "this adapter speaks zeroproof/adapter/1")
        version = zmq.zmq_version_info()
        return {
            "proto": PROTO,
            "impl": {
                "name": "libzmq",
                "version": zmq.zmq_version(),
                "language": "C++",
                "binding": "pyzmq %s, Python %s" % (zmq.__version__, platform.python_version()),
            },
            "concurrency": 1024,
            "can": {
                "zmtp": (["3.1"] if version >= (4, 3, 3) else []) + ["3.0", "2.0", "1.0"],
                "type": TYPES,
                "mech": ["NULL", "PLAIN"] + (["CURVE"] if HAS("curve") else []),
                "role": ["bind", "connect"],
                "transport": ["tcp", "inproc"] + [t.lower() for t in ("ipc", "WS") if HAS(t)],
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
        new = Socket(self, kind)
        try:
            for option, value in options.items():
                new.set(option, value)
        except BaseException:
            new.zmq.close()
            raise
        self.poller.register(new.fd, select.POLLIN)
        self.by_fd[new.fd] = self.sockets[name] = new
        return {}

    def operate(self, request):
        """One request -> the `ok` of its answer, or None if the answer comes by itself."""
        op = field(request, "op", str)
        if op == "hello":
            return self.hello(request)
        if op == "open":
            return self.open(request)
        if op in ("reset", "bye"):
            for socket in self.sockets.values():
                socket.close()
            self.sockets.clear()
            self.leaving = op == "bye"
            return {}
        if op not in OPS:
            raise Failure("unsupported", "op %s" % op)
        socket = self.socket(request)
        if op == "close":
            del self.sockets[request["s"]]
            socket.close()
            return {}
        try:
            return self.use(socket, op, request)
        finally:
            socket.pump()

    def use(self, socket, op, request):
        if op == "recv":
            within = min(field(request, "within_ms", int), LONGEST_WAIT)
            return socket.enter(Call(request["id"], None), socket.recvs, within)
        if op == "send":
            within = min(field(request, "within_ms", int), LONGEST_WAIT)
            parts = [octets_of(part) for part in field(request, "parts", list)]
            if not parts:
                raise Failure("refused", "a message has at least one part")
            return socket.enter(Call(request["id"], parts), socket.sends, within)
        if op == "bind":
            socket.zmq.bind(field(request, "to", str))
            return {"endpoint": socket.zmq.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()}
        if op == "connect":
            socket.zmq.connect(field(request, "to", str))
        elif op == "set":
            socket.set(field(request, "opt", str), request.get("value"))
        else:
            if socket.kind != "SUB":
                raise Failure("state", "%s is for SUB" % op)
            name = zmq.SUBSCRIBE if op == "subscribe" else zmq.UNSUBSCRIBE
            socket.zmq.setsockopt(name, octets_of(request.get("topic")))
        return {}

    def take(self, line):
        """One line of input, to its answer or to a place among those who wait."""
        ident = None
        try:
            try:
                request = json.loads(line.decode())
            except ValueError as error:
                raise Failure("refused", "not JSON (%s): %.80r" % (error, bytes(line))) from None
            if not isinstance(request, dict):
                raise Failure("refused", "not a JSON object: %.80r" % bytes(line))
            ident = field(request, "id", int)
            ok = self.operate(request)
            if ok is not None:
                self.answer(ident, ok)
        except Exception as error:  # every failure is an answer, never a death
            self.refuse(ident, failure_of(error))

    def read(self):
        octets = os.read(0, 1 << 18)
        if not octets:
            self.leaving = True
        start = len(self.buffer)
        self.buffer += octets
        end = self.buffer.rfind(b"\n", start)
        if end >= 0:
            lines = bytes(self.buffer[:end]).split(b"\n")
            del self.buffer[:end + 1]
            for line in lines:
                if not self.leaving and line.strip():
                    self.take(line)

    def run(self):
        while not self.leaving:
            wait = self.next_wait()
            self.flush()
            for fd, _ in self.poller.poll(None if wait is None else wait * self.unit):
                if fd == 0:
                    self.read()
                elif fd in self.by_fd:
                    self.by_fd[fd].pump()
            self.flush()


def main():
    output = os.dup(1)
    os.dup2(2, 1)  # a stray print, of whatever library, is a diagnostic and not an answer
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    Adapter(output).run()
    sys.stderr.flush()
    os._exit(0)  # LINGER may be anything by now: leave without waiting for it


if __name__ == "__main__":
    main()
