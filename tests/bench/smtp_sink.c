/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMTP server that takes everything and keeps nothing: the far side of
 * bench smtp.  One process, one epoll.
 *
 *	smtp_sink [-p] [PORT]
 *
 * Listens on 127.0.0.1 (PORT 0 or none: a free one) and says "port N" on its
 * standard output; on SIGTERM or SIGINT it says "letters N bytes N connections N".
 * -p: does not offer PIPELINING.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 1024, ROOM = 65536 };

struct client {
	bool in_data;
	size_t have;		/* bytes in buf that no reply answers yet */
	char buf[ROOM];
};

static struct client *clients[CLIENTS];		/* by file descriptor */
static uint64_t letters, bytes, connections;
static const char *offer = "250-sink\r\n250-PIPELINING\r\n250 SIZE 10485760\r\n";
static volatile sig_atomic_t stop;

static void
on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static bool
starts(const char *line, size_t n, const char *verb)
{
	return n >= strlen(verb) && strncasecmp(line, verb, strlen(verb)) == 0;
}

/* The reply to one command; NULL ends the connection. */
static const char *
answer(struct client *c, const char *line, size_t n)
{
	if (starts(line, n, "DATA")) {
		c->in_data = true;
		return "354 go on\r\n";
	}
	if (starts(line, n, "EHLO") || starts(line, n, "HELO"))
		return offer;
	if (starts(line, n, "QUIT"))
		return NULL;
	return "250 2.0.0 ok\r\n";
}

/* Where the text ends, or NULL.  Its start may be the dot itself. */
static const char *
end_of_text(const char *s, size_t n)
{
	if (n >= 3 && memcmp(s, ".\r\n", 3) == 0)
		return s + 3;
	s = memmem(s, n, "\r\n.\r\n", 5);
	return s == NULL ? NULL : s + 5;
}

/* Answers all that is whole in the buffer, in one write.  False: it leaves. */
static bool
work(int fd, struct client *c)
{
	char out[4096];
	size_t out_n = 0, at = 0;
	bool stay = true;

	while (stay && at < c->have && out_n < sizeof(out) - 128) {
		const char *s = c->buf + at, *end, *reply;

		if (c->in_data) {
			end = end_of_text(s, c->have - at);
			if (end == NULL)
				break;
			c->in_data = false;
			letters++;
			reply = "250 2.0.0 taken\r\n";
		} else {
			end = memchr(s, '\n', c->have - at);
			if (end == NULL)
				break;
			end++;
			reply = answer(c, s, (size_t)(end - s));
			stay = reply != NULL;
		}
		at += (size_t)(end - s);
		if (reply != NULL) {
			memcpy(out + out_n, reply, strlen(reply));
			out_n += strlen(reply);
		}
	}
	c->have -= at;
	memmove(c->buf, c->buf + at, c->have);
	/* A long text: all but what may be the first part of its end can go. */
	if (c->in_data && c->have == sizeof(c->buf)) {
		memmove(c->buf, c->buf + c->have - 4, 4);
		c->have = 4;
	}
	return (out_n == 0 || send(fd, out, out_n, MSG_NOSIGNAL) == (ssize_t)out_n) && stay;
}

static bool
hear(int fd, struct client *c)
{
	ssize_t n = recv(fd, c->buf + c->have, sizeof(c->buf) - c->have, 0);

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	bytes += (uint64_t)n;
	c->have += (size_t)n;
	return work(fd, c);
}

static void
greet(int poll, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (fd == -1)
		return;
	if (fd >= CLIENTS || (clients[fd] == NULL &&
	    (clients[fd] = malloc(sizeof(*clients[fd]))) == NULL)) {
		close(fd);
		return;
	}
	clients[fd]->in_data = false;
	clients[fd]->have = 0;
	connections++;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
	(void)!write(fd, "220 sink\r\n", 10);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sigaction action = { .sa_handler = on_signal };
	struct epoll_event e, ready[256];
	socklen_t size = sizeof(address);
	int listener, poll, on = 1, option;

	while ((option = getopt(argc, argv, "p")) != -1) {
		if (option != 'p')
			return 2;
		offer = "250 sink\r\n";
	}
	if (optind < argc)
		address.sin_port = htons((uint16_t)strtoul(argv[optind], NULL, 10));
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	poll = epoll_create1(EPOLL_CLOEXEC);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(listener, 511) == -1 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) == -1) {
		perror("smtp_sink");
		return 1;
	}
	printf("port %u\n", (unsigned)ntohs(address.sin_port));
	fflush(stdout);
	e = (struct epoll_event){ .events = EPOLLIN, .data.fd = listener };
	epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);

	while (!stop) {
		int n = epoll_wait(poll, ready, 256, -1);

		for (int i = 0; i < n; i++) {
			int fd = ready[i].data.fd;

			if (fd == listener)
				greet(poll, listener);
			else if (!hear(fd, clients[fd]))
				close(fd);
		}
	}
	printf("letters %llu bytes %llu connections %llu\n", (unsigned long long)letters,
	    (unsigned long long)bytes, (unsigned long long)connections);
	return 0;
}
