/* Answers of the adapter, and the parts and options of its requests. */
#define MAX_PART (64 << 20)
#define BIG_PART 4096   /* octets; above this a part is answered as a fill, where it is one */
#define LONGEST_FILL 64 /* octets */

struct part { unsigned char *octets; size_t size; };

static int output;
static char *out, why[400];
static size_t out_size, out_room;

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
static void ok (const char *id, const char *object) { say ("{\"id\":"), say (id), say (",\"ok\":"), say (object), say ("}\n"); }
static void refuse (const char *id, const char *kind, const char *text)
{
    say ("{\"id\":"), say (id), say (",\"err\":{\"kind\":\""), say (kind), say ("\",\"message\":\"");
    for (; *text; text++)
        put ((unsigned char) *text < 0x20 || (unsigned char) *text > 0x7E || *text == '"' || *text == '\\' ? "?" : text, 1);
    say ("\"}}\n");
}
/* Every failure: its kind, with the words in `why`. */
static const char *fail (const char *kind, const char *what, const char *which)
{
    snprintf (why, sizeof why, "%s%.200s", what, which);
    return kind;
}
static const char *failed (void)
{
    int e = zmq_errno ();
    const char *kind = e == EAGAIN ? "again" : e == EFSM || e == ENOTSUP ? "state" : e == EPROTONOSUPPORT ? "unsupported"
                       : e == ETERM || e == ENOTSOCK ? "closed" : "refused";
    return fail (kind, zmq_strerror (e), "");
}
static void put_hex (const unsigned char *octets, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char pair[2];
    for (size_t i = 0; i < size; i++)
        pair[0] = digits[octets[i] >> 4], pair[1] = digits[octets[i] & 15], put (pair, 2);
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

/* The value of a hex digit. */
static unsigned digit (char c) { return (unsigned) (c <= '9' ? c - '0' : (c | 32) - 'a' + 10); }
static int unhex (const struct node *n, struct part *to)
{
    if (!text_of (n) || n->size % 2 || strspn (n->text, "0123456789abcdefABCDEF") != n->size)
        return 0;
    to->size = n->size / 2;
    to->octets = malloc (to->size + 1);
    for (size_t i = 0; i < to->size; i++)
        to->octets[i] = (unsigned char) (digit (n->text[2 * i]) << 4 | digit (n->text[2 * i + 1]));
    return 1;
}
static int part_of (const struct node *n, struct part *to)
{
    struct part unit = {0};
    long long size;
    if (n && n->kind == STRING)
        return unhex (n, to);
    int good = unhex (member (n, "fill"), &unit) && unit.size && whole (member (n, "len"), &size) && size >= 0 && size <= MAX_PART;
    if (good) {
        to->size = (size_t) size;
        to->octets = malloc (to->size + 1);
        /* What is there already is copied behind itself: twice as much each time. */
        for (size_t done = 0, n; done < to->size; done += n) {
            n = done ? done : unit.size;
            n = n < to->size - done ? n : to->size - done;
            memcpy (to->octets + done, done ? to->octets : unit.octets, n);
        }
    }
    free (unit.octets);
    return good;
}
static const char *set (void *zmq, const char *name, const struct node *value)
{
    const struct option *o = options;
    struct part octets = {0};
    long long number = 0;
    int rc, small;
    while (o->name && (strcmp (o->name, name) || !is_there (o)))
        o++;
    if (!o->name)
        return fail ("unsupported", "option ", name);
    int is_number = whole (value, &number);
    if (value && value->kind == WORD && *value->text != 'n')
        is_number = 1, number = *value->text == 't';
    small = (int) number;
    if (o->kind == 'b') {
        if (!text_of (value) && !unhex (member (value, "hex"), &octets))
            return fail ("refused", "octets or a string are needed by ", name);
        rc = octets.octets ? zmq_setsockopt (zmq, o->id, octets.octets, octets.size) : zmq_setsockopt (zmq, o->id, value->text, value->size);
        free (octets.octets);
    } else if (!is_number || (o->kind == 'i' && small != number)) {
        return fail ("refused", "a number is needed by ", name);
    } else {
        rc = o->kind == 'i' ? zmq_setsockopt (zmq, o->id, &small, sizeof small) : zmq_setsockopt (zmq, o->id, &number, sizeof number);
    }
    return rc ? failed () : NULL;
}
