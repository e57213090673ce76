/* What each libzmq has: socket types, options, and the answer to `hello`. One source, every version. */
#if ZMQ_VERSION_MAJOR == 4 && ZMQ_VERSION_MINOR == 0
#include <zmq_utils.h> /* zmq_curve_keypair */
#endif
struct option { const char *name; int id; char kind; /* i: int, l: 64 bits, b: octets */ };
#define I(id, name) {name, ZMQ_##id, 'i'},
#define L(id, name) {name, ZMQ_##id, 'l'},
#define B(id, name) {name, ZMQ_##id, 'b'},

static const struct option options[] = {
    I (LINGER, "linger") L (MAXMSGSIZE, "maxmsgsize") L (AFFINITY, "affinity") I (BACKLOG, "backlog")
    B (IDENTITY, "routing_id") I (SNDHWM, "sndhwm") I (RCVHWM, "rcvhwm") I (SNDBUF, "sndbuf") I (RCVBUF, "rcvbuf")
    I (RECONNECT_IVL, "reconnect_ivl") I (RECONNECT_IVL_MAX, "reconnect_ivl_max") I (TCP_KEEPALIVE, "tcp_keepalive")
    I (TCP_KEEPALIVE_CNT, "tcp_keepalive_cnt") I (TCP_KEEPALIVE_IDLE, "tcp_keepalive_idle")
    I (TCP_KEEPALIVE_INTVL, "tcp_keepalive_intvl") I (ROUTER_MANDATORY, "router_mandatory")
    I (XPUB_VERBOSE, "xpub_verbose")
#if ZMQ_VERSION_MAJOR < 4
    I (DELAY_ATTACH_ON_CONNECT, "immediate")
#endif
#if ZMQ_VERSION_MAJOR >= 4
    I (IMMEDIATE, "immediate") I (IPV6, "ipv6") I (PROBE_ROUTER, "probe_router") I (REQ_CORRELATE, "req_correlate")
    I (REQ_RELAXED, "req_relaxed") I (CONFLATE, "conflate") I (ROUTER_RAW, "router_raw")
    I (PLAIN_SERVER, "plain_server") B (PLAIN_USERNAME, "plain_username") B (PLAIN_PASSWORD, "plain_password")
    I (CURVE_SERVER, "curve_server") B (CURVE_PUBLICKEY, "curve_publickey") B (CURVE_SECRETKEY, "curve_secretkey")
    B (CURVE_SERVERKEY, "curve_serverkey")
#endif
#if ZMQ_VERSION >= ZMQ_MAKE_VERSION(4, 1, 0)
    B (ZAP_DOMAIN, "zap_domain") /* 4.0 has it, and dies when a connection ends while its request is received */
    I (ROUTER_HANDOVER, "router_handover") I (TOS, "tos") I (HANDSHAKE_IVL, "handshake_ivl")
    I (XPUB_NODROP, "xpub_nodrop") B (SOCKS_PROXY, "socks_proxy")
#endif
#if ZMQ_VERSION >= ZMQ_MAKE_VERSION(4, 2, 0)
    I (HEARTBEAT_IVL, "heartbeat_ivl") I (HEARTBEAT_TIMEOUT, "heartbeat_timeout") I (HEARTBEAT_TTL, "heartbeat_ttl")
    I (CONNECT_TIMEOUT, "connect_timeout") I (INVERT_MATCHING, "invert_matching") I (STREAM_NOTIFY, "stream_notify")
    I (TCP_MAXRT, "tcp_maxrt") I (XPUB_MANUAL, "xpub_manual") I (XPUB_VERBOSER, "xpub_verboser")
    B (XPUB_WELCOME_MSG, "xpub_welcome_msg")
#endif
    {0, 0, 0}};

static const char *const types[] = {"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB",
#if ZMQ_VERSION_MAJOR >= 4
                                    "STREAM",
#endif
                                    NULL};

static const char *const ops[] = {"hello", "open", "bind", "connect", "set", "send", "recv", "subscribe", "unsubscribe", "close",
                                  "reset", "bye", "bench"};

static int has (const char *what)
{
#if ZMQ_VERSION >= ZMQ_MAKE_VERSION(4, 1, 0)
    return zmq_has (what);
#elif ZMQ_VERSION_MAJOR >= 4
    char public[41], secret[41];
    return !strcmp (what, "ipc") || (!strcmp (what, "curve") && !zmq_curve_keypair (public, secret));
#else
    return !strcmp (what, "ipc");
#endif
}
/* A libzmq without CURVE refuses the values of its options. */
static int is_there (const struct option *o)
{
    static int curve = -1;
    if (strncmp (o->name, "curve_", 6))
        return 1;
    return curve < 0 ? (curve = has ("curve")) : curve;
}
static void list (char *to, size_t room, const char *name)
{
    size_t used = strlen (to);
    snprintf (to + used, room - used, "%s\"%s\"", used && to[used - 1] != '[' ? "," : "", name);
}
static void hello (char *answer, size_t room)
{
    int major, minor, patch;
    char kinds[300] = "", names[2000] = "", verbs[300] = "";
    zmq_version (&major, &minor, &patch);
    int version = ZMQ_MAKE_VERSION (major, minor, patch);
    for (int i = 0; types[i]; i++)
        list (kinds, sizeof kinds, types[i]);
    for (const struct option *o = options; o->name; o++)
        if (is_there (o))
            list (names, sizeof names, o->name);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        list (verbs, sizeof verbs, ops[i]);
    snprintf (answer, room,
              "{\"proto\":1,\"impl\":{\"name\":\"libzmq\",\"version\":\"%d.%d.%d\",\"language\":\"C++\",\"binding\":\"C\"},"
              "\"concurrency\":1024,\"can\":{\"zmtp\":[%s%s\"2.0\",\"1.0\"],\"mech\":[\"NULL\"%s%s],\"role\":[\"bind\",\"connect\"],"
              "\"transport\":[\"tcp\",\"inproc\"%s%s],\"type\":[%s],\"opt\":[%s],\"op\":[%s]}}",
              major, minor, patch, version >= ZMQ_MAKE_VERSION (4, 3, 3) ? "\"3.1\"," : "", major >= 4 ? "\"3.0\"," : "",
              major >= 4 ? ",\"PLAIN\"" : "", has ("curve") ? ",\"CURVE\"" : "", has ("ipc") ? ",\"ipc\"" : "",
              has ("WS") ? ",\"ws\"" : "", kinds, names, verbs);
}
