/* The floor: what the kernel alone costs a bridge over WebSockets.
 *
 * One epoll loop, 8 kHz 16-bit frames of 20 ms, in each room the sum minus one's own, one send() for each
 * caller and tick. No jitter buffer, no codec, no rules, no levels: nobody should use it, but a bridge's
 * cost can be given as a ratio to it, taken in the same run on the same machine.
 *
 *     gcc -O3 -march=native -o floor floor.c -lcrypto && ./floor PORT
 *
 * A client asks for /ROOM, a number below ROOMS, and sends masked binary frames of FRAME bytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
    SAMPLES = 160,
    FRAME = 2 * SAMPLES,
    HEADER_IN = 8,  /* with a length of 16 bits and a mask */
    HEADER_OUT = 4, /* likewise, without a mask */
    ROOMS = 256,
    CALLERS = 4096,
    EVENTS = 512,
    TICK_NS = 20 * 1000 * 1000
};

static const char MAGIC[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455, section 1.3 */

struct caller {
    int fd, room, upgraded, buffered;
    unsigned char buffer[8192];
    int16_t spoken[SAMPLES];
};

static struct caller *callers[CALLERS];
static int called;
static int32_t totals[ROOMS][SAMPLES];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void hang_up(struct caller *caller)
{
    for (int i = 0; i < called; i++)
        if (callers[i] == caller)
            callers[i] = callers[--called];
    close(caller->fd);
    free(caller);
}

/* Answer the handshake once all of it is there. Gives -1 for one that is none. */
static int upgrade(struct caller *caller)
{
    char key[24 + sizeof MAGIC], accept[32], answer[256];
    unsigned char digest[SHA_DIGEST_LENGTH];
    char *request = (char *)caller->buffer, *found;

    request[caller->buffered] = 0;
    if (!strstr(request, "\r\n\r\n"))
        return 0;
    found = strcasestr(request, "Sec-WebSocket-Key: ");
    if (!found || strncmp(request, "GET /", 5) || strlen(found) < 19 + 24)
        return -1;
    caller->room = atoi(request + 5);
    if (caller->room < 0 || caller->room >= ROOMS)
        return -1;
    memcpy(key, found + 19, 24);
    memcpy(key + 24, MAGIC, sizeof MAGIC);
    SHA1((unsigned char *)key, strlen(key), digest);
    EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    caller->upgraded = 1;
    caller->buffered = 0;
    return send(caller->fd, answer, length, MSG_NOSIGNAL) == length ? 0 : -1;
}

/* Take every whole frame; the last one is what the caller says. */
static void take_frames(struct caller *caller)
{
    const int whole = HEADER_IN + FRAME;
    int at = 0;

    for (; caller->buffered - at >= whole; at += whole) {
        const unsigned char *mask = caller->buffer + at + 4, *sound = mask + 4;
        unsigned char *spoken = (unsigned char *)caller->spoken;
        for (int i = 0; i < FRAME; i++)
            spoken[i] = sound[i] ^ mask[i & 3];
    }
    memmove(caller->buffer, caller->buffer + at, caller->buffered - at);
    caller->buffered -= at;
}

static void hear(struct caller *caller)
{
    int room = sizeof caller->buffer - 1 - caller->buffered;
    ssize_t got = recv(caller->fd, caller->buffer + caller->buffered, room, 0);

    if (got < 0 && errno == EAGAIN)
        return;
    if (got > 0)
        caller->buffered += got;
    if (got <= 0 || (!caller->upgraded && upgrade(caller) < 0))
        hang_up(caller);
    else if (caller->upgraded)
        take_frames(caller);
}

static void tick(void)
{
    unsigned char frame[HEADER_OUT + FRAME] = {0x82, 126, FRAME >> 8, FRAME & 0xff};
    int16_t *heard = (int16_t *)(frame + HEADER_OUT);

    memset(totals, 0, sizeof totals);
    for (int i = 0; i < called; i++)
        for (int z = 0; z < SAMPLES; z++)
            totals[callers[i]->room][z] += callers[i]->spoken[z];
    for (int i = 0; i < called; i++) {
        const struct caller *caller = callers[i];
        if (!caller->upgraded)
            continue;
        for (int z = 0; z < SAMPLES; z++) {
            int mixed = totals[caller->room][z] - caller->spoken[z];
            heard[z] = mixed > INT16_MAX ? INT16_MAX : mixed < INT16_MIN ? INT16_MIN : mixed;
        }
        send(caller->fd, frame, sizeof frame, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

static void watch(int epoll, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
        fail("epoll_ctl");
}

static void let_in(int epoll, int door)
{
    int yes = 1, fd = accept4(door, 0, 0, SOCK_NONBLOCK);
    struct caller *caller = calloc(1, sizeof *caller);

    if (fd < 0 || !caller || called == CALLERS)
        fail("accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    caller->fd = fd;
    callers[called++] = caller;
    watch(epoll, fd, caller);
}

int main(int count, char **arguments)
{
    int door = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    int clock = timerfd_create(CLOCK_MONOTONIC, 0), epoll = epoll_create1(0);
    struct itimerspec every = {{0, TICK_NS}, {0, TICK_NS}};
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event events[EVENTS];
    uint64_t expirations;

    here.sin_port = htons(count > 1 ? atoi(arguments[1]) : 9001);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(door, (struct sockaddr *)&here, sizeof here) || listen(door, 1000))
        fail("bind");
    if (timerfd_settime(clock, 0, &every, 0))
        fail("timerfd");
    watch(epoll, door, &door);
    watch(epoll, clock, &clock);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr == &door)
                let_in(epoll, door);
            else if (events[i].data.ptr == &clock && read(clock, &expirations, sizeof expirations) > 0)
                tick();
            else if (events[i].data.ptr != &clock)
                hear(events[i].data.ptr);
        }
    }
}
