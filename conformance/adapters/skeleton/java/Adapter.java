import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Adapter zeroproof/adapter/1: lines in, lines out. The protocol is conformance/adapters/README.md.
 *
 * <p>Your library is in Library.java; nothing here need change. One thread reads lines, this one handles
 * them, and while a recv or send waits it is tried again every millisecond, in order. A library that
 * tells when a socket is ready does better to be waited for: see main.
 */
public final class Adapter {
    private static final List<String> OPS = List.of("hello", "open", "bind", "connect", "set", "send", "recv",
            "subscribe", "unsubscribe", "close", "reset", "bye");
    /** The largest part a fill may ask for, and above what a part is answered as a fill: octets. */
    private static final int MAX_PART = 64 << 20;
    private static final int BIG_PART = 4096;
    private static final long LONGEST_WAIT = 86_400_000; // milliseconds

    /** A recv or send that waits; parts is null for a recv. */
    private record Call(long id, List<byte[]> parts, long due) {}

    /** An open socket of the library, and those who wait for it, in order. */
    private record Open(Library.Socket socket, Deque<Call> recvs, Deque<Call> sends) {}

    private final OutputStream out =
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
    private final Map<String, Open> sockets = new LinkedHashMap<>();

    // Answers

    private void say(Object id, String key, Object value) throws IOException {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("id", id);
        reply.put(key, value);
        out.write((Json.write(reply) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void refuse(Object id, String kind, String message) throws IOException {
        say(id, "err", Map.of("kind", kind, "message", String.valueOf(message)));
    }

    /** Every exception is an answer, never a death. */
    private void failed(Object id, Throwable error) throws IOException {
        if (error instanceof Library.Failure) {
            refuse(id, ((Library.Failure) error).kind, error.getMessage());
        } else {
            String trace = Arrays.toString(error.getStackTrace());
            say(id, "err", Map.of("kind", "internal", "message", error.toString(), "trace", trace));
        }
    }

    // Fields of a request

    private static Library.Failure refused(String message) {
        return new Library.Failure("refused", message);
    }

    private static String text(Map<?, ?> request, String name) throws Library.Failure {
        if (request.get(name) instanceof String) {
            return (String) request.get(name);
        }
        throw refused("field " + name + " is missing or no string");
    }

    private static byte[] unhex(Object value) throws Library.Failure {
        String text = value instanceof String ? (String) value : "?";
        byte[] octets = new byte[text.length() / 2];
        boolean good = text.length() % 2 == 0;
        for (int i = 0; good && i < octets.length; i++) {
            int high = digit(text.charAt(2 * i));
            int low = digit(text.charAt(2 * i + 1));
            good = high >= 0 && low >= 0;
            octets[i] = (byte) (high << 4 | low);
        }
        if (!good) {
            throw refused("hex is an even number of digits");
        }
        return octets;
    }

    private static int digit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    /** A part as it stands in a request: a hex string or a fill. */
    private static byte[] octets(Object part) throws Library.Failure {
        if (!(part instanceof Map)) {
            return unhex(part);
        }
        byte[] unit = unhex(((Map<?, ?>) part).get("fill"));
        Object size = ((Map<?, ?>) part).get("len");
        long len = size instanceof Long ? (Long) size : -1;
        if (unit.length == 0 || len < 0 || len > MAX_PART) {
            throw refused("a fill has a pattern, and a len up to 64 MiB");
        }
        byte[] octets = new byte[(int) len];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = unit[i % unit.length];
        }
        return octets;
    }

    /** Octets as they stand in an answer. */
    private static Object part(byte[] octets) {
        for (int n = 1; octets.length > BIG_PART && n <= 64; n++) {
            if (Arrays.equals(octets, n, octets.length, octets, 0, octets.length - n)) {
                return Map.of("fill", hex(octets, n), "len", octets.length);
            }
        }
        return hex(octets, octets.length);
    }

    private static String hex(byte[] octets, int size) {
        StringBuilder out = new StringBuilder(2 * size);
        for (int i = 0; i < size; i++) {
            out.append(Character.forDigit(octets[i] >> 4 & 15, 16)).append(Character.forDigit(octets[i] & 15, 16));
        }
        return out.toString();
    }

    private static Object option(Object value) throws Library.Failure {
        if (value instanceof Boolean) {
            return (Boolean) value ? 1L : 0L;
        } else if (value instanceof String) {
            return ((String) value).getBytes(StandardCharsets.UTF_8);
        } else if (value instanceof Map) {
            return unhex(((Map<?, ?>) value).get("hex"));
        } else if (value instanceof Long) {
            return value;
        }
        throw refused("an option is an integer, a boolean, a string or {\"hex\":...}");
    }

    // Calls that wait

    /** Tries once, without waiting; true when the call has been answered. */
    private boolean attempt(Open open, Call call) throws IOException {
        try {
            if (call.parts() == null) {
                List<Object> parts = new ArrayList<>();
                for (byte[] octets : open.socket().recv()) {
                    parts.add(part(octets));
                }
                say(call.id(), "ok", Map.of("parts", parts));
            } else {
                open.socket().send(call.parts());
                say(call.id(), "ok", Map.of());
            }
        } catch (Library.Failure | RuntimeException error) {
            if (error instanceof Library.Failure && ((Library.Failure) error).kind.equals("again")) {
                return false;
            }
            failed(call.id(), error);
        }
        return true;
    }

    /**
     * Serves those who wait, each queue in order, and gives up those whose time is over. Whether anybody
     * still waits.
     */
    private boolean pump() throws IOException {
        boolean waits = false;
        for (Open open : sockets.values()) {
            for (Deque<Call> queue : List.of(open.recvs(), open.sends())) {
                while (!queue.isEmpty() && attempt(open, queue.peek())) {
                    queue.remove();
                }
                long now = System.nanoTime();
                for (Call call : List.copyOf(queue)) {
                    if (call.due() - now <= 0) {
                        queue.remove(call);
                        refuse(call.id(), "again", "its time is over");
                    }
                }
                waits |= !queue.isEmpty();
            }
        }
        return waits;
    }

    /** What is pending is answered first, then the socket is closed. */
    private void end(Open open) throws IOException {
        for (Deque<Call> queue : List.of(open.recvs(), open.sends())) {
            for (Call call : queue) {
                refuse(call.id(), "closed", "closed meanwhile");
            }
        }
        open.socket().close();
    }

    // Operations

    /** One request to the ok of its answer, or null if the answer comes by itself. */
    private Map<String, Object> operate(long id, Map<?, ?> request) throws Library.Failure, IOException {
        String op = text(request, "op");
        if (op.equals("hello")) {
            if (!Long.valueOf(1).equals(request.get("proto"))) {
                throw refused("this adapter speaks zeroproof/adapter/1");
            }
            Map<String, Object> can = new HashMap<>(Library.CAN);
            can.put("op", OPS);
            return Map.of("proto", 1, "impl", Library.IMPL, "concurrency", 64, "can", can);
        }
        if (op.equals("reset") || op.equals("bye")) {
            for (Open open : sockets.values()) {
                end(open);
            }
            sockets.clear();
            if (op.equals("bye")) {
                say(id, "ok", Map.of());
                leave();
            }
            return Map.of();
        }
        if (!OPS.contains(op)) {
            throw new Library.Failure("unsupported", "op " + op);
        }
        String name = text(request, "s");
        if (op.equals("open")) {
            return open(name, request);
        }
        if (!sockets.containsKey(name)) {
            throw new Library.Failure("state", "no open socket " + name);
        }
        if (op.equals("close")) {
            end(sockets.remove(name));
            return Map.of();
        }
        return use(id, sockets.get(name), op, request);
    }

    private Map<String, Object> open(String name, Map<?, ?> request) throws Library.Failure {
        if (sockets.containsKey(name)) {
            throw new Library.Failure("state", "socket " + name + " is open already");
        }
        Object options = request.containsKey("opt") ? request.get("opt") : Map.of();
        if (!(options instanceof Map)) {
            throw refused("opt is an object");
        }
        Library.Socket socket = new Library.Socket(text(request, "type"));
        try {
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) options).entrySet()) {
                socket.set((String) entry.getKey(), option(entry.getValue()));
            }
        } catch (Library.Failure failure) {
            socket.close();
            throw failure;
        }
        sockets.put(name, new Open(socket, new ArrayDeque<>(), new ArrayDeque<>()));
        return Map.of();
    }

    private Map<String, Object> use(long id, Open open, String op, Map<?, ?> request) throws Library.Failure {
        switch (op) {
            case "recv":
                open.recvs().add(new Call(id, null, due(request)));
                return null;
            case "send":
                List<byte[]> parts = new ArrayList<>();
                Object listed = request.get("parts");
                for (Object part : listed instanceof List ? (List<?>) listed : List.of()) {
                    parts.add(octets(part));
                }
                if (parts.isEmpty()) {
                    throw refused("a message has at least one part");
                }
                open.sends().add(new Call(id, parts, due(request)));
                return null;
            case "bind":
                return Map.of("endpoint", open.socket().bind(text(request, "to")));
            case "connect":
                open.socket().connect(text(request, "to"));
                return Map.of();
            case "set":
                open.socket().set(text(request, "opt"), option(request.get("value")));
                return Map.of();
            default:
                open.socket().subscribe(octets(request.get("topic")), op.equals("subscribe"));
                return Map.of();
        }
    }

    private static long due(Map<?, ?> request) throws Library.Failure {
        if (!(request.get("within_ms") instanceof Long)) {
            throw refused("field within_ms is missing or no number");
        }
        long within = Math.min((Long) request.get("within_ms"), LONGEST_WAIT);
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(within);
    }

    /** One line of input, to its answer or to a place among those who wait. */
    private void take(byte[] line) throws IOException {
        Object id = null;
        try {
            Object value;
            try {
                value = Json.read(line);
            } catch (IllegalArgumentException error) {
                throw refused(error.getMessage());
            }
            Map<?, ?> request = value instanceof Map ? (Map<?, ?>) value : Map.of();
            if (!(request.get("id") instanceof Long) || (Long) request.get("id") < 0) {
                throw refused("a request is a JSON object with an id");
            }
            id = request.get("id");
            Map<String, Object> ok = operate((Long) id, request);
            if (ok != null) {
                say(id, "ok", ok);
            }
        } catch (Library.Failure | RuntimeException | StackOverflowError error) {
            failed(id, error);
        }
    }

    private void leave() throws IOException {
        out.flush();
        Runtime.getRuntime().halt(0); // whatever your library still wants to send
    }

    /** Lines of standard input, from a thread of its own; its end ends the process. */
    private static void read(BlockingQueue<byte[]> lines) {
        try (InputStream in = System.in) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            byte[] octets = new byte[1 << 16];
            for (int size; (size = in.read(octets)) >= 0; ) {
                int start = 0;
                for (int i = 0; i < size; i++) {
                    if (octets[i] == '\n') {
                        line.write(octets, start, i - start);
                        lines.add(line.toByteArray());
                        line.reset();
                        start = i + 1;
                    }
                }
                line.write(octets, start, size - start);
            }
        } catch (IOException error) {
            System.err.println(error);
        }
        Runtime.getRuntime().halt(0); // whatever waits or lingers
    }

    public static void main(String[] words) throws Exception {
        System.setOut(System.err); // a stray println is a diagnostic and not an answer
        BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();
        new Thread(() -> read(lines)).start();
        Adapter adapter = new Adapter();
        boolean waits = false;
        while (true) {
            byte[] line = waits ? lines.poll(1, TimeUnit.MILLISECONDS) : lines.take();
            if (line != null && !new String(line, StandardCharsets.ISO_8859_1).isBlank()) {
                adapter.take(line);
            }
            waits = adapter.pump();
            adapter.out.flush();
        }
    }
}
