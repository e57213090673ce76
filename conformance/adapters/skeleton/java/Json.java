import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON to values and back: Map, List, String, Boolean, Double, Long for what is a whole number, and NULL
 * for null. Use your own library instead if you have one.
 */
final class Json {
    static final Object NULL = new Object();
    private static final int DEEPEST = 64;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /** Reads one value; throws IllegalArgumentException where it is none. */
    static Object read(byte[] utf8) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            Json json = new Json(text);
            Object value = json.value();
            json.space();
            if (json.at < text.length()) {
                throw json.wrong();
            }
            return value;
        } catch (CharacterCodingException error) {
            throw new IllegalArgumentException("not UTF-8");
        }
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not JSON at character " + at);
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        space();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void need(char c) {
        if (!take(c)) {
            throw wrong();
        }
    }

    private Object value() {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("nested too deep");
        }
        Object value;
        if (take('{')) {
            value = members();
        } else if (take('[')) {
            value = elements();
        } else if (take('"')) {
            value = string();
        } else {
            value = word();
        }
        depth--;
        return value;
    }

    private Map<String, Object> members() {
        Map<String, Object> object = new LinkedHashMap<>();
        for (boolean first = true; !take('}'); first = false) {
            if (!first) {
                need(',');
            }
            need('"');
            String key = string();
            need(':');
            object.put(key, value());
        }
        return object;
    }

    private List<Object> elements() {
        List<Object> array = new ArrayList<>();
        while (!take(']')) {
            if (!array.isEmpty()) {
                need(',');
            }
            array.add(value());
        }
        return array;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw wrong();
    }

    private char escaped() {
        String from = "\"\\/bfnrt";
        if (at < text.length() && text.charAt(at) == 'u' && at + 5 <= text.length()) {
            String digits = text.substring(at + 1, at + 5);
            at += 5;
            return (char) Integer.parseInt(digits, 16);
        }
        int known = at < text.length() ? from.indexOf(text.charAt(at++)) : -1;
        if (known < 0) {
            throw wrong();
        }
        return "\"\\/\b\f\n\r\t".charAt(known);
    }

    private Object word() {
        int start = at;
        while (at < text.length() && "+-.0123456789abcdefghijklmnopqrstuvwxyzE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String word = text.substring(start, at);
        switch (word) {
            case "true":
                return true;
            case "false":
                return false;
            case "null":
                return NULL;
            default:
                if (word.matches("-?[0-9]{1,18}")) {
                    return Long.parseLong(word);
                }
                return Double.parseDouble(word);
        }
    }

    /** Writes a value. */
    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map) {
            String before = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                write(entry.getKey(), out);
                out.append(':');
                write(entry.getValue(), out);
                before = ",";
            }
            out.append(before.equals("{") ? "{}" : "}");
        } else if (value instanceof List) {
            String before = "[";
            for (Object element : (List<?>) value) {
                out.append(before);
                write(element, out);
                before = ",";
            }
            out.append(before.equals("[") ? "[]" : "]");
        } else if (value instanceof String) {
            quote((String) value, out);
        } else {
            out.append(value == NULL || value == null ? "null" : value.toString());
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
