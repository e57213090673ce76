import java.util.Arrays;
import java.util.Map;

/** Parts of messages as they stand in requests and answers: hex, or a pattern that repeats. */
final class Part {
    private static final long MAX_PART = 64 << 20; // octets; the largest that a `fill` may ask for
    private static final int BIG_PART = 4096; // octets; above this a part is answered as a `fill`
    private static final int LONGEST_FILL = 64; // octets; the longest pattern looked for
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private Part() {
    }

    /** The octets of a part, a hex string or a fill. */
    static byte[] octets(Object part) throws Failure {
        if (part instanceof String) {
            return unhex((String) part);
        }
        if (part instanceof Map) {
            Object unit = ((Map<?, ?>) part).get("fill");
            Object size = ((Map<?, ?>) part).get("len");
            if (unit instanceof String && size instanceof Long) {
                byte[] pattern = unhex((String) unit);
                long length = (Long) size;
                if (pattern.length > 0 && length >= 0 && length <= MAX_PART) {
                    byte[] octets = new byte[(int) length];
                    for (int n = 0; n < octets.length; n++) {
                        octets[n] = pattern[n % pattern.length];
                    }
                    return octets;
                }
            }
        }
        throw new Failure("refused", "not a part");
    }

    static byte[] unhex(String hex) throws Failure {
        byte[] octets = new byte[hex.length() / 2];
        boolean good = hex.length() % 2 == 0;
        for (int n = 0; good && n < octets.length; n++) {
            int high = Character.digit(hex.charAt(2 * n), 16);
            int low = Character.digit(hex.charAt(2 * n + 1), 16);
            good = high >= 0 && low >= 0;
            octets[n] = (byte) (high << 4 | low);
        }
        if (!good) {
            throw new Failure("refused", "not hex digits, two an octet");
        }
        return octets;
    }

    /** Octets as they stand in an answer. */
    static Object shown(byte[] octets) {
        for (int unit = 1; octets.length > BIG_PART && unit <= LONGEST_FILL; unit++) {
            if (repeats(octets, unit)) {
                String fill = hex(Arrays.copyOf(octets, unit));
                return Map.of("fill", fill, "len", (long) octets.length);
            }
        }
        return hex(octets);
    }

    private static boolean repeats(byte[] octets, int unit) {
        int rest = octets.length;
        return Arrays.equals(octets, unit, rest, octets, 0, rest - unit);
    }

    private static String hex(byte[] octets) {
        char[] digits = new char[2 * octets.length];
        for (int n = 0; n < octets.length; n++) {
            digits[2 * n] = DIGITS[octets[n] >> 4 & 15];
            digits[2 * n + 1] = DIGITS[octets[n] & 15];
        }
        return new String(digits);
    }
}
