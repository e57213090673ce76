"""YOUR LIBRARY GOES HERE: replace the bodies below by calls of your ZeroMQ library.

What stands here is a toy: PUSH and PULL within this process, over `inproc`, without an octet of ZMTP.
With it `zeroproof adapter check` passes at once, and it goes on passing while you replace one function
after the other. Each function tries once and never waits: `adapter.py` does the waiting.
"""

NAME, VERSION, LANGUAGE = "my-library", "0.0.0", "Python"

# What your library can do, by the names of conformance/adapters/README.md. List only what is there:
# cases that need the rest are then not run. To be judged on the wire, "tcp" must be among `transport`.
CAN = {
    "zmtp": ["3.1"],
    "type": ["PUSH", "PULL"],
    "mech": ["NULL"],
    "role": ["bind", "connect"],
    "transport": ["inproc"],
    "opt": ["linger"],
}


class Failure(Exception):
    """A call that did not work: `kind` is unsupported, again, state or refused."""

    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind


bound, dialing = {}, {}  # of the toy: endpoint -> socket; endpoint -> sockets that wait for it


class Socket:
    def __init__(self, kind):
        if kind not in CAN["type"]:
            raise Failure("unsupported", "socket type %s" % kind)
        self.kind, self.peers, self.inbox, self.endpoints = kind, [], [], []

    def set(self, name, value):
        """An option; `value` is an int, or bytes."""
        if name not in CAN["opt"]:
            raise Failure("unsupported", "option %s" % name)
        if not isinstance(value, int):
            raise Failure("refused", "option %s is a number" % name)

    def bind(self, endpoint):
        """Listens; the answer is the endpoint with its real port, never a wildcard."""
        if not endpoint.startswith("inproc://"):
            raise Failure("unsupported", "transport of %s" % endpoint)
        if endpoint in bound:
            raise Failure("refused", "%s is in use" % endpoint)
        bound[endpoint] = self
        self.endpoints.append(endpoint)
        for other in dialing.pop(endpoint, []):
            self.peers.append(other)
            other.peers.append(self)
        return endpoint

    def connect(self, endpoint):
        """Connects, whether or not anybody is there yet; never waits."""
        if not endpoint.startswith("inproc://"):
            raise Failure("unsupported", "transport of %s" % endpoint)
        other = bound.get(endpoint)
        if other is None:
            dialing.setdefault(endpoint, []).append(self)
        else:
            self.peers.append(other)
            other.peers.append(self)

    def send(self, parts):
        """Sends a message (a list of bytes) now, or raises `again`."""
        if self.kind != "PUSH":
            raise Failure("state", "a %s does not send" % self.kind)
        if not self.peers:
            raise Failure("again", "nobody to take it")
        self.peers.append(self.peers.pop(0))
        self.peers[-1].inbox.append(parts)

    def recv(self):
        """The next message (a list of bytes), or raises `again`."""
        if self.kind != "PULL":
            raise Failure("state", "a %s does not receive" % self.kind)
        if not self.inbox:
            raise Failure("again", "no message")
        return self.inbox.pop(0)

    def subscribe(self, topic, on):
        """Subscribes a SUB to a topic (bytes), or takes one subscription back."""
        raise Failure("state", "a %s has no subscriptions" % self.kind)

    def close(self):
        """Closes without waiting for what is not sent (linger 0)."""
        for endpoint in self.endpoints:
            del bound[endpoint]
        for waiting in dialing.values():
            waiting[:] = [socket for socket in waiting if socket is not self]
        for peer in self.peers:
            if self in peer.peers:
                peer.peers.remove(self)
