import org.zeromq.ZMQException;
import zmq.ZError;

/** An answer that is an error: `kind` is one of the six of the protocol. */
final class Failure extends Exception {
    final String kind;

    Failure(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What an error number of a call means. */
    static Failure of(int errno) {
        switch (errno) {
            case ZError.EAGAIN:
                return new Failure("again", "not within this time");
            case ZError.EFSM:
            case ZError.ENOTSUP:
                return new Failure("state", "error " + errno);
            case ZError.EPROTONOSUPPORT:
                return new Failure("unsupported", "no such transport");
            case ZError.ENOTSOCK:
            case ZError.ETERM:
                return new Failure("closed", "the socket is closed");
            default:
                return new Failure("refused", "error " + errno);
        }
    }

    /** What an exception of the library or of this adapter means. */
    static Failure of(Throwable error) {
        Throwable cause = error.getCause() == null ? error : error.getCause();
        if (cause instanceof Failure) {
            return (Failure) cause;
        }
        if (cause instanceof ZMQException) {
            return of(((ZMQException) cause).getErrorCode());
        }
        if (cause instanceof ZError.CtxTerminatedException) {
            return new Failure("closed", "the context is closed");
        }
        if (cause instanceof IllegalStateException && !"EMFILE".equals(cause.getMessage())) {
            return new Failure("state", String.valueOf(cause.getMessage()));
        }
        if (cause instanceof UnsupportedOperationException) {
            return new Failure("state", "not on this type of socket");
        }
        if (cause instanceof StackOverflowError) {
            return new Failure("refused", "the stack is too small for it: " + cause);
        }
        if (cause instanceof IllegalArgumentException) {
            return new Failure("refused", String.valueOf(cause.getMessage()));
        }
        Failure failure = new Failure("internal", cause.toString());
        failure.setStackTrace(cause.getStackTrace());
        return failure;
    }
}
