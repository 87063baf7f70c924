/* Many UDP datagrams in one system call: recvmmsg(2) and sendmmsg(2).

   The rules of this file:

   - It moves datagrams and decides nothing: no queue, no retry, no policy.
   - What is in a datagram is never looked at, only its length.
   - Both calls return at once (MSG_DONTWAIT), and a call costs the same
     memory whatever is sent to it.
   - An address is (host, port) with the host a literal IPv4 or IPv6 address.
     IPv4 reached through an IPv6 socket looks like IPv4 (RFC 4291, 2.5.5.2),
     and a link-local host carries its zone, "fe80::1%2" (RFC 4007, 11).
   - At which address of this machine a datagram arrived is in a control message,
     where the socket was told to ask for it (ip(7) IP_PKTINFO, RFC 3542, 6). */

#define _GNU_SOURCE
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define AT_ONCE 64           /* datagrams in one system call */
#define LARGEST 65536        /* bytes in a datagram, at most */
#define WAYS 2               /* places where one address may be remembered */
#define SETS 32768           /* of such places; a power of two */
#define HOST_LENGTH 64       /* characters in a host with its zone, at most */

union address {
    struct sockaddr any;
    struct sockaddr_in ip4;
    struct sockaddr_in6 ip6;
};

/* Room for one control message, aligned as one. */
union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* --- Where a datagram came from: decoded once for each address */

struct origin {
    unsigned char host[16];
    uint32_t zone;
    uint16_t port;
    uint16_t nothing; /* no padding: origins are compared byte by byte */
};

struct known {
    struct origin origin;
    PyObject *address;
};

static struct known (*remembered)[WAYS];

static const unsigned char MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void read_origin(const union address *from, struct origin *origin)
{
    memset(origin, 0, sizeof *origin);
    if (from->any.sa_family == AF_INET6) {
        memcpy(origin->host, &from->ip6.sin6_addr, 16);
        origin->zone = from->ip6.sin6_scope_id;
        origin->port = ntohs(from->ip6.sin6_port);
    } else {
        memcpy(origin->host, MAPPED, 12);
        memcpy(origin->host + 12, &from->ip4.sin_addr, 4);
        origin->port = ntohs(from->ip4.sin_port);
    }
}

static struct known *places_of(const struct origin *origin)
{
    uint64_t halves[2];
    memcpy(halves, origin->host, 16);
    uint64_t mixed = halves[0] * 0x9e3779b97f4a7c15u ^ halves[1] ^ origin->port;
    /* The finalizer of MurmurHash3: every bit of an address counts. */
    mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdu;
    mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53u;
    return remembered[(mixed >> 33) & (SETS - 1)];
}

static void write_host(const struct origin *origin, char host[HOST_LENGTH + 16])
{
    if (memcmp(origin->host, MAPPED, 12) == 0)
        inet_ntop(AF_INET, origin->host + 12, host, HOST_LENGTH);
    else
        inet_ntop(AF_INET6, origin->host, host, HOST_LENGTH);
    if (origin->zone)
        snprintf(host + strlen(host), 16, "%%%u", (unsigned)origin->zone);
}

static PyObject *address_of(const union address *from)
{
    struct origin origin;
    char host[HOST_LENGTH + 16];
    read_origin(from, &origin);
    struct known *places = places_of(&origin);
    for (int way = 0; way < WAYS; way++)
        if (places[way].address && memcmp(&places[way].origin, &origin, sizeof origin) == 0)
            return Py_NewRef(places[way].address);
    write_host(&origin, host);
    PyObject *address = Py_BuildValue("(si)", host, (int)origin.port);
    if (address == NULL)
        return NULL;
    /* The newest comes first, and the oldest gives way. */
    PyObject *forgotten = places[WAYS - 1].address;
    memmove(places + 1, places, (WAYS - 1) * sizeof *places);
    places[0].origin = origin;
    places[0].address = Py_NewRef(address);
    Py_XDECREF(forgotten);
    return address;
}

/* --- At which address of ours it arrived */

/* False where the datagram does not say, or it is no address to send from. */
static int read_local(struct msghdr *header, struct origin *local)
{
    if (header->msg_flags & MSG_CTRUNC)
        return 0;
    for (struct cmsghdr *one = CMSG_FIRSTHDR(header); one; one = CMSG_NXTHDR(header, one)) {
        memset(local, 0, sizeof *local);
        if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(one), sizeof info);
            memcpy(local->host, MAPPED, 12);
            memcpy(local->host + 12, &info.ipi_spec_dst, 4);
            return info.ipi_spec_dst.s_addr != INADDR_ANY;
        }
        if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(one), sizeof info);
            memcpy(local->host, &info.ipi6_addr, 16);
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
                local->zone = info.ipi6_ifindex;
            return !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)
                && !IN6_IS_ADDR_UNSPECIFIED(&info.ipi6_addr);
        }
    }
    return 0;
}

/* Two addresses of ours, 16 bytes each: from where all of IPv4 and all of IPv6 is
   answered that is not on this machine; or NULL. */
typedef const unsigned char *usual_hosts;

static const unsigned char LOOPBACK[16] = {[10] = 0xff, 0xff, 127, 0, 0, 1};
static const unsigned char NOTHING[16];

/* From where another is answered if it has not asked elsewhere. Within this machine
   the kernel answers from there by itself. */
static const unsigned char *usual_for(const struct origin *other, usual_hosts usual, int *ourselves)
{
    int mapped = memcmp(other->host, MAPPED, 12) == 0;
    *ourselves = mapped ? other->host[12] == 127 : memcmp(other->host, &in6addr_loopback, 16) == 0;
    if (*ourselves)
        return mapped ? LOOPBACK : (const unsigned char *)&in6addr_loopback;
    return mapped ? usual : usual + 16;
}

/* Whether it arrived, and that can be said, at another address than the usual one. */
static int is_unusual(struct msghdr *header, usual_hosts usual, struct origin *local)
{
    struct origin other;
    int ourselves;
    if (!read_local(header, local))
        return 0;
    if (usual == NULL)
        return 1;
    read_origin(header->msg_name, &other);
    return memcmp(local->host, usual_for(&other, usual, &ourselves), 16) != 0;
}

/* What an argument says of it. False, with an exception, where it is neither. */
static int read_usual(PyObject *argument, usual_hosts *usual)
{
    *usual = NULL;
    if (argument == Py_None)
        return 1;
    if (!PyBytes_Check(argument) || PyBytes_Size(argument) != 32) {
        PyErr_SetString(PyExc_TypeError, "the usual addresses are 32 bytes, or None");
        return 0;
    }
    *usual = (usual_hosts)PyBytes_AsString(argument);
    return 1;
}

/* Append (address, local host), or (address, None) where that is the usual one. False,
   with an exception, where there is no memory. */
static int note(PyObject *reached, PyObject *address, const struct origin *local)
{
    char host[HOST_LENGTH + 16];
    if (local)
        write_host(local, host);
    PyObject *pair = Py_BuildValue("(Oz)", address, local ? host : NULL);
    int noted = pair != NULL && PyList_Append(reached, pair) == 0;
    Py_XDECREF(pair);
    return noted;
}

/* --- Receiving */

PyDoc_STRVAR(receive_doc,
"receive(fd, count, size, reached, every, usual) -> [(datagram, address), ...]\n\n"
"Take what has arrived at a non-blocking UDP socket, at most `count` datagrams\n"
"and 64 at most, each cut off at `size` bytes. To a list `reached` is appended\n"
"(address, local host) for those that arrived at another address of this machine\n"
"than the `usual` one, and, of `every` other, (address, None); None in its place\n"
"asks for nothing. `usual` is two addresses in 32 bytes: from where IPv4, mapped,\n"
"and IPv6 is answered that comes from elsewhere; None if all are unusual. Raises\n"
"OSError; BlockingIOError where nothing has arrived.");

static PyObject *pack(struct mmsghdr *messages, int count, PyObject *reached, int every,
                      usual_hosts usual)
{
    PyObject *datagrams = PyList_New(count);
    if (datagrams == NULL)
        return NULL;
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &messages[i].msg_hdr;
        struct origin local;
        PyObject *address = address_of(header->msg_name);
        int unusual = reached != Py_None && is_unusual(header, usual, &local);
        PyObject *datagram = address == NULL ? NULL
            : PyBytes_FromStringAndSize(header->msg_iov->iov_base, messages[i].msg_len);
        PyObject *pair = datagram == NULL ? NULL : PyTuple_Pack(2, datagram, address);
        if (pair != NULL && (unusual || (every && reached != Py_None))
            && !note(reached, address, unusual ? &local : NULL))
            Py_CLEAR(pair);
        Py_XDECREF(datagram);
        Py_XDECREF(address);
        if (pair == NULL) {
            Py_DECREF(datagrams);
            return NULL;
        }
        PyList_SetItem(datagrams, i, pair);
    }
    return datagrams;
}

static PyObject *receive(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (given != 6 || !(arguments[3] == Py_None || PyList_Check(arguments[3])))
        return PyErr_Format(PyExc_TypeError, "receive(fd, count, size, reached, every, usual)");
    long fd = PyLong_AsLong(arguments[0]), count = PyLong_AsLong(arguments[1]);
    long size = PyLong_AsLong(arguments[2]);
    PyObject *reached = arguments[3];
    int every = PyObject_IsTrue(arguments[4]);
    usual_hosts usual;
    if (!read_usual(arguments[5], &usual))
        return NULL;
    if (PyErr_Occurred())
        return NULL;
    if (count < 1 || size < 1 || size > LARGEST)
        return PyErr_Format(PyExc_ValueError, "count from 1, size from 1 to %d", LARGEST);
    if (count > AT_ONCE)
        count = AT_ONCE;

    union address from[AT_ONCE];
    union control controls[AT_ONCE];
    struct iovec parts[AT_ONCE];
    struct mmsghdr messages[AT_ONCE];
    char *buffer = PyMem_Malloc((size_t)count * (size_t)size);
    if (buffer == NULL)
        return PyErr_NoMemory();
    memset(messages, 0, (size_t)count * sizeof *messages);
    for (long i = 0; i < count; i++) {
        parts[i] = (struct iovec){buffer + i * size, (size_t)size};
        messages[i].msg_hdr.msg_name = &from[i];
        messages[i].msg_hdr.msg_namelen = sizeof from[i];
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        if (reached != Py_None) {
            messages[i].msg_hdr.msg_control = &controls[i];
            messages[i].msg_hdr.msg_controllen = sizeof controls[i];
        }
    }
    int received;
    Py_BEGIN_ALLOW_THREADS
    received = recvmmsg((int)fd, messages, (unsigned)count, MSG_DONTWAIT, NULL);
    Py_END_ALLOW_THREADS
    PyObject *datagrams = received < 0 ? PyErr_SetFromErrno(PyExc_OSError)
                                       : pack(messages, received, reached, every, usual);
    PyMem_Free(buffer);
    return datagrams;
}

/* --- Sending */

PyDoc_STRVAR(send_doc,
"send(fd, family, datagrams, start, usual) -> int\n\n"
"Send datagrams[start:], a list of (bytes, address) or (bytes, address, local\n"
"host), through a non-blocking socket of that family, 64 at most. They go from the\n"
"local host, or where there is none, from the `usual` one, as in receive; with an\n"
"empty one from where the kernel chooses. An address of None is for a connected\n"
"socket. Returns how many the kernel took, at least one; raises what is wrong\n"
"with the first: OSError, or ValueError or TypeError where it is no datagram\n"
"or no address.");

static int parse_host(const char *text, int family, union address *to)
{
    char host[HOST_LENGTH];
    struct in_addr ip4;
    if (inet_pton(AF_INET, text, &ip4) == 1) {
        if (family == AF_INET) {
            to->ip4.sin_addr = ip4;
        } else {
            memcpy(&to->ip6.sin6_addr, MAPPED, 12);
            memcpy((char *)&to->ip6.sin6_addr + 12, &ip4, 4);
        }
        return 1;
    }
    const char *zone = strchr(text, '%');
    size_t length = zone ? (size_t)(zone - text) : strlen(text);
    if (family != AF_INET6 || length >= sizeof host)
        return 0;
    memcpy(host, text, length);
    host[length] = 0;
    if (inet_pton(AF_INET6, host, &to->ip6.sin6_addr) != 1)
        return 0;
    if (zone) {
        char *end;
        unsigned long number = strtoul(zone + 1, &end, 10);
        if (zone[1] == 0 || *end != 0)
            number = if_nametoindex(zone + 1);
        if (number == 0 || number > UINT32_MAX)
            return 0;
        to->ip6.sin6_scope_id = (uint32_t)number;
    }
    return 1;
}

static int encode(PyObject *address, int family, union address *to)
{
    if (!PyTuple_Check(address) || PyTuple_Size(address) < 2) {
        PyErr_SetString(PyExc_TypeError, "an address is (host, port)");
        return 0;
    }
    const char *host = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(address, 0), NULL);
    if (host == NULL)
        return 0;
    long port = PyLong_AsLong(PyTuple_GetItem(address, 1));
    if (port == -1 && PyErr_Occurred())
        return 0;
    memset(to, 0, sizeof *to);
    to->any.sa_family = (sa_family_t)family;
    if (port < 1 || port > 65535 || !parse_host(host, family, to)) {
        PyErr_Format(PyExc_ValueError, "nothing can be sent to %R", address);
        return 0;
    }
    if (family == AF_INET)
        to->ip4.sin_port = htons((uint16_t)port);
    else
        to->ip6.sin6_port = htons((uint16_t)port);
    return 1;
}

/* Have a message sent from one of our addresses. */
static void send_from(const union address *from, int family, struct msghdr *header,
                      union control *control)
{
    memset(control, 0, sizeof *control);
    header->msg_control = control;
    if (family == AF_INET) {
        struct in_pktinfo info = {.ipi_spec_dst = from->ip4.sin_addr};
        control->head.cmsg_level = IPPROTO_IP;
        control->head.cmsg_type = IP_PKTINFO;
        control->head.cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(&control->head), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info = {from->ip6.sin6_addr, from->ip6.sin6_scope_id};
        control->head.cmsg_level = IPPROTO_IPV6;
        control->head.cmsg_type = IPV6_PKTINFO;
        control->head.cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(&control->head), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    }
}

/* The same from what a list says. False, with an exception, where that is no address. */
static int send_from_text(PyObject *local, int family, struct msghdr *header,
                          union control *control)
{
    Py_ssize_t length;
    const char *host = PyUnicode_AsUTF8AndSize(local, &length);
    union address from;
    if (host == NULL)
        return 0;
    if (length == 0)
        return 1;
    memset(&from, 0, sizeof from);
    if (!parse_host(host, family, &from)) {
        PyErr_Format(PyExc_ValueError, "nothing can be sent from %R", local);
        return 0;
    }
    send_from(&from, family, header, control);
    return 1;
}

/* The same from the usual address, where there is one for this message. */
static void send_from_usual(usual_hosts usual, int family, struct msghdr *header,
                            union control *control)
{
    struct origin other;
    union address from;
    int ourselves;
    read_origin(header->msg_name, &other);
    const unsigned char *host = usual_for(&other, usual, &ourselves);
    if (ourselves || memcmp(host, NOTHING, 16) == 0)
        return;
    memset(&from, 0, sizeof from);
    if (family == AF_INET)
        memcpy(&from.ip4.sin_addr, host + 12, 4);
    else
        memcpy(&from.ip6.sin6_addr, host, 16);
    send_from(&from, family, header, control);
}

/* One message of a list. False, with an exception, where it cannot be sent. */
static int prepare(PyObject *pair, int family, struct msghdr *header, struct iovec *part,
                   Py_buffer *payload, union address *to, union control *control,
                   usual_hosts usual)
{
    Py_ssize_t size = PyTuple_Check(pair) ? PyTuple_Size(pair) : 0;
    if (size != 2 && size != 3) {
        PyErr_SetString(PyExc_TypeError, "what is sent is (datagram, address[, local host])");
        return 0;
    }
    PyObject *address = PyTuple_GetItem(pair, 1);
    memset(header, 0, sizeof *header);
    if (address != Py_None) {
        if (!encode(address, family, to))
            return 0;
        header->msg_name = to;
        header->msg_namelen = family == AF_INET ? sizeof to->ip4 : sizeof to->ip6;
    }
    if (size == 3) {
        if (!send_from_text(PyTuple_GetItem(pair, 2), family, header, control))
            return 0;
    } else if (usual && header->msg_name) {
        send_from_usual(usual, family, header, control);
    }
    if (PyObject_GetBuffer(PyTuple_GetItem(pair, 0), payload, PyBUF_SIMPLE) < 0)
        return 0;
    *part = (struct iovec){payload->buf, (size_t)payload->len};
    header->msg_iov = part;
    header->msg_iovlen = 1;
    return 1;
}

static PyObject *transmit(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (given != 5 || !PyList_Check(arguments[2]))
        return PyErr_Format(PyExc_TypeError, "send(fd, family, datagrams, start, usual)");
    long fd = PyLong_AsLong(arguments[0]), family = PyLong_AsLong(arguments[1]);
    Py_ssize_t start = PyLong_AsSsize_t(arguments[3]);
    if (PyErr_Occurred())
        return NULL;
    PyObject *datagrams = arguments[2];
    usual_hosts usual;
    if (!read_usual(arguments[4], &usual))
        return NULL;
    if (start < 0 || start >= PyList_Size(datagrams))
        return PyErr_Format(PyExc_ValueError, "there is nothing to send");
    if (family != AF_INET && family != AF_INET6)
        return PyErr_Format(PyExc_ValueError, "a family is AF_INET or AF_INET6");

    union address to[AT_ONCE];
    union control controls[AT_ONCE];
    struct iovec parts[AT_ONCE];
    Py_buffer payloads[AT_ONCE];
    struct mmsghdr messages[AT_ONCE];
    int count = 0;
    /* The list is asked anew each time: making a buffer can run any code. */
    while (count < AT_ONCE && start + count < PyList_Size(datagrams)) {
        PyObject *pair = Py_NewRef(PyList_GetItem(datagrams, start + count));
        int ready = prepare(pair, (int)family, &messages[count].msg_hdr, &parts[count],
                            &payloads[count], &to[count], &controls[count], usual);
        Py_DECREF(pair);
        if (!ready)
            break;
        count++;
    }
    if (count == 0)
        return NULL;
    /* What is wrong with a later one is said when it is the first. */
    PyErr_Clear();
    int sent;
    Py_BEGIN_ALLOW_THREADS
    sent = sendmmsg((int)fd, messages, (unsigned)count, MSG_DONTWAIT);
    Py_END_ALLOW_THREADS
    PyObject *result = sent < 0 ? PyErr_SetFromErrno(PyExc_OSError) : PyLong_FromLong(sent);
    while (count > 0)
        PyBuffer_Release(&payloads[--count]);
    return result;
}

/* --- The module */

static PyMethodDef functions[] = {
    {"receive", (PyCFunction)(void (*)(void))receive, METH_FASTCALL, receive_doc},
    {"send", (PyCFunction)(void (*)(void))transmit, METH_FASTCALL, send_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_mmsg", "Many UDP datagrams in one system call (Linux).", -1,
    functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__mmsg(void)
{
    remembered = PyMem_Calloc(SETS, sizeof *remembered);
    if (remembered == NULL)
        return PyErr_NoMemory();
    return PyModule_Create(&definition);
}
