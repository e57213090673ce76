/* YOUR LIBRARY GOES HERE: replace the bodies below by calls of your ZeroMQ library.
 *
 * What stands here is a toy: PUSH and PULL within this process, over `inproc`, without an octet of ZMTP.
 * With it `zeroproof adapter check` passes at once, and it goes on passing while you replace one
 * function after the other. What each must do is in library.h. */
#include "library.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What your library can do, by the names of conformance/adapters/README.md. List only what is there:
 * cases that need the rest are then not run. To be judged on the wire, "tcp" must be among `transport`. */
const char library_impl[] = "{\"name\":\"my-library\",\"version\":\"0.0.0\",\"language\":\"C\"}";
const char library_can[] = "\"zmtp\":[\"3.1\"],\"type\":[\"PUSH\",\"PULL\"],\"mech\":[\"NULL\"],"
                           "\"role\":[\"bind\",\"connect\"],\"transport\":[\"inproc\"],\"opt\":[\"linger\"]";

/* The toy: a PULL has a queue, and messages go to the PULL at the other end of an endpoint. */

struct queued { struct message message; struct queued *next; };
struct joint { char *endpoint; int is_bound; struct library_socket *socket; struct joint *next; };
struct library_socket { int sends; struct queued *queue; };

static struct joint *joints;

static void *room_for (size_t size)
{
    void *room = malloc (size ? size : 1);
    if (!room)
        abort ();
    return room;
}
static const char *join (struct library_socket *socket, const char *endpoint, int is_bound)
{
    struct joint *new, **last = &joints;
    if (strncmp (endpoint, "inproc://", 9))
        return fail ("unsupported", "transport of ", endpoint);
    for (; *last; last = &(*last)->next)
        if (is_bound && (*last)->is_bound && !strcmp ((*last)->endpoint, endpoint))
            return fail ("refused", endpoint, " is in use");
    *last = new = room_for (sizeof *new);
    new->endpoint = strcpy (room_for (strlen (endpoint) + 1), endpoint);
    new->is_bound = is_bound, new->socket = socket, new->next = NULL;
    return NULL;
}
/* A PULL that shares an endpoint with this PUSH; NULL where there is none. */
static struct library_socket *peer_of (const struct library_socket *socket)
{
    for (struct joint *own = joints; own; own = own->next)
        for (struct joint *other = joints; own->socket == socket && other; other = other->next)
            if (own->is_bound != other->is_bound && !other->socket->sends && !strcmp (own->endpoint, other->endpoint))
                return other->socket;
    return NULL;
}

const char *library_open (const char *kind, struct library_socket **socket)
{
    int sends = !strcmp (kind, "PUSH");
    if (!sends && strcmp (kind, "PULL"))
        return fail ("unsupported", "socket type ", kind);
    *socket = room_for (sizeof **socket);
    (*socket)->sends = sends, (*socket)->queue = NULL;
    return NULL;
}
const char *library_set_number (struct library_socket *socket, const char *name, long long value)
{
    (void) socket, (void) value;
    return strcmp (name, "linger") ? fail ("unsupported", "option ", name) : NULL;
}
const char *library_set_octets (struct library_socket *socket, const char *name, const struct part *value)
{
    (void) socket, (void) value;
    return strcmp (name, "linger") ? fail ("unsupported", "option ", name) : fail ("refused", name, " is a number");
}
const char *library_bind (struct library_socket *socket, const char *to, char *endpoint, size_t room)
{
    snprintf (endpoint, room, "%s", to);
    return join (socket, to, 1);
}
const char *library_connect (struct library_socket *socket, const char *to) { return join (socket, to, 0); }
const char *library_send (struct library_socket *socket, const struct message *message)
{
    struct library_socket *peer = peer_of (socket);
    struct queued *new, **last;
    if (!socket->sends)
        return fail ("state", "a PULL does not send", "");
    if (!peer)
        return fail ("again", "nobody to take it", "");
    new = room_for (sizeof *new);
    new->next = NULL;
    new->message.count = message->count;
    new->message.parts = room_for ((size_t) message->count * sizeof *message->parts);
    for (int i = 0; i < message->count; i++) {
        struct part *part = message->parts + i, *copy = new->message.parts + i;
        copy->size = part->size, copy->octets = memcpy (room_for (part->size), part->octets, part->size);
    }
    for (last = &peer->queue; *last; last = &(*last)->next)
        ;
    *last = new;
    return NULL;
}
const char *library_recv (struct library_socket *socket, struct message *message)
{
    struct queued *first = socket->queue;
    if (socket->sends)
        return fail ("state", "a PUSH does not receive", "");
    if (!first)
        return fail ("again", "no message", "");
    *message = first->message, socket->queue = first->next;
    free (first);
    return NULL;
}
const char *library_subscribe (struct library_socket *socket, const struct part *topic, int on)
{
    (void) socket, (void) topic, (void) on;
    return fail ("state", "no subscriptions here", "");
}
void library_close (struct library_socket *socket)
{
    struct message message;
    for (struct joint **place = &joints, *gone; (gone = *place);)
        if (gone->socket == socket)
            *place = gone->next, free (gone->endpoint), free (gone);
        else
            place = &gone->next;
    while (socket->queue && !library_recv (socket, &message)) {
        for (int i = 0; i < message.count; i++)
            free (message.parts[i].octets);
        free (message.parts);
    }
    free (socket);
}
