#!/usr/bin/env python3
"""Adapter `zeroproof/adapter/1`: lines in, lines out. The protocol is conformance/adapters/README.md.

Your library is in `library.py`; nothing here need change. One thread: it reads requests, and while a
recv or send waits it tries again every millisecond, in order. A library that tells when a socket is
ready (a descriptor, a callback) does better to be waited for: see `run`.
"""
import binascii
import json
import os
import select
import sys
import time
import traceback

import library
from library import Failure

OPS = "hello open bind connect set send recv subscribe unsubscribe close reset bye".split()
MAX_PART = 64 << 20  # octets; the largest part a fill may ask for
BIG_PART = 4096  # octets; above this a part is answered as a fill, where it is one
RETRY = 0.001  # seconds between two tries of a call that waits


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
        for n in range(1, 65):
            if octets[n:] == octets[:-n]:
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
    """A recv or send that waits; `parts` is None for a recv, `due` is when to give up."""

    def __init__(self, ident, parts, within):
        self.id, self.parts = ident, parts
        self.due = time.monotonic() + within / 1000


class Open:
    """An open socket of the library, and those who wait for it, in order."""

    def __init__(self, socket):
        self.socket, self.recvs, self.sends = socket, [], []


class Adapter:
    def __init__(self, output):
        self.output, self.lines, self.buffer = output, [], bytearray()
        self.sockets, self.leaving = {}, False

    def answer(self, ident, ok):
        self.lines.append(json.dumps({"id": ident, "ok": ok}))

    def refuse(self, ident, kind, message, **more):
        self.lines.append(json.dumps({"id": ident, "err": dict(kind=kind, message=message, **more)}))

    def failed(self, ident, error):
        """Every exception is an answer, never a death."""
        if isinstance(error, Failure):
            self.refuse(ident, error.kind, str(error))
        else:
            self.refuse(ident, "internal", repr(error), trace=traceback.format_exc()[-4000:])

    def flush(self):
        octets = "".join(line + "\n" for line in self.lines).encode()
        self.lines = []
        while octets:
            octets = octets[os.write(self.output, octets):]

    # Calls that wait

    def attempt(self, opened, call):
        """Tries once, without waiting; True when the call has been answered."""
        try:
            if call.parts is None:
                self.answer(call.id, {"parts": [part_of(part) for part in opened.socket.recv()]})
            else:
                opened.socket.send(call.parts)
                self.answer(call.id, {})
        except Exception as error:
            if isinstance(error, Failure) and error.kind == "again":
                return False
            self.failed(call.id, error)
        return True

    def pump(self):
        """Serves those who wait, each queue in order, and gives up those whose time is over."""
        for opened in self.sockets.values():
            for queue in opened.recvs, opened.sends:
                while queue and self.attempt(opened, queue[0]):
                    queue.pop(0)
                now = time.monotonic()
                for call in [call for call in queue if call.due <= now]:
                    queue.remove(call)
                    self.refuse(call.id, "again", "its time is over")

    def end(self, opened):
        """What is pending is answered first, then the socket is closed."""
        for call in opened.recvs + opened.sends:
            self.refuse(call.id, "closed", "closed meanwhile")
        opened.socket.close()

    # Operations

    def operate(self, request):
        """One request -> the `ok` of its answer, or None if the answer comes by itself."""
        op = field(request, "op", str)
        if op == "hello":
            if field(request, "proto", int) != 1:
                raise Failure("refused", "this adapter speaks zeroproof/adapter/1")
            impl = {"name": library.NAME, "version": library.VERSION, "language": library.LANGUAGE}
            can = dict(library.CAN, op=OPS)
            return {"proto": 1, "impl": impl, "concurrency": 64, "can": can}
        if op in ("reset", "bye"):
            self.leaving = op == "bye"
            while self.sockets:
                self.end(self.sockets.popitem()[1])
            return {}
        if op not in OPS:
            raise Failure("unsupported", "op %s" % op)
        name = field(request, "s", str)
        if op == "open":
            return self.open(name, request)
        if name not in self.sockets:
            raise Failure("state", "no open socket %r" % name)
        if op == "close":
            self.end(self.sockets.pop(name))
            return {}
        return self.use(self.sockets[name], op, request)

    def open(self, name, request):
        options = request.get("opt", {})
        if name in self.sockets:
            raise Failure("state", "socket %r is open already" % name)
        if not isinstance(options, dict):
            raise Failure("refused", "opt is an object")
        socket = library.Socket(field(request, "type", str))
        try:
            for option, value in options.items():
                socket.set(option, option_value(value))
        except BaseException:
            socket.close()
            raise
        self.sockets[name] = Open(socket)
        return {}

    def use(self, opened, op, request):
        if op == "recv":
            opened.recvs.append(Call(request["id"], None, field(request, "within_ms", int)))
            return None
        if op == "send":
            parts = [octets_of(part) for part in field(request, "parts", list)]
            if not parts:
                raise Failure("refused", "a message has at least one part")
            opened.sends.append(Call(request["id"], parts, field(request, "within_ms", int)))
            return None
        if op == "bind":
            return {"endpoint": opened.socket.bind(field(request, "to", str))}
        if op == "connect":
            opened.socket.connect(field(request, "to", str))
        elif op == "set":
            opened.socket.set(field(request, "opt", str), option_value(request.get("value")))
        else:
            opened.socket.subscribe(octets_of(request.get("topic")), op == "subscribe")
        return {}

    def take(self, line):
        """One line of input, to its answer or to a place among those who wait."""
        ident = None
        try:
            try:
                request = json.loads(line.decode())
            except ValueError as error:
                raise Failure("refused", "not JSON (%s): %.80r" % (error, line)) from None
            if not isinstance(request, dict):
                raise Failure("refused", "not a JSON object: %.80r" % line)
            ident = field(request, "id", int)
            ok = self.operate(request)
            if ok is not None:
                self.answer(ident, ok)
        except Exception as error:
            self.failed(ident, error)
        self.pump()

    def read(self):
        octets = os.read(0, 1 << 18)
        if not octets:
            self.leaving = True
        start = len(self.buffer)
        self.buffer += octets
        end = self.buffer.rfind(b"\n", start)
        if end >= 0:
            lines = bytes(self.buffer[:end]).split(b"\n")
            del self.buffer[: end + 1]
            for line in lines:
                if not self.leaving and line.strip():
                    self.take(line)

    def run(self):
        while not self.leaving:
            waits = any(opened.recvs or opened.sends for opened in self.sockets.values())
            if select.select([0], [], [], RETRY if waits else None)[0]:
                self.read()
            self.pump()
            self.flush()


def main():
    output = os.dup(1)
    os.dup2(2, 1)  # a stray print, of whatever library, is a diagnostic and not an answer
    Adapter(output).run()
    sys.stderr.flush()
    os._exit(0)  # whatever your library still wants to send: leave without waiting for it


if __name__ == "__main__":
    main()
