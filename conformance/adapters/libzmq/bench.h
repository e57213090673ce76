/* The op `bench`: a loop over sockets of its own, in a thread of its own; the clock and the checks are
 * here, and no line is read or written between two messages. Included by adapter.c. */
#include <pthread.h>

#define MOST_SOCKETS 1000
#define BURST 100 /* messages that one of many sockets may give in a row */

struct bench {
    char id[24], work;
    void *sockets[MOST_SOCKETS];
    int many, peers;
    size_t size;
    long long count, warm_up, done, ns, *trips;
};

static long long nanoseconds (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static int put_message (struct bench *b, void *socket)
{
    zmq_msg_t m;
    if (zmq_msg_init_size (&m, b->size))
        return 0;
    memset (zmq_msg_data (&m), 'x', b->size);
    if (zmq_msg_send (&m, socket, 0) >= 0)
        return 1;
    zmq_msg_close (&m);
    return 0;
}
/* 1: a message of the right size, 0: none, -1: another one. */
static int take_message (struct bench *b, void *socket, zmq_msg_t *m, int flags)
{
    if (zmq_msg_recv (m, socket, flags) < 0)
        return 0;
    return zmq_msg_size (m) == b->size && !zmq_msg_more (m) ? 1 : -1;
}
static const char *send_all (struct bench *b)
{
    zmq_msg_t m;
    zmq_msg_init (&m);
    for (int peers = 0; peers < b->peers; peers++)
        if (zmq_msg_recv (&m, b->sockets[0], 0) < 0)
            return "subscribers are missing";
    long long all = b->count + b->warm_up, began = nanoseconds ();
    for (; b->done < all; b->done++) {
        if (b->done == b->warm_up)
            began = nanoseconds ();
        if (!put_message (b, b->sockets[b->done % b->many]))
            return "nobody takes the next message";
    }
    b->ns = nanoseconds () - began;
    return NULL;
}
static const char *receive_all (struct bench *b)
{
    long long share = (b->count + b->warm_up) / b->many, warm = b->warm_up / b->many, began = 0, *left;
    zmq_pollitem_t *items = calloc ((size_t) b->many, sizeof *items);
    const char *wrong = NULL;
    zmq_msg_t m;
    int open = b->many, single = b->many == 1;
    left = calloc ((size_t) b->many, sizeof *left);
    zmq_msg_init (&m);
    for (int i = 0; i < b->many; i++)
        left[i] = share, items[i] = (zmq_pollitem_t) {b->sockets[i], 0, ZMQ_POLLIN, 0};
    began = warm ? 0 : nanoseconds ();
    while (open && !wrong) {
        int within, got;
        size_t room = sizeof within;
        zmq_getsockopt (b->sockets[0], ZMQ_RCVTIMEO, &within, &room);
        if (!single && zmq_poll (items, b->many, within) <= 0)
            wrong = "the next message does not come";
        for (int i = 0; i < b->many && !wrong; i++)
            for (long long turn = 0; left[i] && (single || (items[i].revents && turn < BURST)); turn++) {
                if (!(got = take_message (b, b->sockets[i], &m, single ? 0 : ZMQ_DONTWAIT))) {
                    if (single)
                        wrong = "the next message does not come";
                    break;
                }
                if (got < 0) {
                    wrong = "a message of another size";
                    break;
                }
                b->done++;
                if (share - --left[i] == warm && !began)
                    began = nanoseconds ();
                if (!left[i])
                    items[i].events = 0, open--;
            }
    }
    b->ns = nanoseconds () - began;
    zmq_msg_close (&m);
    free (items), free (left);
    return wrong;
}
static const char *echo_all (struct bench *b)
{
    long long began = nanoseconds ();
    const char *wrong = NULL;
    zmq_msg_t m;
    zmq_msg_init (&m);
    for (; b->done < b->count + b->warm_up && !wrong; b->done += !wrong) {
        int got = take_message (b, b->sockets[0], &m, 0);
        wrong = !got ? "the next request does not come" : got < 0 ? "a message of another size" : NULL;
        if (!wrong && zmq_msg_send (&m, b->sockets[0], 0) < 0)
            wrong = "nobody takes the reply";
    }
    b->ns = nanoseconds () - began;
    zmq_msg_close (&m);
    return wrong;
}
static const char *ask_all (struct bench *b)
{
    const char *wrong = NULL;
    zmq_msg_t m;
    zmq_msg_init (&m);
    b->trips = malloc (sizeof *b->trips * (size_t) (b->count + 1));
    for (; b->done < b->count + b->warm_up && !wrong; b->done += !wrong) {
        long long began = nanoseconds (), took;
        if (!put_message (b, b->sockets[0]))
            return "nobody takes the next request";
        int got = take_message (b, b->sockets[0], &m, 0);
        wrong = !got ? "the reply does not come" : got < 0 ? "a message of another size" : NULL;
        took = nanoseconds () - began;
        if (b->done >= b->warm_up)
            b->trips[b->done - b->warm_up] = took, b->ns += took;
    }
    zmq_msg_close (&m);
    return wrong;
}
static int by_value (const void *a, const void *b)
{
    long long left = *(const long long *) a, right = *(const long long *) b;
    return (left > right) - (left < right);
}
static long long *trip_at (struct bench *b, long long per_mille) { return &b->trips[(b->count - 1) * per_mille / 1000]; }

static void *run_bench (void *given)
{
    struct bench *b = given;
    char answer[600], trips[200] = "";
    const char *wrong = b->work == 's'   ? send_all (b)
                        : b->work == 'r' ? receive_all (b)
                        : b->work == 'e' ? echo_all (b)
                                         : ask_all (b);
    if (!wrong && b->trips) {
        qsort (b->trips, (size_t) b->count, sizeof *b->trips, by_value);
        snprintf (trips, sizeof trips, ",\"trips\":{\"p50\":%lld,\"p99\":%lld,\"p999\":%lld,\"max\":%lld}", *trip_at (b, 500),
                  *trip_at (b, 990), *trip_at (b, 999), *trip_at (b, 1000));
    }
    if (wrong)
        snprintf (answer, sizeof answer, "{\"id\":%s,\"err\":{\"kind\":\"%s\",\"message\":\"%s after %lld messages\"}}\n", b->id,
                  strstr (wrong, "size") ? "refused" : "again", wrong, b->done);
    else
        snprintf (answer, sizeof answer, "{\"id\":%s,\"ok\":{\"messages\":%lld,\"octets\":%lld,\"ns\":%lld%s}}\n", b->id, b->done,
                  b->done * (long long) b->size, b->ns, trips);
    /* Short enough to be written whole, whatever the other thread writes meanwhile. */
    if (write (output, answer, strlen (answer)) < 0)
        _exit (0);
    free (b->trips), free (b);
    return NULL; /* its sockets stay to the end of the process: what they hold goes out */
}
static long long number_or (const struct node *request, const char *name, long long otherwise)
{
    long long value;
    return member (request, name) ? whole (member (request, name), &value) ? value : -1 : otherwise;
}
static const char *prepare (struct bench *b, const struct node *request, int t, char *endpoint, size_t room)
{
    const char *to = text_of (member (request, "bind")), *far = text_of (member (request, "connect")), *kind = NULL;
    const struct node *opt = member (request, "opt");
    int within = (int) number_or (request, "within_ms", -1);
    for (int i = 0; i < b->many; i++) {
        void *socket = b->sockets[i] = zmq_socket (context, t);
        if (!socket)
            return failed ();
        for (struct node *n = opt ? opt->child : NULL; n && !kind; n = n->next)
            kind = set (socket, n->key, n);
        if (kind)
            return kind;
        zmq_setsockopt (socket, ZMQ_RCVTIMEO, &within, sizeof within);
        zmq_setsockopt (socket, ZMQ_SNDTIMEO, &within, sizeof within);
        if (t == ZMQ_SUB)
            zmq_setsockopt (socket, ZMQ_SUBSCRIBE, "", 0);
        if (to ? zmq_bind (socket, to) : zmq_connect (socket, far))
            return failed ();
        if (zmq_getsockopt (socket, ZMQ_LAST_ENDPOINT, endpoint, &room))
            return failed ();
    }
    return NULL;
}
/* Opens the sockets, tells that they are ready, and leaves the rest to a thread. */
static const char *bench (const char *id, const struct node *request)
{
    const char *work = text_of (member (request, "work")), *type = text_of (member (request, "type"));
    const char *to = text_of (member (request, "bind")), *far = text_of (member (request, "connect"));
    char endpoint[300] = "";
    pthread_t thread;
    int t = 0;
    long long many = number_or (request, "sockets", 1), peers = number_or (request, "peers", 0), size = number_or (request, "size", -1);
    struct bench *b = calloc (1, sizeof *b);
    snprintf (b->id, sizeof b->id, "%s", id);
    b->count = number_or (request, "count", -1), b->warm_up = number_or (request, "warm_up", 0);
    b->many = (int) many, b->peers = (int) peers, b->size = (size_t) size;
    const char *wrong = !work || !type                                ? "work and type are strings"
                        : !to == !far                                 ? "either bind or connect is a string"
                        : size < 0 || size > MAX_PART                 ? "size is a number up to 64 MiB"
                        : b->count < 1 || b->warm_up < 0 || peers < 0 ? "count, warm_up and peers are numbers"
                        : many < 1 || many > MOST_SOCKETS             ? "sockets is a number up to 1000"
                        : number_or (request, "within_ms", -1) < 0    ? "within_ms is a number"
                                                                      : NULL;
    if (wrong)
        return free (b), fail ("refused", wrong, "");
    if (strcmp (work, "send") && strcmp (work, "receive") && strcmp (work, "echo") && strcmp (work, "ask"))
        return free (b), fail ("unsupported", "work ", work);
    b->work = *work;
    while (types[t] && strcmp (types[t], type))
        t++;
    if (!types[t])
        return free (b), fail ("unsupported", "socket type ", type);
    const char *kind = prepare (b, request, t, endpoint, sizeof endpoint);
    if (kind) {
        for (int i = 0; i < b->many && b->sockets[i]; i++)
            zmq_close (b->sockets[i]);
        return free (b), kind;
    }
    say ("{\"ev\":\"ready\",\"of\":"), say (id), say (",\"endpoint\":\""), say (endpoint), say ("\"}\n");
    flush (); /* before anything the thread says */
    if (pthread_create (&thread, NULL, run_bench, b))
        return fail ("internal", "no thread", "");
    pthread_detach (thread);
    return NULL;
}
