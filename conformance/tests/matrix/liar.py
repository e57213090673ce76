#!/usr/bin/env python3
"""An adapter that is right but for one lie: `liar.py LIE PROGRAM...` stands before PROGRAM, an honest
adapter, and changes what passes. Each lie is one that the matrix must see."""
import json
import os
import signal
import subprocess
import sys
import threading

LIE, HONEST = sys.argv[1], subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
SECRETS = ("plain_", "curve_")
REQUESTS = {}  # what was asked, by id
KINDS = {}  # socket types, by name
LOCK = threading.Lock()
EXTRA = 1 << 40  # ids of requests that nobody made


def say(reply):
    with LOCK:
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def is_multipart(parts):
    return len(parts) == 3 and b" multipart" in bytes.fromhex(parts[0] if isinstance(parts[0], str) else "")


def asked(request):
    """The requests that are passed on instead of this one."""
    op, parts = request["op"], request.get("parts", [])
    if op == "open":
        KINDS[request["s"]] = request["type"]
        options = request.get("opt", {})
        if LIE == "insecure":
            request["opt"] = {n: v for n, v in options.items() if not n.startswith(SECRETS)}
        if LIE == "never-again":
            options["reconnect_ivl"] = -1
        if LIE == "stranger" and request["type"] == "SUB":
            request["type"] = "PULL"
    if op in ("subscribe", "unsubscribe") and LIE == "stranger":
        return say({"id": request["id"], "ok": {}}) or []
    if op == "subscribe" and LIE == "greedy":
        request["topic"] = ""
    if op == "unsubscribe" and LIE == "faithful":
        return say({"id": request["id"], "ok": {}}) or []
    if op == "send" and is_multipart(parts):
        if LIE == "swallow":
            return say({"id": request["id"], "ok": {}}) or []
        if LIE == "twice":
            return [request, dict(request, id=EXTRA + request["id"])]
        if LIE == "tear":
            return [dict(request, parts=parts[:1], id=EXTRA + request["id"]), dict(request, parts=parts[1:])]
        if LIE == "refuse":
            say({"id": request["id"], "err": {"kind": "refused", "message": "not today"}})
            return []
        if LIE == "die":
            os._exit(3)
        if LIE == "interrupt":
            os.kill(os.getppid(), signal.SIGINT)
    if op == "send" and LIE == "no-empty" and len(parts) == 4:
        request["parts"] = [part for part in parts if part]
    if op == "send" and LIE == "short" and isinstance(parts[-1], dict):
        parts[-1]["len"] -= 1
    if op == "send" and LIE == "no-long" and isinstance(parts[-1], str) and len(parts[-1]) == 512:
        return say({"id": request["id"], "ok": {}}) or []
    return [request]


def answered(reply):
    """What is said instead of this reply; None for nothing."""
    if reply.get("id", 0) >= EXTRA:
        return None
    parts = reply.get("ok", {}).get("parts", [])
    if parts and LIE == "change" and is_multipart(parts):
        parts[1] = "7a"
    if parts and LIE == "foreign" and is_multipart(parts):
        parts[0] = parts[0].replace(b"zp-".hex(), b"zp-9".hex())
    if parts and LIE == "mute":
        return None
    return reply


def replies():
    for line in HONEST.stdout:
        reply = answered(json.loads(line))
        if reply is not None:
            say(reply)


threading.Thread(target=replies, daemon=True).start()
for line in sys.stdin:
    for each in asked(json.loads(line)):
        HONEST.stdin.write((json.dumps(each) + "\n").encode())
        HONEST.stdin.flush()
HONEST.stdin.close()
HONEST.wait()
