/* ICAP load generator: plays prepared requests over keep-alive connections and reports rate and latency.
 *
 *   icapload HOST PORT CONNECTIONS TOTAL REQUEST_FILE...
 *
 * Each connection has one request outstanding.  The files are taken in turn until TOTAL requests are
 * answered.  A request must not have a preview: it is sent whole, whatever comes back meanwhile.
 * Wherever a file holds the 16 bytes of STAMP, every request sent carries 16 hex digits of its own
 * instead, so that no two bodies are equal and no cache of the server, or of its engine, can answer.
 *
 * Files are mapped, not read: 64 bodies of 20 MiB cost the machine page cache, which the memory
 * measurement does not count, and not anonymous memory, which it does.
 *
 * Prints one line of JSON.  Exit: 0 all answered, 1 usage or set-up, 2 not HTTP-like, 3 no progress for
 * 60 s, 4 the connection broke.  An ICAP status other than 200 and 204 is counted as "err".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define STAMP "@@@@-UNIQUE-@@@@"
#define STAMP_SIZE 16
#define STALL_MS 60000

struct request {
    char *bytes;
    size_t size;
    size_t stamp; /* offset of STAMP; size if there is none */
};

struct connection {
    int fd;
    struct request *request; /* NULL: nothing left to send */
    char stamp[STAMP_SIZE + 1];
    size_t sent;
    char *reply;
    size_t length, capacity;
    double since;
};

static struct request *requests;
static int request_count;
static long total, started, done;
static long count_204, count_200, count_blocked, count_error;
static unsigned long long sent_bytes, run_id;
static double *latencies;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fail(int status, const char *what)
{
    fprintf(stderr, "icapload: %s (%s) after %ld of %ld\n", what, errno ? strerror(errno) : "-", done, total);
    exit(status);
}

static void map_request(struct request *request, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &status) < 0)
        fail(1, path);
    request->size = status.st_size;
    request->bytes = mmap(NULL, request->size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (request->bytes == MAP_FAILED)
        fail(1, path);
    close(fd);
    char *found = memmem(request->bytes, request->size, STAMP, STAMP_SIZE);
    request->stamp = found ? (size_t)(found - request->bytes) : request->size;
}

static void start(struct connection *c)
{
    c->request = NULL;
    if (started >= total)
        return;
    c->request = &requests[started % request_count];
    snprintf(c->stamp, sizeof c->stamp, "%016llx", (run_id << 32) + started);
    started++;
    c->sent = c->length = 0;
    c->since = now();
}

/* Send what is left of the request, the stamp in place of STAMP.  Returns bytes taken, 0 if it would block. */
static ssize_t send_some(struct connection *c)
{
    struct request *r = c->request;
    size_t after = r->stamp < r->size ? r->stamp + STAMP_SIZE : r->size;
    struct { char *at; size_t from, to; } parts[3] = {
        {r->bytes, 0, r->stamp},
        {c->stamp, r->stamp, after},
        {r->bytes + after, after, r->size},
    };
    struct iovec pieces[3];
    struct msghdr message = {.msg_iov = pieces};
    for (int i = 0; i < 3; i++) {
        size_t from = c->sent > parts[i].from ? c->sent : parts[i].from;
        if (from < parts[i].to)
            pieces[message.msg_iovlen++] = (struct iovec){parts[i].at + (from - parts[i].from), parts[i].to - from};
    }
    ssize_t n = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        fail(4, "send");
    if (n <= 0)
        return 0;
    c->sent += n;
    sent_bytes += n;
    return n;
}

static ssize_t receive_some(struct connection *c)
{
    if (c->capacity - c->length < 65536) {
        c->capacity *= 2;
        c->reply = realloc(c->reply, c->capacity);
    }
    ssize_t n = recv(c->fd, c->reply + c->length, c->capacity - c->length, 0);
    if (n == 0) {
        errno = 0;
        fail(4, "the server closed");
    }
    if (n < 0 && errno != EAGAIN)
        fail(4, "receive");
    if (n <= 0)
        return 0;
    c->length += n;
    return n;
}

/* Count the reply and return 1 if it is complete.  A body ends at the last chunk, which ends the reply. */
static int complete(struct connection *c)
{
    char *end = memmem(c->reply, c->length, "\r\n\r\n", 4), *found;
    if (!end)
        return 0;
    if (memcmp(c->reply, "ICAP/1.0 ", 9)) {
        errno = 0;
        fail(2, "not an ICAP reply");
    }
    size_t head = end - c->reply + 4;
    if (!memcmp(c->reply + 9, "204", 3)) {
        count_204++;
        return 1;
    }
    if ((found = memmem(c->reply, head, "null-body=", 10))) {
        if (c->length < head + strtoul(found + 10, NULL, 10))
            return 0;
    } else if (memmem(c->reply, head, "-body=", 6)
               && (c->length < head + 7 || memcmp(c->reply + c->length - 7, "\r\n0\r\n\r\n", 7))) {
        return 0;
    }
    if (memcmp(c->reply + 9, "200", 3)) {
        count_error++;
        return 1;
    }
    count_200++;
    if (memmem(c->reply, head, "X-Infection-Found", 17)
        || memmem(c->reply, c->length < 4096 ? c->length : 4096, " 403 ", 5))
        count_blocked++;
    return 1;
}

static void advance(struct connection *c)
{
    for (int progress = 1; progress && c->request;) {
        progress = c->sent < c->request->size && send_some(c) > 0;
        progress |= receive_some(c) > 0;
        if (c->sent == c->request->size && c->length && complete(c)) {
            latencies[done++] = now() - c->since;
            start(c);
            progress = 1;
        }
    }
}

static void open_connection(struct connection *c, struct sockaddr_in *address, int poll)
{
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (struct sockaddr *)address, sizeof *address))
        fail(1, "connect");
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->capacity = 1 << 17;
    c->reply = malloc(c->capacity);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: icapload HOST PORT CONNECTIONS TOTAL REQUEST_FILE...\n");
        return 1;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    int connections = atoi(argv[3]), poll = epoll_create1(0);
    total = atol(argv[4]);
    request_count = argc - 5;
    if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 || connections < 1 || total < 1)
        fail(1, "arguments");
    requests = calloc(request_count, sizeof *requests);
    for (int i = 0; i < request_count; i++)
        map_request(&requests[i], argv[5 + i]);
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    run_id = (wall.tv_sec * 1000ull + wall.tv_nsec / 1000000) & 0xffffffff;

    latencies = malloc(sizeof *latencies * total);
    struct connection *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++)
        open_connection(&all[i], &address, poll);
    double began = now();
    for (int i = 0; i < connections; i++)
        start(&all[i]);
    while (done < total) {
        struct epoll_event events[256];
        int n = epoll_wait(poll, events, 256, STALL_MS);
        if (n == 0) {
            errno = 0;
            fail(3, "no progress");
        }
        for (int i = 0; i < n; i++)
            advance(events[i].data.ptr);
    }
    double seconds = now() - began;
    qsort(latencies, done, sizeof *latencies, ascending);
    printf("{\"requests\":%ld,\"connections\":%d,\"seconds\":%.3f,\"per_second\":%.1f,\"mb_per_second\":%.1f,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"s204\":%ld,\"s200\":%ld,\"blocked\":%ld,\"err\":%ld}\n",
           done, connections, seconds, done / seconds, sent_bytes / seconds / 1e6, latencies[done / 2] * 1e3,
           latencies[(long)(done * .99)] * 1e3, latencies[done - 1] * 1e3, count_204, count_200, count_blocked,
           count_error);
    return 0;
}
