/* Adapter `zeroproof/adapter/1`: lines in, lines out. The protocol is conformance/adapters/README.md.
 *
 *     cc -O2 -o adapter adapter.c library.c
 *
 * Your library is in `library.c`; nothing here need change. One thread: it reads requests, and while a
 * recv or send waits it tries again every millisecond, in order. A library that tells when a socket is
 * ready (a descriptor) does better to be waited for: see `main`. */
#define _POSIX_C_SOURCE 200809L
#include "library.h"
#include "json.h"
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define MAX_PART (64 << 20)     /* octets; the largest part a fill may ask for */
#define BIG_PART 4096           /* octets; above this a part is answered as a fill, where it is one */
#define LONGEST_FILL 64         /* octets */
#define RETRY 1                 /* milliseconds between two tries of a call that waits */
#define LONGEST_WAIT 86400000LL /* milliseconds */

struct call { char id[24]; int is_send; struct message message; long long due; struct call *next; };
struct open { char *name; struct library_socket *socket; struct call *recvs, *sends; struct open *next; };

static struct open *sockets;
static int output, leaving;
static char *out, why[400];
static size_t out_size, out_room;

/* Answers */

static void put (const void *text, size_t size)
{
    if (out_size + size > out_room && !(out = realloc (out, out_room = 2 * (out_size + size))))
        abort ();
    memcpy (out + out_size, text, size);
    out_size += size;
}
static void say (const char *text) { put (text, strlen (text)); }
static void flush (void)
{
    for (size_t done = 0; done < out_size;) {
        ssize_t n = write (output, out + done, out_size - done);
        if (n <= 0)
            _exit (0);
        done += (size_t) n;
    }
    out_size = 0;
}
static void say_words (const char *text)
{
    for (; *text; text++)
        put ((unsigned char) *text < 0x20 || (unsigned char) *text > 0x7E || *text == '"' || *text == '\\' ? "?" : text, 1);
}
static void ok (const char *id, const char *object) { say ("{\"id\":"), say (id), say (",\"ok\":"), say (object), say ("}\n"); }
static void refuse (const char *id, const char *kind, const char *words)
{
    say ("{\"id\":"), say (id), say (",\"err\":{\"kind\":\""), say (kind), say ("\",\"message\":\""), say_words (words), say ("\"}}\n");
}
const char *fail (const char *kind, const char *what, const char *which)
{
    snprintf (why, sizeof why, "%.180s%.180s", what, which);
    return kind;
}
static void put_hex (const unsigned char *octets, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        char pair[2] = {digits[octets[i] >> 4], digits[octets[i] & 15]};
        put (pair, 2);
    }
}
static void put_part (const unsigned char *octets, size_t size)
{
    char length[40];
    for (size_t n = 1; size > BIG_PART && n <= LONGEST_FILL; n++)
        if (!memcmp (octets + n, octets, size - n)) {
            say ("{\"fill\":\""), put_hex (octets, n);
            snprintf (length, sizeof length, "\",\"len\":%zu}", size), say (length);
            return;
        }
    say ("\""), put_hex (octets, size), say ("\"");
}

/* Parts and options of a request */

static int unhex (const struct node *n, struct part *to)
{
    if (!text_of (n) || n->size % 2 || strspn (n->text, "0123456789abcdefABCDEF") != n->size)
        return 0;
    to->size = n->size / 2;
    if (!(to->octets = malloc (to->size + 1)))
        abort ();
    for (size_t i = 0; i < to->size; i++) {
        char pair[3] = {n->text[2 * i], n->text[2 * i + 1], 0};
        to->octets[i] = (unsigned char) strtoul (pair, NULL, 16);
    }
    return 1;
}
static int part_of (const struct node *n, struct part *to)
{
    struct part unit = {0};
    long long size = 0;
    if (n && n->kind == STRING)
        return unhex (n, to);
    int good = unhex (member (n, "fill"), &unit) && unit.size && whole (member (n, "len"), &size) && size >= 0 && size <= MAX_PART;
    if (good) {
        to->size = (size_t) size;
        if (!(to->octets = malloc (to->size + 1)))
            abort ();
        for (size_t i = 0; i < to->size; i++)
            to->octets[i] = unit.octets[i % unit.size];
    }
    free (unit.octets);
    return good;
}
static const char *set (struct library_socket *socket, const char *name, const struct node *value)
{
    struct part octets = {0};
    long long number;
    const char *kind;
    if (whole (value, &number))
        return library_set_number (socket, name, number);
    if (value && value->kind == WORD && *value->text != 'n')
        return library_set_number (socket, name, *value->text == 't');
    if (text_of (value)) {
        struct part text = {(unsigned char *) value->text, value->size};
        return library_set_octets (socket, name, &text);
    }
    if (!unhex (member (value, "hex"), &octets))
        return fail ("refused", "an option is an integer, a boolean, a string or {hex}", "");
    kind = library_set_octets (socket, name, &octets);
    free (octets.octets);
    return kind;
}

/* Calls that wait */

static long long now (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
static void free_message (struct message *message)
{
    for (int i = 0; i < message->count; i++)
        free (message->parts[i].octets);
    free (message->parts);
}
static void drop (struct call **place)
{
    struct call *call = *place;
    *place = call->next;
    free_message (&call->message), free (call);
}
/* Tries once, without waiting; 1 when the call has been answered. */
static int attempt (struct open *s, struct call *call)
{
    struct message got = {0};
    const char *kind = call->is_send ? library_send (s->socket, &call->message) : library_recv (s->socket, &got);
    if (kind && !strcmp (kind, "again"))
        return 0;
    if (kind)
        return refuse (call->id, kind, why), 1;
    if (call->is_send)
        return ok (call->id, "{}"), 1;
    say ("{\"id\":"), say (call->id), say (",\"ok\":{\"parts\":");
    for (int i = 0; i < got.count; i++)
        say (i ? "," : "["), put_part (got.parts[i].octets, got.parts[i].size);
    say ("]}}\n");
    return free_message (&got), 1;
}
/* Serves those who wait, each queue in order, and gives up those whose time is over; 1 if some wait on. */
static int pump (void)
{
    int waits = 0;
    for (struct open *s = sockets; s; s = s->next)
        for (int i = 0; i < 2; i++) {
            struct call **queue = i ? &s->sends : &s->recvs;
            while (*queue && attempt (s, *queue))
                drop (queue);
            for (struct call **place = queue; *place;)
                if ((*place)->due <= now ())
                    refuse ((*place)->id, "again", "its time is over"), drop (place);
                else
                    waits = 1, place = &(*place)->next;
        }
    return waits;
}
/* What is pending is answered first, then the socket is closed. */
static void end (struct open **place)
{
    struct open *s = *place;
    *place = s->next;
    for (int i = 0; i < 2; i++)
        for (struct call **queue = i ? &s->sends : &s->recvs; *queue; drop (queue))
            refuse ((*queue)->id, "closed", "closed meanwhile");
    library_close (s->socket);
    free (s->name), free (s);
}

/* Operations: each returns NULL, or the kind of its failure */

static struct open **find (const char *name)
{
    struct open **place = &sockets;
    while (*place && strcmp ((*place)->name, name))
        place = &(*place)->next;
    return place;
}
static const char *open_socket (const char *id, const char *name, const struct node *request)
{
    const char *type = text_of (member (request, "type")), *kind;
    const struct node *options = member (request, "opt");
    struct open *new, **place = find (name);
    struct library_socket *socket;
    if (*place)
        return fail ("state", "socket is open already: ", name);
    if (!type || (options && options->kind != OBJECT))
        return fail ("refused", "type is a string, and opt an object", "");
    if ((kind = library_open (type, &socket)))
        return kind;
    for (const struct node *n = options ? options->child : NULL; n; n = n->next)
        if ((kind = set (socket, n->key, n)))
            return library_close (socket), kind;
    if (!(new = calloc (1, sizeof *new)) || !(new->name = strdup (name)))
        abort ();
    new->socket = socket, *place = new;
    return ok (id, "{}"), NULL;
}
static const char *enter (const char *id, struct open *s, int is_send, const struct node *request)
{
    const struct node *parts = member (request, "parts");
    long long within;
    struct call *call, **last = is_send ? &s->sends : &s->recvs;
    if (!whole (member (request, "within_ms"), &within))
        return fail ("refused", "within_ms is a number", "");
    if (is_send && (!parts || parts->kind != ARRAY || !parts->child))
        return fail ("refused", "a message has at least one part", "");
    if (!(call = calloc (1, sizeof *call)))
        abort ();
    snprintf (call->id, sizeof call->id, "%s", id);
    call->is_send = is_send, call->due = now () + (within > LONGEST_WAIT ? LONGEST_WAIT : within);
    for (const struct node *n = is_send ? parts->child : NULL; n; n = n->next) {
        struct message *m = &call->message;
        if (!(m->parts = realloc (m->parts, (size_t) (m->count + 1) * sizeof *m->parts)))
            abort ();
        if (!part_of (n, m->parts + m->count))
            return drop (&call), fail ("refused", "not a part", "");
        m->count++;
    }
    while (*last)
        last = &(*last)->next;
    *last = call;
    return NULL;
}
static const char *use (const char *id, struct open *s, const char *op, const struct node *request)
{
    const char *to = text_of (member (request, "to")), *option = text_of (member (request, "opt")), *kind;
    char endpoint[300];
    struct part topic = {0};
    if (!strcmp (op, "recv") || !strcmp (op, "send"))
        return enter (id, s, *op == 's', request);
    if (!strcmp (op, "bind") || !strcmp (op, "connect")) {
        if (!to)
            return fail ("refused", "to is a string", "");
        if (*op == 'c') {
            kind = library_connect (s->socket, to);
        } else if (!(kind = library_bind (s->socket, to, endpoint, sizeof endpoint))) {
            say ("{\"id\":"), say (id), say (",\"ok\":{\"endpoint\":\""), say_words (endpoint), say ("\"}}\n");
            return NULL;
        }
    } else if (!strcmp (op, "set")) {
        kind = option ? set (s->socket, option, member (request, "value")) : fail ("refused", "opt is a string", "");
    } else if (!part_of (member (request, "topic"), &topic)) {
        return fail ("refused", "topic is a part", "");
    } else {
        kind = library_subscribe (s->socket, &topic, !strcmp (op, "subscribe"));
        free (topic.octets);
    }
    return kind ? kind : (ok (id, "{}"), NULL);
}
static const char *operate (const char *id, const struct node *request)
{
    static const char ops[] = " hello open bind connect set send recv subscribe unsubscribe close reset bye ";
    const char *op = text_of (member (request, "op")), *name = text_of (member (request, "s"));
    char word[24];
    long long proto;
    struct open **place;
    if (!op)
        return fail ("refused", "op is a string", "");
    snprintf (word, sizeof word, " %.20s ", op);
    if (!strstr (ops, word))
        return fail ("unsupported", "op ", op);
    if (!strcmp (op, "hello")) {
        if (!whole (member (request, "proto"), &proto) || proto != 1)
            return fail ("refused", "this adapter speaks zeroproof/adapter/1", "");
        say ("{\"id\":"), say (id), say (",\"ok\":{\"proto\":1,\"impl\":"), say (library_impl);
        say (",\"concurrency\":64,\"can\":{"), say (library_can), say (",\"op\":[\"hello\",\"open\",\"bind\",\"connect\",\"set\",");
        say ("\"send\",\"recv\",\"subscribe\",\"unsubscribe\",\"close\",\"reset\",\"bye\"]}}}\n");
        return NULL;
    }
    if (!strcmp (op, "reset") || !strcmp (op, "bye")) {
        while (sockets)
            end (&sockets);
        leaving = *op == 'b';
        return ok (id, "{}"), NULL;
    }
    if (!name)
        return fail ("refused", "s is a string", "");
    if (!strcmp (op, "open"))
        return open_socket (id, name, request);
    if (!*(place = find (name)))
        return fail ("state", "no open socket ", name);
    if (!strcmp (op, "close"))
        return end (place), ok (id, "{}"), NULL;
    return use (id, *place, op, request);
}
/* One line of input, to its answer or to a place among those who wait. */
static void take_line (char *line)
{
    struct reader r = {line, NULL, 0};
    struct node *request = read_line (&r);
    const struct node *number = member (request, "id");
    long long id;
    char text[24] = "null";
    const char *kind;
    if (!request || !whole (number, &id) || id < 0) {
        kind = fail ("refused", "a request is a JSON object with an id", "");
    } else {
        snprintf (text, sizeof text, "%lld", id);
        kind = operate (text, request);
    }
    if (kind)
        refuse (text, kind, why);
    free_all (&r);
}
int main (void)
{
    char *line = NULL;
    size_t size = 0, room = 0;
    int waits = 0;
    output = dup (1);
    dup2 (2, 1); /* a stray printf, of whatever library, is a diagnostic and not an answer */
    while (!leaving) {
        struct pollfd input = {0, POLLIN, 0};
        if (poll (&input, 1, waits ? RETRY : -1) > 0) {
            if (room < size + (1 << 18) + 1 && !(line = realloc (line, room = 2 * size + (1 << 19))))
                abort ();
            ssize_t n = read (0, line + size, 1 << 18);
            if (n <= 0)
                break;
            char *start = line, *from = line + size, *stop = from + n, *newline;
            for (; !leaving && (newline = memchr (from, '\n', (size_t) (stop - from))); start = from = newline + 1) {
                *newline = 0;
                if (start[strspn (start, " \t\r")])
                    take_line (start);
                waits = pump ();
            }
            size = (size_t) (stop - start);
            memmove (line, start, size);
        }
        waits = pump ();
        flush ();
    }
    flush ();
    _exit (0); /* whatever your library still wants to send: leave without waiting for it */
}
