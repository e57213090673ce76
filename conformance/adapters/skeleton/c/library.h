/* What `adapter.c` asks of a library. Every function tries once and never waits; it returns NULL, or the
 * kind of its failure (see `fail`): "unsupported", "again", "state" or "refused". */
#include <stddef.h>

struct part { unsigned char *octets; size_t size; };
struct message { struct part *parts; int count; };
struct library_socket;

/* The `impl` and the seven lists of `can`, as JSON; `op` is added. */
extern const char library_impl[], library_can[];

const char *library_open (const char *kind, struct library_socket **socket);
/* An option that is a number or a boolean, and one that is octets or a string. */
const char *library_set_number (struct library_socket *socket, const char *name, long long value);
const char *library_set_octets (struct library_socket *socket, const char *name, const struct part *value);
/* Listens, and writes the endpoint with its real port, never a wildcard, as a string. */
const char *library_bind (struct library_socket *socket, const char *to, char *endpoint, size_t room);
/* Connects, whether or not anybody is there yet. */
const char *library_connect (struct library_socket *socket, const char *to);
/* Sends a message now, or fails with "again". The message stays the caller's. */
const char *library_send (struct library_socket *socket, const struct message *message);
/* The next message, or "again". Its parts are the caller's, to be freed one by one. */
const char *library_recv (struct library_socket *socket, struct message *message);
/* Subscribes a SUB to a topic, or takes one subscription back. */
const char *library_subscribe (struct library_socket *socket, const struct part *topic, int on);
/* Closes without waiting for what is not sent (linger 0). */
void library_close (struct library_socket *socket);

/* Of adapter.c: keeps the words of a failure, and returns its kind. */
const char *fail (const char *kind, const char *what, const char *which);
