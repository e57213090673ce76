/* Adapter `zeroproof/adapter/1` for libzmq's C API, 3.2 and later. The protocol: ../README.md.
 *
 *     cc -O2 -pthread adapter.c $(pkg-config --cflags --libs libzmq) -o adapter
 *
 * One thread, one poll, and a thread for each `bench` (bench.h). libzmq signals each socket on one
 * descriptor (ZMQ_FD), and only that commands wait for it: EVENTS must be read after every signal AND
 * after every operation on the socket, because any operation may have swallowed the signal. `pump` does
 * both, and with it a bound SUB sends its subscription to a new peer although nobody has called recv.
 *
 * Left out on purpose: the draft socket types, since a libzmq built without them opens some and aborts
 * at the first handshake; monitor events; a ZAP handler, so a PLAIN server refuses every client. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>
#include "json.h"
#include "options.h"
#include "lines.h"

#define LONGEST_WAIT 86400000LL

struct call { char id[24]; struct part *parts; int count; long long due; struct call *next; };
struct sock { char *name; void *zmq; int is_sub, fd; struct call *recvs, *sends; struct sock *next; };

static void *context;
static struct sock *sockets;
static int leaving;

#include "bench.h"

/* Calls that wait */

static long long now (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
static void drop (struct call **place)
{
    struct call *call = *place;
    *place = call->next;
    for (int i = 0; i < call->count; i++)
        free (call->parts[i].octets);
    free (call->parts), free (call);
}
static const char *receive (struct sock *s, struct call *call)
{
    size_t start = out_size;
    say ("{\"id\":"), say (call->id), say (",\"ok\":{\"parts\":");
    for (int more = 1, first = 1; more; first = 0) {
        zmq_msg_t m;
        zmq_msg_init (&m);
        if (zmq_msg_recv (&m, s->zmq, ZMQ_DONTWAIT) < 0)
            return out_size = start, failed ();
        say (first ? "[" : ",");
        put_part (zmq_msg_data (&m), zmq_msg_size (&m));
        more = zmq_msg_more (&m);
        zmq_msg_close (&m);
    }
    say ("]}}\n");
    return NULL;
}
static const char *transmit (struct sock *s, struct call *call)
{
    for (int i = 0; i < call->count; i++)
        if (zmq_send (s->zmq, call->parts[i].octets, call->parts[i].size, ZMQ_DONTWAIT | (i + 1 < call->count ? ZMQ_SNDMORE : 0)) < 0)
            return failed ();
    return ok (call->id, "{}"), NULL;
}
/* Tries once, without waiting; 1 when the call has been answered. */
static int attempt (struct sock *s, struct call *call)
{
    const char *kind = call->parts ? transmit (s, call) : receive (s, call);
    if (kind && !strcmp (kind, "again"))
        return 0;
    if (kind)
        refuse (call->id, kind, why);
    return 1;
}
/* Lets libzmq work and serves those who wait, until nothing moves. */
static void pump (struct sock *s)
{
    for (int moved = 1; moved;) {
        int events = 0;
        size_t size = sizeof events;
        moved = 0;
        if (zmq_getsockopt (s->zmq, ZMQ_EVENTS, &events, &size))
            return;
        if (s->recvs && events & ZMQ_POLLIN && attempt (s, s->recvs))
            drop (&s->recvs), moved = 1;
        if (s->sends && events & ZMQ_POLLOUT && attempt (s, s->sends))
            drop (&s->sends), moved = 1;
    }
}
static void give_up (struct call **place)
{
    refuse ((*place)->id, "again", (*place)->parts ? "nobody to take it" : "no message");
    drop (place);
}
/* Milliseconds to the next expiry, -1 for ever; gives up what has expired. */
static int next_wait (void)
{
    long long time = now (), least = -1;
    for (struct sock *s = sockets; s; s = s->next)
        for (int i = 0; i < 2; i++)
            for (struct call **place = i ? &s->sends : &s->recvs; *place;) {
                long long left = (*place)->due - time;
                if (left <= 0) {
                    give_up (place);
                    continue;
                }
                if (least < 0 || left < least)
                    least = left;
                place = &(*place)->next;
            }
    return (int) least;
}
static const char *enter (struct sock *s, const char *id, const struct node *request, int sends)
{
    const struct node *parts = member (request, "parts");
    struct call **place = sends ? &s->sends : &s->recvs;
    struct call *call;
    long long within;
    int good = 1;
    if (!whole (member (request, "within_ms"), &within) || within < 0)
        return fail ("refused", "within_ms is a number", "");
    if (sends && (!parts || parts->kind != ARRAY || !parts->child))
        return fail ("refused", "a message has at least one part", "");
    call = calloc (1, sizeof *call);
    snprintf (call->id, sizeof call->id, "%s", id);
    call->due = now () + (within < LONGEST_WAIT ? within : LONGEST_WAIT);
    for (const struct node *n = sends ? parts->child : NULL; n && good; n = n->next) {
        call->parts = realloc (call->parts, sizeof *call->parts * (size_t) (call->count + 1));
        good = part_of (n, &call->parts[call->count]);
        call->count += good;
    }
    while (*place)
        place = &(*place)->next;
    int first = place == (sends ? &s->sends : &s->recvs);
    *place = call;
    if (!good)
        return drop (place), fail ("refused", "not a part", "");
    if (first && attempt (s, call))
        drop (place);
    else if (!within)
        give_up (place);
    return NULL;
}

/* Operations: NULL, or the kind of failure. `*answer` is the `ok`, NULL if it comes by itself. */

static void close_socket (struct sock **place)
{
    struct sock *s = *place;
    while (s->recvs)
        refuse (s->recvs->id, "closed", "closed meanwhile"), drop (&s->recvs);
    while (s->sends)
        refuse (s->sends->id, "closed", "closed meanwhile"), drop (&s->sends);
    *place = s->next;
    zmq_close (s->zmq);
    free (s->name), free (s);
}
static const char *open_socket (const char *name, const struct node *request)
{
    const char *type = text_of (member (request, "type")), *kind = NULL;
    struct node *opt = member (request, "opt");
    size_t size = sizeof (int);
    int t = 0, zero = 0;
    if (!type || (opt && opt->kind != OBJECT))
        return fail ("refused", "type is a string, opt an object", "");
    while (types[t] && strcmp (types[t], type))
        t++;
    if (!types[t])
        return fail ("unsupported", "socket type ", type);
    struct sock *s = calloc (1, sizeof *s);
    if (!(s->zmq = zmq_socket (context, t)))
        return free (s), failed ();
    s->name = strdup (name), s->is_sub = t == ZMQ_SUB, s->next = sockets, sockets = s;
    zmq_setsockopt (s->zmq, ZMQ_LINGER, &zero, sizeof zero);
    zmq_getsockopt (s->zmq, ZMQ_FD, &s->fd, &size);
    for (struct node *n = opt ? opt->child : NULL; n && !kind; n = n->next)
        kind = set (s->zmq, n->key, n);
    if (kind)
        close_socket (&sockets);
    return kind;
}
static const char *use (struct sock *s, const char *op, const char *id, const struct node *request, char *answer, size_t room)
{
    const char *to = text_of (member (request, "to")), *opt = text_of (member (request, "opt"));
    char endpoint[300] = "";
    size_t size = sizeof endpoint;
    struct part topic = {0};
    *answer = 0;
    if (!strcmp (op, "recv") || !strcmp (op, "send"))
        return enter (s, id, request, *op == 's');
    snprintf (answer, room, "{}");
    if (!strcmp (op, "set"))
        return opt ? set (s->zmq, opt, member (request, "value")) : fail ("refused", "opt is a string", "");
    if (!strcmp (op, "bind") || !strcmp (op, "connect")) {
        if (!to)
            return fail ("refused", "to is a string", "");
        if (*op == 'b' ? zmq_bind (s->zmq, to) : zmq_connect (s->zmq, to))
            return failed ();
        if (*op == 'b' && zmq_getsockopt (s->zmq, ZMQ_LAST_ENDPOINT, endpoint, &size))
            return failed ();
        if (*op == 'b')
            snprintf (answer, room, "{\"endpoint\":\"%s\"}", endpoint);
        return NULL;
    }
    if (!s->is_sub)
        return fail ("state", op, " is for SUB");
    if (!part_of (member (request, "topic"), &topic))
        return fail ("refused", "topic is a part", "");
    int rc = zmq_setsockopt (s->zmq, *op == 's' ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, topic.octets, topic.size);
    free (topic.octets);
    return rc ? failed () : NULL;
}
static const char *operate (const char *id, const struct node *request, char *answer, size_t room)
{
    const char *op = text_of (member (request, "op")), *name = text_of (member (request, "s"));
    struct sock **place = &sockets;
    long long proto;
    int known = 0;
    snprintf (answer, room, "{}");
    if (!op)
        return fail ("refused", "op is a string", "");
    if (!strcmp (op, "hello"))
        return whole (member (request, "proto"), &proto) && proto == 1 ? (hello (answer, room), NULL) : fail ("refused", "this adapter speaks proto 1", "");
    if (!strcmp (op, "reset") || !strcmp (op, "bye")) {
        while (sockets)
            close_socket (&sockets);
        leaving = *op == 'b';
        return NULL;
    }
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        known |= !strcmp (ops[i], op);
    if (!known)
        return fail ("unsupported", "op ", op);
    if (!strcmp (op, "bench"))
        return *answer = 0, bench (id, request);
    if (!name)
        return fail ("refused", "s is a string", "");
    while (*place && strcmp ((*place)->name, name))
        place = &(*place)->next;
    if (!strcmp (op, "open"))
        return *place ? fail ("state", "open already: ", name) : open_socket (name, request);
    if (!*place)
        return fail ("state", "no open socket ", name);
    if (!strcmp (op, "close"))
        return close_socket (place), NULL;
    const char *kind = use (*place, op, id, request, answer, room);
    pump (*place);
    return kind;
}
static void take_line (char *line)
{
    static char answer[4096];
    struct reader reader = {line, NULL, 0};
    struct node *request = read_line (&reader);
    char id[24] = "null";
    long long number;
    const char *kind;
    if (!request || request->kind != OBJECT) {
        kind = fail ("refused", "not a JSON object", "");
    } else if (!whole (member (request, "id"), &number)) {
        kind = fail ("refused", "id is a whole number", "");
    } else {
        snprintf (id, sizeof id, "%lld", number);
        kind = operate (id, request, answer, sizeof answer);
    }
    if (kind)
        refuse (id, kind, why);
    else if (*answer)
        ok (id, answer);
    free_all (&reader);
}
static void read_input (void)
{
    static char *line;
    static size_t size, room;
    if (room - size < 1 << 16 && !(line = realloc (line, room = 2 * room + (1 << 17))))
        abort ();
    ssize_t n = read (0, line + size, room - size - 1);
    if (n <= 0)
        leaving = 1;
    char *start = line, *end;
    size_t fresh = size;
    size += n > 0 ? (size_t) n : 0;
    line[size] = 0;
    for (char *from = line + fresh; !leaving && (end = memchr (from, '\n', size - (size_t) (from - line))); start = from = end + 1) {
        *end = 0;
        if (start[strspn (start, " \t\r")])
            take_line (start);
    }
    size -= (size_t) (start - line);
    memmove (line, start, size);
}
int main (void)
{
    struct rlimit files;
    struct pollfd *polled = NULL;
    output = dup (1);
    dup2 (2, 1); /* a stray print, of whatever library, is a diagnostic and not an answer */
    if (!getrlimit (RLIMIT_NOFILE, &files))
        files.rlim_cur = files.rlim_max, setrlimit (RLIMIT_NOFILE, &files);
    context = zmq_ctx_new ();
    zmq_ctx_set (context, ZMQ_MAX_SOCKETS, 65535); /* 3.2 keeps the places of closed ones for long */
    while (!leaving) {
        nfds_t count = 1;
        int wait = next_wait ();
        flush ();
        for (struct sock *s = sockets; s; s = s->next)
            count++;
        polled = realloc (polled, sizeof *polled * count);
        polled[0] = (struct pollfd) {0, POLLIN, 0};
        count = 1;
        for (struct sock *s = sockets; s; s = s->next)
            polled[count++] = (struct pollfd) {s->fd, POLLIN, 0};
        poll (polled, count, wait);
        count = 1;
        for (struct sock *s = sockets; s; s = s->next)
            if (polled[count++].revents)
                pump (s);
        if (polled[0].revents)
            read_input ();
        flush ();
    }
    _exit (0); /* LINGER may be anything by now: leave without waiting for it */
}
