"""A libzmq peer that a test drives: a command a line on stdin, an answer a line on stdout.

    open NAME TYPE             set NAME OPTION INTEGER       text NAME OPTION WORD
    bind NAME ENDPOINT         connect NAME ENDPOINT         close NAME
    send NAME SIZE...          recv NAME                     events NAME
    bind_again NAME ENDPOINT   zap USERNAME PASSWORD         reset

The octets of a message follow the line that says the sizes of its parts: after `send`, and after
the answer to `recv`. Other answers are `ok TEXT` and `error ERRNO`. End of input ends the program.
"""

import sys
import threading
import time

import zmq

PATIENCE_MS = 10_000


def judge(handler, username, password):
    """Lets in that one user of PLAIN, and everybody of the other mechanisms."""
    try:
        while True:
            version, request, _, _, _, mechanism, *credentials = handler.recv_multipart()
            known = mechanism != b"PLAIN" or credentials == [username, password]
            status = [b"200", b"OK", b"joe"] if known else [b"400", b"unknown", b""]
            handler.send_multipart([version, request, *status, b""])
    except zmq.ContextTerminated:
        handler.close()


def persevere(errno, attempt):
    """Tries until it succeeds, or fails otherwise, or patience is over."""
    latest = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            return attempt()
        except zmq.ZMQError as error:
            if error.errno != errno or time.monotonic() > latest:
                raise
            time.sleep(0.001)


class Peer:
    def __init__(self):
        self.context = zmq.Context()
        self.sockets = {}

    def open(self, name, kind):
        socket = self.context.socket(getattr(zmq, kind))
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = PATIENCE_MS
        if kind == "ROUTER":
            socket.router_mandatory = 1
        self.sockets[name] = socket

    def set(self, name, option, value):
        self.sockets[name].set(getattr(zmq, option), int(value))

    def text(self, name, option, value=""):
        self.sockets[name].set(getattr(zmq, option), value.encode())

    def bind(self, name, endpoint):
        self.sockets[name].bind(endpoint)
        return self.sockets[name].last_endpoint.rstrip(b"\0").decode()

    def bind_again(self, name, endpoint):
        # The context's own thread closes the socket that was bound before.
        return persevere(zmq.EADDRINUSE, lambda: self.bind(name, endpoint))

    def connect(self, name, endpoint):
        self.sockets[name].connect(endpoint)

    def close(self, name):
        self.sockets.pop(name).close()

    def send(self, name, *sizes):
        parts = [sys.stdin.buffer.read(int(size)) for size in sizes]
        # A ROUTER knows whom it can reach only once they have shaken hands.
        persevere(zmq.EHOSTUNREACH, lambda: self.sockets[name].send_multipart(parts))

    def recv(self, name):
        return self.sockets[name].recv_multipart()

    def events(self, name):
        # A libzmq socket takes notice of a new link only while its application calls it.
        return self.sockets[name].events

    def zap(self, username, password):
        handler = self.context.socket(zmq.REP)
        handler.bind("inproc://zeromq.zap.01")
        known = (handler, username.encode(), password.encode())
        threading.Thread(target=judge, args=known, daemon=True).start()

    def reset(self):
        for socket in self.sockets.values():
            socket.close(linger=0)
        self.context.term()
        self.__init__()


def main():
    peer = Peer()
    answer = sys.stdout.buffer
    for line in sys.stdin.buffer:
        command, *words = line.decode().split()
        try:
            result = getattr(peer, command)(*words)
        except zmq.ZMQError as error:
            answer.write(f"error {zmq.Errno(error.errno).name}\n".encode())
        else:
            if isinstance(result, list):
                answer.write((" ".join(str(len(part)) for part in result) + "\n").encode())
                answer.writelines(result)
            else:
                answer.write(f"ok {result or ''}\n".encode())
        answer.flush()


main()
