import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * YOUR LIBRARY GOES HERE: replace the bodies below by calls of your ZeroMQ library.
 *
 * <p>What stands here is a toy: PUSH and PULL within this process, over `inproc`, without an octet of
 * ZMTP. With it `zeroproof adapter check` passes at once, and it goes on passing while you replace one
 * method after the other. Each method tries once and never waits: Adapter.java does the waiting.
 */
final class Library {
    static final Map<String, Object> IMPL =
            Map.of("name", "my-library", "version", "0.0.0", "language", "Java");

    /**
     * What your library can do, by the names of conformance/adapters/README.md. List only what is there:
     * cases that need the rest are then not run. To be judged on the wire, "tcp" must be among transport.
     */
    static final Map<String, Object> CAN = Map.of(
            "zmtp", List.of("3.1"),
            "type", List.of("PUSH", "PULL"),
            "mech", List.of("NULL"),
            "role", List.of("bind", "connect"),
            "transport", List.of("inproc"),
            "opt", List.of("linger"));

    /** A call that did not work: kind is unsupported, again, state or refused. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1;
        final String kind;

        Failure(String kind, String message) {
            super(message);
            this.kind = kind;
        }
    }

    private static final Map<String, Socket> bound = new HashMap<>();
    private static final Map<String, List<Socket>> dialing = new HashMap<>();

    private static void inproc(String endpoint) throws Failure {
        if (!endpoint.startsWith("inproc://")) {
            throw new Failure("unsupported", "transport of " + endpoint);
        }
    }

    static final class Socket {
        private final String kind;
        private final Deque<Socket> peers = new ArrayDeque<>();
        private final Deque<List<byte[]>> inbox = new ArrayDeque<>();

        Socket(String kind) throws Failure {
            if (!((List<?>) CAN.get("type")).contains(kind)) {
                throw new Failure("unsupported", "socket type " + kind);
            }
            this.kind = kind;
        }

        /** An option; value is a Long, or a byte[]. */
        void set(String name, Object value) throws Failure {
            if (!((List<?>) CAN.get("opt")).contains(name)) {
                throw new Failure("unsupported", "option " + name);
            }
            if (!(value instanceof Long)) {
                throw new Failure("refused", "option " + name + " is a number");
            }
        }

        /** Listens; the answer is the endpoint with its real port, never a wildcard. */
        String bind(String endpoint) throws Failure {
            inproc(endpoint);
            if (bound.containsKey(endpoint)) {
                throw new Failure("refused", endpoint + " is in use");
            }
            bound.put(endpoint, this);
            List<Socket> waiting = dialing.remove(endpoint);
            if (waiting != null) {
                waiting.forEach(this::join);
            }
            return endpoint;
        }

        /** Connects, whether or not anybody is there yet; never waits. */
        void connect(String endpoint) throws Failure {
            inproc(endpoint);
            if (bound.containsKey(endpoint)) {
                join(bound.get(endpoint));
            } else {
                dialing.computeIfAbsent(endpoint, key -> new ArrayList<>()).add(this);
            }
        }

        private void join(Socket other) {
            peers.add(other);
            other.peers.add(this);
        }

        /** Sends a message now, or throws again. */
        void send(List<byte[]> parts) throws Failure {
            if (!kind.equals("PUSH")) {
                throw new Failure("state", "a " + kind + " does not send");
            }
            if (peers.isEmpty()) {
                throw new Failure("again", "nobody to take it");
            }
            peers.add(peers.peek());
            peers.remove().inbox.add(parts);
        }

        /** The next message, or throws again. */
        List<byte[]> recv() throws Failure {
            if (!kind.equals("PULL")) {
                throw new Failure("state", "a " + kind + " does not receive");
            }
            if (inbox.isEmpty()) {
                throw new Failure("again", "no message");
            }
            return inbox.remove();
        }

        /** Subscribes a SUB to a topic, or takes one subscription back. */
        void subscribe(byte[] topic, boolean on) throws Failure {
            throw new Failure("state", "a " + kind + " has no subscriptions");
        }

        /** Closes without waiting for what is not sent (linger 0). */
        void close() {
            bound.values().removeIf(socket -> socket == this);
            dialing.values().forEach(waiting -> waiting.removeIf(socket -> socket == this));
            peers.forEach(peer -> peer.peers.removeIf(socket -> socket == this));
        }
    }
}
