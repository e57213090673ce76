/* libzmq as one side of a benchmark. The engine in src/peer.rs does the same, under the same names.

   pull|push|curve-pull|curve-push ENDPOINT SIZE COUNT     rep|req ENDPOINT SIZE COUNT
   pub|sub ENDPOINT SIZE COUNT SUBSCRIBERS                 inproc - SIZE COUNT     idle ENDPOINT

   Whoever binds says "ready" and its version; whoever measures ends with one line of figures:
   messages per second, or the median and the 99th percentile of round trips in microseconds.
   A message lost, doubled or of a wrong size ends the program with a status that is not zero. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { WARM_UP = 500, BURST = 100 };

/* The test keys of zmq_curve(7). */
static const char *PUBLIC = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
static const char *SECRET = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

static void must(int holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *open_socket(void *context, int type) {
    void *socket = zmq_socket(context, type);
    must(socket != NULL, "socket");
    return socket;
}

static void set(void *socket, int option, const void *value, size_t size) {
    must(zmq_setsockopt(socket, option, value, size) == 0, "setsockopt");
}

static void bind_socket(void *socket, const char *endpoint) {
    int major, minor, patch;
    must(zmq_bind(socket, endpoint) == 0, "bind");
    zmq_version(&major, &minor, &patch);
    printf("ready libzmq %d.%d.%d\n", major, minor, patch);
    fflush(stdout);
}

static void connect_socket(void *socket, const char *endpoint) {
    must(zmq_connect(socket, endpoint) == 0, "connect");
}

static void send_all(void *socket, size_t size, long count) {
    for (long at = 0; at < count; at++) {
        zmq_msg_t message;
        zmq_msg_init_size(&message, size);
        memset(zmq_msg_data(&message), 'x', size);
        must(zmq_msg_send(&message, socket, 0) >= 0, "send");
    }
}

static void receive_all(void *socket, size_t size, long count) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (long at = 0; at < count; at++) {
        must(zmq_msg_recv(&message, socket, 0) >= 0, "recv");
        must(zmq_msg_size(&message) == size, "size");
    }
    zmq_msg_close(&message);
}

static void pull(void *socket, size_t size, long count) {
    receive_all(socket, size, 1);
    double began = now();
    receive_all(socket, size, count - 1);
    printf("%.0f\n", (double)(count - 1) / (now() - began));
}

static void echo(void *socket, size_t size, long count) {
    char *body = calloc(1, size + 1);
    for (long at = 0; at < count + WARM_UP; at++) {
        must(zmq_recv(socket, body, size, 0) == (int)size, "request");
        must(zmq_send(socket, body, size, 0) == (int)size, "reply");
    }
    free(body);
}

static int by_value(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void ask(void *socket, size_t size, long count) {
    char *body = calloc(1, size + 1);
    double *times = malloc(sizeof(double) * (size_t)count);
    for (long at = -WARM_UP; at < count; at++) {
        double began = now();
        must(zmq_send(socket, body, size, 0) == (int)size, "request");
        must(zmq_recv(socket, body, size, 0) == (int)size, "reply");
        if (at >= 0) times[at] = (now() - began) * 1e6;
    }
    qsort(times, (size_t)count, sizeof(double), by_value);
    printf("%.3f %.3f\n", times[count / 2], times[count * 99 / 100]);
    free(times);
    free(body);
}

static void publish(void *socket, const char *endpoint, size_t size, long count, int subscribers) {
    int yes = 1;
    char subscription[8];
    set(socket, ZMQ_XPUB_NODROP, &yes, sizeof yes);
    set(socket, ZMQ_XPUB_VERBOSE, &yes, sizeof yes);
    bind_socket(socket, endpoint);
    for (int at = 0; at < subscribers; at++)
        must(zmq_recv(socket, subscription, sizeof subscription, 0) == 1, "subscription");
    send_all(socket, size, count);
}

static void subscribe(void *context, const char *endpoint, size_t size, long count, int number) {
    zmq_pollitem_t items[64];
    zmq_msg_t message;
    long left = count * number;
    double began = 0;
    must(number <= 64, "subscribers");
    for (int at = 0; at < number; at++) {
        items[at] = (zmq_pollitem_t){open_socket(context, ZMQ_SUB), 0, ZMQ_POLLIN, 0};
        set(items[at].socket, ZMQ_SUBSCRIBE, "", 0);
        connect_socket(items[at].socket, endpoint);
    }
    zmq_msg_init(&message);
    while (left > 0) {
        must(zmq_poll(items, number, -1) > 0, "poll");
        if (began == 0) began = now();
        for (int at = 0; at < number; at++)
            for (int turn = 0; items[at].revents && turn < BURST; turn++) {
                if (zmq_msg_recv(&message, items[at].socket, ZMQ_DONTWAIT) < 0) break;
                must(zmq_msg_size(&message) == size, "size");
                left--;
            }
    }
    printf("%.0f\n", (double)count * number / (now() - began));
    zmq_msg_close(&message);
    for (int at = 0; at < number; at++) zmq_close(items[at].socket);
}

static void secure(void *socket, int server) {
    int yes = 1;
    set(socket, ZMQ_CURVE_PUBLICKEY, PUBLIC, 40);
    set(socket, ZMQ_CURVE_SECRETKEY, SECRET, 40);
    if (server)
        set(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    else
        set(socket, ZMQ_CURVE_SERVERKEY, PUBLIC, 40);
}

struct task {
    void *context;
    size_t size;
    long count;
};

static void *push_in_process(void *given) {
    struct task *task = given;
    void *socket = open_socket(task->context, ZMQ_PUSH);
    connect_socket(socket, "inproc://bench");
    send_all(socket, task->size, task->count);
    zmq_close(socket);
    return NULL;
}

static void in_process(void *context, void *socket, size_t size, long count) {
    struct task task = {context, size, count};
    pthread_t thread;
    bind_socket(socket, "inproc://bench");
    must(pthread_create(&thread, NULL, push_in_process, &task) == 0, "thread");
    pull(socket, size, count);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    const char *mode = argv[1], *endpoint = argv[2];
    size_t size = argc > 3 ? (size_t)atol(argv[3]) : 0;
    long count = argc > 4 ? atol(argv[4]) : 0;
    int subscribers = argc > 5 ? atoi(argv[5]) : 0;
    void *context = zmq_ctx_new(), *socket = NULL;
    int curve = strncmp(mode, "curve-", 6) == 0;
    if (curve) mode += 6;

    if (!strcmp(mode, "pull")) {
        socket = open_socket(context, ZMQ_PULL);
        if (curve) secure(socket, 1);
        bind_socket(socket, endpoint);
        pull(socket, size, count);
    } else if (!strcmp(mode, "push")) {
        socket = open_socket(context, ZMQ_PUSH);
        if (curve) secure(socket, 0);
        connect_socket(socket, endpoint);
        send_all(socket, size, count);
    } else if (!strcmp(mode, "rep")) {
        socket = open_socket(context, ZMQ_REP);
        bind_socket(socket, endpoint);
        echo(socket, size, count);
    } else if (!strcmp(mode, "req")) {
        socket = open_socket(context, ZMQ_REQ);
        connect_socket(socket, endpoint);
        ask(socket, size, count);
    } else if (!strcmp(mode, "pub")) {
        socket = open_socket(context, ZMQ_XPUB);
        publish(socket, endpoint, size, count, subscribers);
    } else if (!strcmp(mode, "sub")) {
        subscribe(context, endpoint, size, count, subscribers);
    } else if (!strcmp(mode, "inproc")) {
        socket = open_socket(context, ZMQ_PULL);
        in_process(context, socket, size, count);
    } else if (!strcmp(mode, "idle")) {
        char octet;
        socket = open_socket(context, ZMQ_PULL);
        bind_socket(socket, endpoint);
        /* Until whoever started us closes our standard input. */
        while (read(0, &octet, 1) > 0) {
        }
    } else {
        return 2;
    }
    if (socket != NULL) zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
