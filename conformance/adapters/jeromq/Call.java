import java.util.List;

/** A receive or send that waits; `parts` is null for a receive. */
final class Call {
    final Object id;
    final List<byte[]> parts;
    boolean waits = true;
    long due; // on the clock of System.nanoTime

    Call(Object id, List<byte[]> parts) {
        this.id = id;
        this.parts = parts;
    }

    void giveUp(Adapter adapter) {
        waits = false;
        String what = parts == null ? "no message" : "nobody to take it";
        adapter.refuse(id, new Failure("again", what));
    }
}
