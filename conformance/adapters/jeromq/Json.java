import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * As much of JSON as the adapter protocol needs: objects are maps, arrays lists, whole numbers
 * longs, others doubles. Absent: any library, and any kindness toward broken text.
 */
final class Json {
    /** Text that is no JSON: where, and why. */
    static final class Broken extends Exception {
        Broken(String why) {
            super(why);
        }
    }

    private static final int DEEPEST = 32;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) throws Broken {
        Json json = new Json(text);
        Object value = json.value(0);
        if (json.next() != 0) {
            throw json.broken("something behind the value");
        }
        return value;
    }

    private Broken broken(String why) {
        return new Broken(why + " at character " + at);
    }

    /** The next character that is no blank, without taking it; 0 at the end. */
    private char next() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void take(char wanted) throws Broken {
        if (next() != wanted) {
            throw broken("no '" + wanted + "'");
        }
        at++;
    }

    private boolean taken(char wanted) {
        boolean there = next() == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private Object value(int depth) throws Broken {
        if (depth > DEEPEST) {
            throw broken("too deep");
        }
        switch (next()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            default:
                return word();
        }
    }

    private Map<String, Object> object(int depth) throws Broken {
        Map<String, Object> all = new LinkedHashMap<>();
        take('{');
        if (taken('}')) {
            return all;
        }
        do {
            next();
            String name = string();
            take(':');
            all.put(name, value(depth + 1));
        } while (taken(','));
        take('}');
        return all;
    }

    private List<Object> array(int depth) throws Broken {
        List<Object> all = new ArrayList<>();
        take('[');
        if (taken(']')) {
            return all;
        }
        do {
            all.add(value(depth + 1));
        } while (taken(','));
        take(']');
        return all;
    }

    private String string() throws Broken {
        take('"');
        int end = text.indexOf('"', at);
        String plain = end < 0 ? "\\" : text.substring(at, end);
        if (plain.indexOf('\\') < 0) { // nearly always
            at = end + 1;
            return plain;
        }
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw broken("a string without an end");
    }

    private char escaped() throws Broken {
        char c = at < text.length() ? text.charAt(at++) : 0;
        int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        try {
            String digits = text.substring(at, at + 4);
            at += 4;
            return (char) Integer.parseInt(c == 'u' ? digits : "?", 16);
        } catch (RuntimeException error) {
            throw broken("an escape that is none");
        }
    }

    private Object word() throws Broken {
        int start = at;
        while (at < text.length() && "+-.".indexOf(text.charAt(at)) >= 0
                || at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        switch (word) {
            case "true":
                return true;
            case "false":
                return false;
            case "null":
                return null;
            default:
        }
        try {
            if (word.matches("-?[0-9]{1,18}")) {
                return Long.parseLong(word);
            }
            return Double.parseDouble(word);
        } catch (NumberFormatException error) {
            throw broken("no value");
        }
    }

    /** Writes maps, lists, strings, numbers, booleans and null. */
    static void write(Object value, StringBuilder out) {
        if (value instanceof Map) {
            String comma = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(comma);
                comma = ",";
                quote((String) entry.getKey(), out);
                out.append(':');
                write(entry.getValue(), out);
            }
            out.append(comma.equals("{") ? "{}" : "}");
        } else if (value instanceof List) {
            String comma = "[";
            for (Object item : (List<?>) value) {
                out.append(comma);
                comma = ",";
                write(item, out);
            }
            out.append(comma.equals("[") ? "[]" : "]");
        } else if (value instanceof String) {
            quote((String) value, out);
        } else {
            out.append(value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int n = 0; n < text.length(); n++) {
            char c = text.charAt(n);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
