import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.zeromq.ZMQ;

/**
 * Adapter `zeroproof/adapter/1` for JeroMQ, compiled against the release it is for; its only
 * argument is that release. The protocol: ../README.md.
 *
 * One thread works, with one selector; another one only reads lines. JeroMQ signals each socket on
 * one channel, and only that commands wait for it: the events must be read after every signal AND
 * after every operation on the socket. `Sock.pump` does both, as the adapter over pyzmq does.
 *
 * Left out on purpose: ipc, which is not a Unix socket in JeroMQ; monitor events.
 */
public final class Adapter {
    private static final List<String> TYPES = Arrays.asList(
        "PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB");
    private static final List<String> OPS = Arrays.asList(
        "hello", "open", "bind", "connect", "set", "send", "recv", "subscribe", "unsubscribe",
        "close", "reset", "bye");
    private static final long LONGEST_WAIT = 86_400_000; // milliseconds; a longer one is cut to this
    private static final String END = ""; // in place of a line: standard input has ended

    final ZMQ.Context context = roomy(ZMQ.context(1));
    private final String release;
    private final PrintStream output;
    private final StringBuilder lines = new StringBuilder();
    private final Map<String, Sock> sockets = new LinkedHashMap<>();
    private final ConcurrentLinkedQueue<String> input = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Call> timers =
        new PriorityQueue<>(Comparator.comparingLong((Call call) -> call.due));
    private final Selector selector = Selector.open();
    private final Pipe wake = Pipe.open();
    private boolean leaving;

    private Adapter(String release, PrintStream output) throws IOException {
        this.release = release;
        this.output = output;
        wake.source().configureBlocking(false);
        wake.source().register(selector, SelectionKey.OP_READ);
    }

    // Answers, and calls that wait

    void answer(Object id, String name, Object value) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("id", id);
        reply.put(name, value);
        Json.write(reply, lines);
        lines.append('\n');
    }

    void refuse(Object id, Failure failure) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("kind", failure.kind);
        error.put("message", String.valueOf(failure.getMessage()));
        if (failure.kind.equals("internal")) {
            error.put("trace", Arrays.toString(failure.getStackTrace()));
        }
        answer(id, "err", error);
    }

    void expireLater(Call call, long within) {
        call.due = System.nanoTime() + 1_000_000 * within;
        timers.add(call);
    }

    /** Milliseconds to the next expiry, 0 for ever; gives up what has expired. */
    private long nextWait() {
        while (!timers.isEmpty()) {
            Call call = timers.peek();
            long left = call.due - System.nanoTime();
            if (call.waits && left > 0) {
                return left / 1_000_000 + 1;
            }
            timers.remove();
            if (call.waits) {
                call.giveUp(this);
            }
        }
        return 0;
    }

    private void flush() {
        if (lines.length() > 0) {
            byte[] octets = lines.toString().getBytes(StandardCharsets.UTF_8);
            lines.setLength(0);
            output.write(octets, 0, octets.length);
            output.flush();
        }
    }

    // Operations

    private static <T> T field(Map<String, Object> request, String name, Class<T> type)
            throws Failure {
        Object value = request.get(name);
        if (!type.isInstance(value)) {
            throw new Failure("refused", "field " + name + " is missing or of the wrong type");
        }
        return type.cast(value);
    }

    private Map<String, Object> hello(Map<String, Object> request) throws Failure {
        if (field(request, "proto", Long.class) != 1) {
            throw new Failure("refused", "this adapter speaks zeroproof/adapter/1");
        }
        boolean secure = Sock.SETTERS.containsKey("curve_server");
        Map<String, Object> can = new LinkedHashMap<>();
        can.put("zmtp", secure ? List.of("3.0", "2.0", "1.0") : List.of("2.0", "1.0"));
        can.put("type", TYPES);
        can.put("mech", secure ? List.of("NULL", "PLAIN", "CURVE") : List.of("NULL"));
        can.put("role", List.of("bind", "connect"));
        can.put("transport", List.of("tcp", "inproc"));
        can.put("opt", new ArrayList<Object>(Sock.SETTERS.keySet()));
        can.put("op", OPS);
        Map<String, Object> ok = new LinkedHashMap<>();
        ok.put("proto", 1L);
        ok.put("impl", Map.of("name", "jeromq", "version", release, "language", "Java",
            "says", ZMQ.getVersionString(), "java", System.getProperty("java.version")));
        ok.put("concurrency", 8L);
        ok.put("can", can);
        return ok;
    }

    private void open(Map<String, Object> request) throws Exception {
        String name = field(request, "s", String.class);
        String kind = field(request, "type", String.class);
        Object options = request.getOrDefault("opt", Map.of());
        if (sockets.containsKey(name)) {
            throw new Failure("state", "socket " + name + " is open already");
        }
        if (!TYPES.contains(kind)) {
            throw new Failure("unsupported", "socket type " + kind);
        }
        if (!(options instanceof Map)) {
            throw new Failure("refused", "opt is an object");
        }
        Sock socket = new Sock(this, kind, ZMQ.class.getField(kind).getInt(null));
        try {
            for (Map.Entry<?, ?> option : ((Map<?, ?>) options).entrySet()) {
                socket.set((String) option.getKey(), option.getValue());
            }
            socket.key = socket.zmq.getFD().register(selector, SelectionKey.OP_READ, socket);
        } catch (Exception error) {
            socket.close();
            throw error;
        }
        sockets.put(name, socket);
    }

    /** One request: the `ok` of its answer, or null if the answer comes by itself. */
    private Map<String, Object> operate(Map<String, Object> request) throws Exception {
        String op = field(request, "op", String.class);
        switch (op) {
            case "hello":
                return hello(request);
            case "open":
                open(request);
                return Map.of();
            case "reset":
            case "bye":
                sockets.values().forEach(Sock::close);
                sockets.clear();
                leaving = op.equals("bye");
                return Map.of();
            default:
        }
        if (!OPS.contains(op)) {
            throw new Failure("unsupported", "op " + op);
        }
        String name = field(request, "s", String.class);
        Sock socket = sockets.get(name);
        if (socket == null) {
            throw new Failure("state", "no open socket " + name);
        }
        if (op.equals("close")) {
            sockets.remove(name).close();
            return Map.of();
        }
        try {
            return use(socket, op, request);
        } finally {
            socket.pump();
        }
    }

    private Map<String, Object> use(Sock socket, String op, Map<String, Object> request)
            throws Exception {
        Object id = request.get("id");
        switch (op) {
            case "recv":
                socket.enter(new Call(id, null), socket.recvs, within(request));
                return null;
            case "send": {
                List<byte[]> parts = new ArrayList<>();
                for (Object part : field(request, "parts", List.class)) {
                    parts.add(Part.octets(part));
                }
                if (parts.isEmpty()) {
                    throw new Failure("refused", "a message has at least one part");
                }
                socket.enter(new Call(id, parts), socket.sends, within(request));
                return null;
            }
            case "bind":
                return Map.of("endpoint", bind(socket, field(request, "to", String.class)));
            case "connect":
                socket.zmq.connect(reachable(field(request, "to", String.class)));
                return Map.of();
            case "set":
                socket.set(field(request, "opt", String.class), request.get("value"));
                return Map.of();
            default:
        }
        if (!socket.kind.equals("SUB")) {
            throw new Failure("state", op + " is for SUB");
        }
        byte[] topic = Part.octets(request.get("topic"));
        if (op.equals("subscribe")) {
            socket.zmq.subscribe(topic);
        } else {
            socket.zmq.unsubscribe(topic);
        }
        return Map.of();
    }

    private static long within(Map<String, Object> request) throws Failure {
        return Math.min(field(request, "within_ms", Long.class), LONGEST_WAIT);
    }

    /** Closed sockets count until they are reaped, and cases open many. */
    private static ZMQ.Context roomy(ZMQ.Context context) {
        context.setMaxSockets(16384);
        return context;
    }

    /** Not every release says so of a transport that it lacks. */
    private static String reachable(String to) throws Failure {
        if (!to.startsWith("tcp:") && !to.startsWith("inproc:")) {
            throw new Failure("unsupported", "no such transport");
        }
        return to;
    }

    /** Not every release tells where it is bound, but each can pick a port. */
    private static String bind(Sock socket, String to) throws Failure {
        reachable(to);
        if (to.startsWith("tcp:") && (to.endsWith(":*") || to.endsWith(":0"))) {
            String host = to.substring(0, to.length() - 2);
            return host + ":" + socket.zmq.bindToRandomPort(host);
        }
        socket.zmq.bind(to);
        return to;
    }

    /** One line of input, to its answer or to a place among those who wait. */
    private void take(String line) {
        Object id = null;
        try {
            Object request;
            try {
                request = Json.parse(line);
            } catch (Json.Broken error) {
                throw new Failure("refused", "not JSON: " + error.getMessage());
            }
            if (!(request instanceof Map)) {
                throw new Failure("refused", "not a JSON object");
            }
            @SuppressWarnings("unchecked")
            Map<String, Object> fields = (Map<String, Object>) request;
            id = field(fields, "id", Long.class);
            Map<String, Object> ok = operate(fields);
            if (ok != null) {
                answer(id, "ok", ok);
            }
        } catch (Exception | StackOverflowError error) { // an answer, never a death
            refuse(id, Failure.of(error));
        }
    }

    private void run() throws IOException {
        ByteBuffer signals = ByteBuffer.allocate(4096);
        while (!leaving) {
            long wait = nextWait();
            flush();
            selector.select(wait);
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() == null) {
                    signals.clear();
                    wake.source().read(signals);
                } else if (key.isValid()) {
                    ((Sock) key.attachment()).pump();
                }
            }
            selector.selectedKeys().clear();
            for (String line; !leaving && (line = input.poll()) != null; ) {
                if (line == END) {
                    leaving = true;
                } else if (!line.isBlank()) {
                    take(line);
                }
            }
            flush();
        }
    }

    /** Reads lines for the thread that works. */
    private void listen() {
        ByteBuffer signal = ByteBuffer.allocate(1);
        try {
            BufferedReader reader =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (boolean more = true; more; ) {
                String line = reader.readLine();
                more = line != null;
                input.add(more ? line.isEmpty() ? " " : line : END);
                signal.clear();
                wake.sink().write(signal);
            }
        } catch (IOException error) {
            die(error); // nobody can say anything to it any more
        }
    }

    private static void die(Throwable error) {
        error.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    /** Serves until `bye` or the end of standard input. */
    public static void main(String[] words) throws IOException {
        PrintStream output = System.out;
        System.setOut(System.err); // JeroMQ prints diagnostics, which are no answers
        Adapter adapter = new Adapter(words.length > 0 ? words[0] : "unknown", output);
        Thread reader = new Thread(adapter::listen);
        reader.setDaemon(true);
        reader.start();
        try {
            adapter.run();
        } catch (Throwable error) {
            die(error);
        }
        Runtime.getRuntime().halt(0); // LINGER may be anything by now: leave without waiting
    }
}
