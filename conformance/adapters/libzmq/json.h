/* One line of JSON to a tree, in place: strings are decoded over their own text and end with NUL.
 * Deliberately absent: fractions and exponents as numbers (kept as text), and writing. */
#include <stdlib.h>
#include <string.h>

enum kind { OBJECT, ARRAY, STRING, NUMBER, WORD };
struct node {
    enum kind kind;
    char *key, *text;
    size_t size;
    struct node *child, *next, *older;
};
struct reader { char *at; struct node *all; int depth; };

static struct node *read_value (struct reader *r);

static void skip_space (struct reader *r) { r->at += strspn (r->at, " \t\r\n"); }
static int take (struct reader *r, char c)
{
    skip_space (r);
    return *r->at == c && r->at++;
}
static char *put_utf8 (char *to, unsigned long c)
{
    if (c < 0x80)
        return *to++ = (char) c, to;
    if (c >= 0x10000)
        *to++ = (char) (0xF0 | c >> 18), *to++ = (char) (0x80 | (c >> 12 & 63));
    else if (c >= 0x800)
        *to++ = (char) (0xE0 | c >> 12);
    else
        return *to++ = (char) (0xC0 | c >> 6), *to++ = (char) (0x80 | (c & 63)), to;
    *to++ = (char) (0x80 | (c >> 6 & 63)), *to++ = (char) (0x80 | (c & 63));
    return to;
}
static int four_digits (const char *at, unsigned long *value)
{
    char digits[5] = {0};
    strncpy (digits, at, 4);
    *value = strtoul (digits, NULL, 16);
    return strspn (digits, "0123456789abcdefABCDEF") == 4;
}
/* The text behind an opening quote, decoded; NULL where it is broken. */
static char *read_string (struct reader *r, size_t *size)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char *start = r->at, *to = r->at;
    for (; *r->at != '"'; r->at++) {
        unsigned long c, low;
        const char *known;
        if ((unsigned char) *r->at < 0x20)
            return NULL;
        if (*r->at != '\\') {
            *to++ = *r->at;
        } else if (*++r->at == 'u') {
            if (!four_digits (r->at + 1, &c))
                return NULL;
            r->at += 4;
            if (c >> 10 == 0x36 && r->at[1] == '\\' && r->at[2] == 'u' && four_digits (r->at + 3, &low))
                c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF)), r->at += 6;
            to = put_utf8 (to, c);
        } else if (*r->at && (known = strchr (from, *r->at))) {
            *to++ = into[known - from];
        } else {
            return NULL;
        }
    }
    r->at++;
    *size = (size_t) (to - start);
    *to = 0;
    return start;
}
static int read_members (struct reader *r, struct node *parent, char close)
{
    struct node **last = &parent->child;
    for (int first = 1; !take (r, close); first = 0) {
        char *key = NULL;
        size_t size;
        if (!first && !take (r, ','))
            return 0;
        if (close == '}' && !(take (r, '"') && (key = read_string (r, &size)) && take (r, ':')))
            return 0;
        if (!(*last = read_value (r)))
            return 0;
        (*last)->key = key;
        last = &(*last)->next;
    }
    return 1;
}
static struct node *read_value (struct reader *r)
{
    struct node *n = calloc (1, sizeof *n);
    int good;
    if (!n)
        abort ();
    n->older = r->all;
    r->all = n;
    if (take (r, '{') || take (r, '[')) {
        n->kind = r->at[-1] == '{' ? OBJECT : ARRAY;
        good = ++r->depth < 16 && read_members (r, n, n->kind == OBJECT ? '}' : ']');
        r->depth--;
    } else if (take (r, '"')) {
        n->kind = STRING;
        good = (n->text = read_string (r, &n->size)) != NULL;
    } else {
        n->kind = strspn (r->at, "-0123456789") ? NUMBER : WORD;
        n->text = r->at;
        n->size = strspn (r->at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
        r->at += n->size;
        good = n->size && (n->kind == NUMBER || !strncmp (n->text, "true", n->size) || !strncmp (n->text, "false", n->size)
                           || !strncmp (n->text, "null", n->size));
    }
    return good ? n : NULL;
}
static struct node *read_line (struct reader *r)
{
    struct node *n = read_value (r);
    skip_space (r);
    return *r->at ? NULL : n;
}
static void free_all (struct reader *r)
{
    for (struct node *n = r->all, *older; n; n = older)
        older = n->older, free (n);
}
static struct node *member (const struct node *object, const char *key)
{
    struct node *n = object && object->kind == OBJECT ? object->child : NULL;
    while (n && strcmp (n->key, key))
        n = n->next;
    return n;
}
static const char *text_of (const struct node *n) { return n && n->kind == STRING ? n->text : NULL; }
/* A whole number; 0 where it is none. */
static int whole (const struct node *n, long long *value)
{
    if (!n || n->kind != NUMBER || n->size > 18 || strspn (n->text + 1, "0123456789") != n->size - 1)
        return 0;
    *value = strtoll (n->text, NULL, 10);
    return 1;
}
