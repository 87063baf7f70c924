/* Load for a room server on loopback: load PORT SECONDS WINDOW SOURCES KIND

   One socket stands for any number of sources, 127.1.0.0 and on, as IP_PKTINFO
   chooses the address that each datagram is sent from. At most WINDOW requests
   are unanswered at a time. KIND is

     register   each source says `hi` once; SECONDS is the longest it may take
     ar         each source in turn asks for a user
     hi         each source in turn refreshes its registration
     mix        14 `ar`, 4 `hi`, 1 `rl`, 1 `ar` for nobody, of 20
     flood      `ar` without waiting for answers, which are not read

   Prints one line of JSON. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define BATCH 64
#define LONGEST 2048
#define FIRST_SOURCE 0x7f010000u
#define PATIENCE 50000 /* microseconds without an answer after which all are lost */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static double processor(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec
           + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int request(char *text, char kind, unsigned long number, unsigned sources)
{
    unsigned source = number % sources, other = (number * 7) % sources;
    unsigned turn = number % 20;
    if (kind == 'r' || kind == 'h' || (kind == 'm' && turn < 4))
        return sprintf(text, "hi u%u", source);
    if (kind == 'm' && turn == 4)
        return sprintf(text, "rl");
    if (kind == 'm' && turn == 5)
        return sprintf(text, "ar nobody");
    return sprintf(text, "ar u%u", other);
}

int main(int count, char **words)
{
    if (count != 6)
        return fprintf(stderr, "load PORT SECONDS WINDOW SOURCES KIND\n"), 2;
    int port = atoi(words[1]), window = atoi(words[3]);
    double longest = atof(words[2]);
    unsigned sources = (unsigned)atoi(words[4]);
    char kind = words[5][0];

    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 8 << 20;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct timeval patience = {0, PATIENCE};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    struct sockaddr_in any = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (void *)&any, sizeof any) < 0)
        return perror("bind"), 1;

    static char texts[BATCH][LONGEST], answers[BATCH][LONGEST];
    static char controls[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct iovec out[BATCH], in[BATCH];
    struct mmsghdr sending[BATCH] = {0}, receiving[BATCH] = {0};
    for (int i = 0; i < BATCH; i++) {
        out[i].iov_base = texts[i];
        sending[i].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to,
            .msg_iov = &out[i], .msg_iovlen = 1,
            .msg_control = controls[i], .msg_controllen = sizeof controls[i]};
        struct cmsghdr *control = (void *)controls[i];
        control->cmsg_level = IPPROTO_IP;
        control->cmsg_type = IP_PKTINFO;
        control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        in[i] = (struct iovec){answers[i], LONGEST};
        receiving[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
    }

    unsigned long sent = 0, answered = 0, lost = 0;
    long flying = 0;
    double begun = seconds(), worked = processor();
    while (seconds() - begun < longest) {
        unsigned long left = kind == 'r' ? sources - sent : BATCH;
        if (left == 0 && flying == 0)
            break;
        while (left > 0 && (kind == 'f' || flying + BATCH <= window)) {
            int many = left < BATCH ? (int)left : BATCH;
            for (int i = 0; i < many; i++) {
                struct in_pktinfo *info = (void *)CMSG_DATA((struct cmsghdr *)controls[i]);
                memset(info, 0, sizeof *info);
                info->ipi_spec_dst.s_addr = htonl(FIRST_SOURCE + (unsigned)((sent + i) % sources));
                out[i].iov_len = (size_t)request(texts[i], kind, sent + i, sources);
            }
            int gone = sendmmsg(fd, sending, (unsigned)many, 0);
            if (gone < 0)
                return perror("sendmmsg"), 1;
            sent += gone;
            flying += gone;
            if (kind == 'f' && seconds() - begun >= longest)
                break;
            if (kind == 'r')
                left = sources - sent;
        }
        if (kind == 'f')
            continue;
        int came = recvmmsg(fd, receiving, BATCH, MSG_WAITFORONE, NULL);
        if (came < 0) {
            lost += flying;
            flying = 0;
        } else {
            answered += came;
            flying -= came;
        }
    }
    double took = seconds() - begun;
    printf("{\"sent\": %lu, \"answered\": %lu, \"lost\": %lu, \"seconds\": %.6f, \"busy\": %.4f}\n",
           sent, answered, lost, took, (processor() - worked) / took);
    return 0;
}
