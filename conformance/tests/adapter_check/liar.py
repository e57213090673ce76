"""The adapter of the skeleton for Python, which keeps every rule, with one rule broken on purpose:
`python3 liar.py FOLDER LIE`, where FOLDER holds the skeleton. LIE `honest` breaks none, and has REQ and
REP besides the toy's types, so that the rule about envelopes can be tried.
"""
import json
import os
import select
import sys

FOLDER, LIE = sys.argv[1:3]
sys.path.insert(0, FOLDER)
sys.dont_write_bytecode = True

import adapter  # noqa: E402
import library  # noqa: E402
from adapter import Adapter  # noqa: E402
from library import Failure, Socket  # noqa: E402

LIES = {}
library.CAN["type"] += ["REQ", "REP"]


def lie(function):
    LIES[function.__name__] = function
    return function


def instead(holder, name):
    """Replaces a function; the new one gets the old one first."""

    def put(new):
        old = getattr(holder, name)
        setattr(holder, name, lambda *words: new(old, *words))

    return put


def stuck():
    while True:
        select.select([], [], [])


@instead(Socket, "send")
def send(old, self, parts):
    if self.kind in ("REQ", "REP"):
        self.peers[0].inbox.append(parts)
    else:
        old(self, parts)


@instead(Socket, "recv")
def recv(old, self):
    if self.kind in ("REQ", "REP"):
        if not self.inbox:
            raise Failure("again", "no message")
        return self.inbox.pop(0)
    return old(self)


def figures(request):
    messages = request["count"] + request.get("warm_up", 0)
    ok = {"messages": messages, "octets": messages * request["size"], "ns": 1000000}
    if request["work"] == "ask":
        ok["trips"] = {"p50": 1, "p99": 2, "p999": 3, "max": 4}
    return ok


def vain(self, request):
    """Nobody has come: a bound bench that may wait goes on, any other is over."""
    if request["within_ms"] < 1000:
        raise Failure("again", "nobody came")


# The figures of a bench, and what it does alone: a lie may replace either.
BENCH = {"figures": figures, "vain": vain}
adapter.OPS.append("bench")


@instead(Adapter, "operate")
def operate_bench(old, self, request):
    """A bench that moves nothing, but keeps the rules."""
    if request.get("op") != "bench":
        return old(self, request)
    for name in ("size", "count", "within_ms"):
        if adapter.field(request, name, int) < (name != "size"):
            raise Failure("refused", name)
    if ("bind" in request) == ("connect" in request):
        raise Failure("refused", "either bind or connect")
    if request["work"] not in ("send", "receive", "ask", "echo"):
        raise Failure("refused", "work")
    to = request.get("bind") or request["connect"]
    self.lines.append(json.dumps({"ev": "ready", "of": request["id"], "endpoint": to}))
    if "bind" in request:
        done = BENCH["vain"](self, request)
        self.bench = request
        return done
    self.answer(self.bench["id"], BENCH["figures"](self.bench))
    return BENCH["figures"](request)


def changed_hello(change):
    @instead(Adapter, "operate")
    def operate(old, self, request):
        ok = old(self, request)
        if request.get("op") == "hello":
            change(ok)
        return ok


def changed_line(change):
    """Replies as text, each before it is written."""

    @instead(Adapter, "flush")
    def flush(old, self):
        self.lines = [changed for line in self.lines for changed in change(json.loads(line), line)]
        old(self)


@lie
def honest():
    pass


@lie
def hello_without_language():
    changed_hello(lambda ok: ok["impl"].pop("language"))


@lie
def a_type_twice():
    changed_hello(lambda ok: ok["can"].update(type=["PUSH", "PULL", "PUSH"]))


@lie
def replies_on_many_lines():
    changed_line(lambda reply, line: [json.dumps(reply, indent=1)])


@lie
def reads_only_its_own_form():
    @instead(Adapter, "take")
    def take(old, self, line):
        old(self, line if line.startswith(b'{"id":') or b"id" not in line else b"x")


@lie
def names_in_ascii():
    @instead(Adapter, "take")
    def take(old, self, line):
        old(self, line.decode("utf-8", "replace").encode("ascii", "replace"))


@lie
def prints_when_it_opens():
    @instead(Adapter, "open")
    def open_(old, self, name, request):
        self.lines.append("socket %s opened" % name)
        return old(self, name, request)


@lie
def flushes_late():
    @instead(Adapter, "flush")
    def flush(old, self):
        if len(self.lines) >= 4 or self.leaving:
            old(self)


@lie
def cuts_large_parts():
    @instead(adapter, "octets_of")
    def octets_of(old, part):
        return old(part)[:1000000]


@lie
def answers_empty_lines():
    @instead(Adapter, "read")
    def read(old, self):
        octets = os.read(0, 1 << 18)
        self.leaving = self.leaving or not octets
        self.buffer += octets
        *lines, rest = bytes(self.buffer).split(b"\n")
        self.buffer = bytearray(rest)
        for line in lines:
            if not self.leaving:
                self.take(line)


@lie
def says_nothing_to_nonsense():
    @instead(Adapter, "refuse")
    def refuse(old, self, ident, *words, **more):
        if ident is not None:
            old(self, ident, *words)


@lie
def nonsense_is_internal():
    @instead(Adapter, "failed")
    def failed(old, self, ident, error):
        old(self, ident, error if ident is not None else ValueError("nonsense"))


@lie
def answers_twice():
    changed_line(lambda reply, line: [line, line] if reply["id"] == 2 else [line])


@lie
def ids_of_32_bits():
    def change(reply, line):
        if reply["id"] == (1 << 53) - 1:
            reply["id"] &= 0xFFFFFFFF
        return [json.dumps(reply)]

    changed_line(change)


@lie
def a_kind_of_its_own():
    changed_line(lambda reply, line: [line.replace('"unsupported"', '"unknown"')])


@lie
def ok_with_the_name():
    @instead(Adapter, "open")
    def open_(old, self, name, request):
        return dict(old(self, name, request), s=name)


@lie
def bind_answers_another_endpoint():
    @instead(Socket, "bind")
    def bind(old, self, endpoint):
        return old(self, endpoint) + "-0"


@lie
def keeps_names_after_close():
    used = set()

    @instead(Adapter, "open")
    def open_(old, self, name, request):
        if name in used:
            raise Failure("state", "%r was used before" % name)
        ok = old(self, name, request)
        used.add(name)
        return ok

    @instead(Adapter, "operate")
    def operate(old, self, request):
        if request.get("op") == "reset":
            used.clear()
        return old(self, request)


@lie
def shows_the_delimiter():
    @instead(Socket, "send")
    def send(old, self, parts):
        old(self, [b""] + parts if self.kind == "REQ" else parts)


@lie
def lingers():
    @instead(Adapter, "operate")
    def operate(old, self, request):
        unsent = request.get("op") == "bye" and any(library.dialing.values())
        ok = old(self, request)
        if unsent:
            self.answer(request["id"], ok)
            self.flush()
            stuck()
        return ok


@lie
def takes_any_option():
    Socket.set = lambda self, name, value: None


@lie
def linger_is_no_number():
    @instead(Socket, "set")
    def set_(old, self, name, value):
        old(self, name, str(value) if name == "linger" else value)


@lie
def fills_are_whole_patterns():
    @instead(adapter, "octets_of")
    def octets_of(old, part):
        if isinstance(part, dict) and part.get("len") == 5:
            part = dict(part, len=6)
        return old(part)


@lie
def takes_half_octets():
    @instead(adapter, "octets_of")
    def octets_of(old, part):
        return old(part[:-1] if isinstance(part, str) and len(part) % 2 else part)


@lie
def builds_parts_of_any_size():
    adapter.MAX_PART = 1 << 40


@lie
def never_waits():
    @instead(Adapter, "pump")
    def pump(old, self):
        for opened in self.sockets.values():
            for call in opened.recvs:
                call.due = 0
        old(self)


@lie
def guesses_at_ops():
    @instead(Adapter, "operate")
    def operate(old, self, request):
        if request.get("op") == "xyzzy" and "any" in request:
            raise Failure("refused", "what?")
        return old(self, request)


@lie
def nobody_to_take_it_is_a_state():
    @instead(Socket, "send")
    def send(old, self, parts):
        if not self.peers and parts == [b"\0"] and not self.endpoints and self.kind == "PUSH":
            raise Failure("state", "nobody to take it")
        return old(self, parts)


@lie
def push_receives():
    @instead(Socket, "recv")
    def recv(old, self):
        if self.kind == "PUSH":
            raise Failure("again", "no message")
        return old(self)


@lie
def an_endpoint_may_be_bound_twice():
    @instead(Socket, "bind")
    def bind(old, self, endpoint):
        return endpoint if endpoint in library.bound else old(self, endpoint)


@lie
def defaults_for_what_is_missing():
    @instead(Adapter, "use")
    def use(old, self, opened, op, request):
        request.setdefault("within_ms", 0)
        return old(self, opened, op, request)


@lie
def dies_of_deep_nesting():
    @instead(Adapter, "take")
    def take(old, self, line):
        if line.startswith(b"[" * 1000):
            os._exit(3)
        old(self, line)


@lie
def a_recv_blocks_all():
    """Of all that wait, only the call that came first is served."""

    @instead(Adapter, "pump")
    def pump(old, self):
        waiting = [(opened.recvs[0].id, opened) for opened in self.sockets.values() if opened.recvs]
        later = [opened for _, opened in sorted(waiting, key=lambda pair: pair[0])[1:]]
        kept = [(opened, opened.recvs) for opened in later]
        for opened in later:
            opened.recvs = []
        old(self)
        for opened, recvs in kept:
            opened.recvs = recvs


@lie
def the_last_recv_comes_first():
    @instead(Adapter, "use")
    def use(old, self, opened, op, request):
        ok = old(self, opened, op, request)
        if op == "recv":
            opened.recvs.insert(0, opened.recvs.pop())
        return ok


@lie
def closes_before_it_answers():
    @instead(Adapter, "flush")
    def flush(old, self):
        self.lines.sort(key=lambda line: '"closed"' in line)
        old(self)


@lie
def forgets_what_waits():
    @instead(Adapter, "end")
    def end(old, self, opened):
        opened.recvs, opened.sends = [], []
        old(self, opened)


@lie
def speaks_any_proto():
    @instead(Adapter, "operate")
    def operate(old, self, request):
        if request.get("op") == "hello":
            request["proto"] = 1
        return old(self, request)


@lie
def a_bench_forgets_the_warm_up():
    BENCH["figures"] = lambda request: figures(dict(request, warm_up=0))


@lie
def a_median_above_the_worst():
    good = BENCH["figures"]

    def turned(request):
        ok = good(request)
        if "trips" in ok:
            ok["trips"] = {"p50": 4, "p99": 3, "p999": 2, "max": 1}
        return ok

    BENCH["figures"] = turned


@lie
def a_bench_without_anybody_is_done():
    BENCH["vain"] = lambda self, request: figures(request) if request["within_ms"] < 1000 else None


@lie
def claims_an_op():
    adapter.OPS.remove("unsubscribe")
    changed_hello(lambda ok: ok["can"].update(op=adapter.OPS + ["unsubscribe"]))


@lie
def claims_an_option():
    changed_hello(lambda ok: ok["can"].update(opt=["linger", "curve_server"]))


@lie
def has_room_for_twelve_sockets():
    @instead(Adapter, "open")
    def open_(old, self, name, request):
        if len(self.sockets) >= 12:
            raise Failure("refused", "too many sockets")
        return old(self, name, request)


@lie
def stays_after_the_end():
    @instead(Adapter, "read")
    def read(old, self):
        old(self)
        if self.leaving and self.sockets:
            stuck()


@lie
def ends_with_code_one():
    @instead(Adapter, "read")
    def read(old, self):
        old(self)
        if self.leaving and self.sockets:
            os._exit(1)


LIES[LIE]()
adapter.main()
