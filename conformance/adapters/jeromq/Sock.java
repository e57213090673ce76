import java.lang.reflect.Method;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.zeromq.ZMQ;
import zmq.ZError;

/** An open socket, and the receives and sends that wait on it, in their order. */
final class Sock {
    /** Names of options and of the setters that this JeroMQ may have. */
    static final Map<String, String> SETTERS = new LinkedHashMap<>();

    static {
        String[] all = {
            "backlog", "setBacklog", "conflate", "setConflate", "curve_publickey",
            "setCurvePublicKey", "curve_secretkey", "setCurveSecretKey", "curve_server",
            "setCurveServer", "curve_serverkey", "setCurveServerKey", "handshake_ivl",
            "setHandshakeIvl", "heartbeat_ivl", "setHeartbeatIvl", "heartbeat_timeout",
            "setHeartbeatTimeout", "heartbeat_ttl", "setHeartbeatTtl", "immediate", "setImmediate",
            "linger", "setLinger", "maxmsgsize", "setMaxMsgSize", "plain_password",
            "setPlainPassword", "plain_server", "setPlainServer", "plain_username",
            "setPlainUsername", "probe_router", "setProbeRouter", "rcvhwm", "setRcvHWM",
            "reconnect_ivl", "setReconnectIVL", "reconnect_ivl_max", "setReconnectIVLMax",
            "req_correlate", "setReqCorrelate", "req_relaxed", "setReqRelaxed", "router_handover",
            "setRouterHandover", "router_mandatory", "setRouterMandatory", "routing_id",
            "setIdentity", "sndhwm", "setSndHWM", "xpub_nodrop", "setXpubNoDrop", "xpub_verbose",
            "setXpubVerbose", "zap_domain", "setZapDomain"
        };
        for (int n = 0; n < all.length; n += 2) {
            String setter = all[n + 1];
            for (Method method : ZMQ.Socket.class.getMethods()) {
                if (method.getName().equals(setter)) {
                    SETTERS.put(all[n], setter);
                }
            }
        }
    }

    final ZMQ.Socket zmq;
    final String kind;
    final Adapter adapter;
    final ArrayDeque<Call> recvs = new ArrayDeque<>();
    final ArrayDeque<Call> sends = new ArrayDeque<>();
    SelectionKey key;
    /** What the last look found: whether a receive and a send would go at once. */
    private int events;

    Sock(Adapter adapter, String kind, int type) {
        this.adapter = adapter;
        this.kind = kind;
        zmq = adapter.context.socket(type);
        zmq.setLinger(0);
    }

    /** Finds the setter and turns the value into what it takes. */
    void set(String name, Object value) throws Failure {
        String setter = SETTERS.get(name);
        if (setter == null) {
            throw new Failure("unsupported", "option " + name);
        }
        Failure last = new Failure("refused", "option " + name + ": a value of another kind");
        for (Method method : ZMQ.Socket.class.getMethods()) {
            if (!method.getName().equals(setter) || method.getParameterCount() != 1) {
                continue;
            }
            Object argument = argument(method.getParameterTypes()[0], value);
            if (argument == null) {
                continue;
            }
            try {
                if (!Boolean.FALSE.equals(method.invoke(zmq, argument))) {
                    return;
                }
            } catch (ReflectiveOperationException error) {
                last = new Failure("refused", name + ": " + Failure.of(error).getMessage());
            }
        }
        throw last;
    }

    /** A value as this type; null when it has no such form. */
    private static Object argument(Class<?> type, Object value) throws Failure {
        Object plain = value instanceof Boolean ? (Object) ((Boolean) value ? 1L : 0L) : value;
        if (plain instanceof Long) {
            long number = (Long) plain;
            if (type == int.class) {
                return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
            }
            return type == boolean.class ? (Object) (number != 0)
                : type == long.class ? (Object) number : null;
        }
        if (type != byte[].class) {
            return null;
        }
        if (plain instanceof Map) {
            return Part.octets(((Map<?, ?>) plain).get("hex"));
        }
        return plain instanceof String ? ((String) plain).getBytes(StandardCharsets.UTF_8) : null;
    }

    /** Tries once, without waiting; true when the call has been answered. */
    private boolean attempt(Call call) {
        try {
            Map<String, Object> ok = new LinkedHashMap<>();
            if (call.parts == null) {
                List<Object> parts = receive();
                if (parts == null) {
                    return false;
                }
                ok.put("parts", parts);
            } else if (!send(call.parts)) {
                return false;
            }
            adapter.answer(call.id, "ok", ok);
        } catch (Exception | StackOverflowError error) { // every failure is an answer
            Failure failure = Failure.of(error);
            if (failure.kind.equals("again")) {
                return false;
            }
            adapter.refuse(call.id, failure);
        }
        call.waits = false;
        return true;
    }

    private List<Object> receive() throws Failure {
        List<Object> parts = new ArrayList<>();
        do {
            byte[] part = zmq.recv(ZMQ.DONTWAIT);
            if (part == null) {
                int errno = zmq.base().errno();
                if (parts.isEmpty() && errno == ZError.EAGAIN) {
                    return null;
                }
                throw Failure.of(errno);
            }
            parts.add(Part.shown(part));
        } while (zmq.hasReceiveMore());
        return parts;
    }

    private boolean send(List<byte[]> parts) throws Failure {
        for (int n = 0; n < parts.size(); n++) {
            int more = n + 1 < parts.size() ? ZMQ.SNDMORE : 0;
            if (!zmq.send(parts.get(n), ZMQ.DONTWAIT | more)) {
                int errno = zmq.base().errno();
                if (n == 0 && errno == ZError.EAGAIN) {
                    return false;
                }
                throw n == 0 ? Failure.of(errno)
                    : new Failure("refused", "part " + n + " is not taken: error " + errno);
            }
        }
        return true;
    }

    /** A new receive or send: at once if none waits before it, else in its turn. */
    void enter(Call call, ArrayDeque<Call> queue, long within) {
        dropAnswered(queue);
        boolean tried = queue.isEmpty();
        if (tried && attempt(call)) {
            return;
        }
        if (within <= 0) {
            call.giveUp(adapter);
        } else {
            queue.add(call);
            adapter.expireLater(call, within);
        }
    }

    /** Those who gave up stay in the queue until they are its head. */
    private static void dropAnswered(ArrayDeque<Call> queue) {
        while (!queue.isEmpty() && !queue.peek().waits) {
            queue.remove();
        }
    }

    /** Lets JeroMQ work and serves those who wait, until nothing moves. */
    void pump() {
        boolean moved = true;
        while (moved) {
            try {
                events = zmq.getEvents();
            } catch (StackOverflowError error) { // its trie recurses; the socket is of no use now
                key.cancel();
                drop(Failure.of(error));
                return;
            }
            moved = serve(recvs, ZMQ.Poller.POLLIN) | serve(sends, ZMQ.Poller.POLLOUT);
        }
    }

    private boolean serve(ArrayDeque<Call> queue, int ready) {
        dropAnswered(queue);
        if (queue.isEmpty() || (events & ready) == 0 || !attempt(queue.peek())) {
            return false;
        }
        queue.remove();
        return true;
    }

    void close() {
        if (key != null) {
            key.cancel();
        }
        drop(new Failure("closed", "closed meanwhile"));
        zmq.close();
    }

    /** Answers all that wait. */
    private void drop(Failure failure) {
        for (ArrayDeque<Call> queue : List.of(recvs, sends)) {
            for (Call call : queue) {
                if (call.waits) {
                    call.waits = false;
                    adapter.refuse(call.id, failure);
                }
            }
        }
    }
}
