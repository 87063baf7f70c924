/* The least that a server can do, as the ceiling: loop PORT one|many

   Answers `ar NAME` with the address of who asks, and `hi NAME` with itself:
   with recvfrom and sendto one by one, or with recvmmsg and sendmmsg. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define LONGEST 1025

static int answer(const char *asked, int length, const struct sockaddr_in *from, char *text)
{
    if (length > 3 && memcmp(asked, "hi ", 3) == 0)
        return memcpy(text, asked, (size_t)length), length;
    if (length < 3 || memcmp(asked, "ar ", 3) != 0)
        return 0;
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &from->sin_addr, host, sizeof host);
    return sprintf(text, "ar %s %d", host, ntohs(from->sin_port));
}

int main(int count, char **words)
{
    if (count != 3)
        return fprintf(stderr, "loop PORT one|many\n"), 2;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20, many = words[2][0] == 'm';
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1])),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (void *)&here, sizeof here) < 0)
        return perror("bind"), 1;
    static char asked[BATCH][LONGEST], texts[BATCH][LONGEST];
    struct sockaddr_in from[BATCH];
    struct iovec in[BATCH], out[BATCH];
    struct mmsghdr receiving[BATCH], sending[BATCH];
    if (!many)
        for (;;) {
            socklen_t size_of_from = sizeof from[0];
            long got = recvfrom(fd, asked[0], LONGEST, 0, (void *)&from[0], &size_of_from);
            int length = got < 0 ? 0 : answer(asked[0], (int)got, &from[0], texts[0]);
            if (length)
                sendto(fd, texts[0], (size_t)length, 0, (void *)&from[0], sizeof from[0]);
        }
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            in[i] = (struct iovec){asked[i], LONGEST};
            receiving[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                .msg_namelen = sizeof from[i], .msg_iov = &in[i], .msg_iovlen = 1};
        }
        int came = recvmmsg(fd, receiving, BATCH, MSG_WAITFORONE, NULL), answers = 0;
        for (int i = 0; i < came; i++) {
            int length = answer(asked[i], (int)receiving[i].msg_len, &from[i], texts[answers]);
            if (length == 0)
                continue;
            out[answers] = (struct iovec){texts[answers], (size_t)length};
            sending[answers].msg_hdr = (struct msghdr){.msg_name = &from[i],
                .msg_namelen = sizeof from[i], .msg_iov = &out[answers], .msg_iovlen = 1};
            answers++;
        }
        if (answers)
            sendmmsg(fd, sending, (unsigned)answers, 0);
    }
}
