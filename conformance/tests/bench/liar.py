"""An adapter with the op `bench` that moves no message: `python3 liar.py LIE`."""
import json
import sys
import time

LIE = sys.argv[1]


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def bench(request):
    all_of_it = request["count"] + request["warm_up"]
    receives = request["work"] in ("receive", "echo")
    say({"ev": "ready", "of": request["id"], "endpoint": request.get("bind") or request["connect"]})
    if LIE == "dies" and receives:
        sys.stderr.write("out of luck\n")
        sys.exit(3)
    if LIE == "hangs" and receives:
        return
    if LIE == "hurries" and not receives:
        time.sleep(4)  # which its clock does not know of
    if LIE == "loses" and receives:
        all_of_it -= 1
    octets = all_of_it * request["size"] + (LIE == "grows")
    ns = 1 << 62 if LIE == "dreams" else 1000
    say({"id": request["id"], "ok": {"messages": all_of_it, "octets": octets, "ns": ns}})


for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "hello":
        ops = "hello open bind connect send recv close reset bye bench".split()
        can = {"zmtp": ["3.1"], "type": ["PUSH", "PULL"], "mech": ["NULL"], "op": ops, "opt": [],
               "role": ["bind", "connect"], "transport": ["tcp", "ipc"]}
        impl = {"name": "liar", "version": "0", "language": "Python"}
        say({"id": request["id"], "ok": {"proto": 1, "impl": impl, "concurrency": 1, "can": can}})
    elif request["op"] == "bench":
        bench(request)
