/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gateways that take everything and keep nothing: LINE, a gateway of SMS and a push
 * service over TLS, the far side of bench line_million and mixed.  One process, one epoll.
 *
 *	https_sink CERT KEY DELAY_MS RATE
 *
 * Listens on 127.0.0.1 and says "port N" on its standard output.  Each call is answered
 * DELAY_MS after it came; more than RATE multicasts in any second (0: any number) get a
 * 429.  On SIGTERM it says "multicasts N people N limited N pushes N texts N most N",
 * most: of the multicasts accepted in a second.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 2048, ROOM = 131072, SECOND = 8192 };

struct client {
	SSL *ssl;
	size_t have;
	int64_t due;			/* when its answer goes out; 0: none */
	char answer[1024];
	char buf[ROOM];
};

static struct client *clients[CLIENTS];		/* by file descriptor */
static int64_t second[SECOND];			/* when the last multicasts were accepted */
static uint64_t multicasts, people, limited, pushes, texts;
static int most, n_waiting, delay_ms, rate;
static volatile sig_atomic_t stop;

static void
on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How many multicasts were accepted within the second before. */
static int
lately(int64_t now)
{
	int n = 0;
	uint64_t i;

	for (i = 0; i < multicasts && i < SECOND && second[(multicasts - 1 - i) % SECOND] > now - 1000; i++)
		n++;
	return n;
}

static uint64_t
count_people(const char *body, size_t n)
{
	const char *at = body, *end = body + n;
	uint64_t found = 0;

	while ((at = memmem(at, (size_t)(end - at), "\"U", 2)) != NULL) {
		found++;
		at += 2;
	}
	return found;
}

static void
judge(struct client *c, const char *head, const char *body, size_t n)
{
	const char *status = "200 OK", *text = "{}";
	char own[400];
	int64_t now = now_ms();
	int last;

	if (strstr(head, "/multicast") != NULL) {
		last = rate > 0 ? lately(now) : 0;
		if (rate > 0 && last >= rate) {
			limited++;
			status = "429 Too Many Requests";
			text = "{\"message\":\"The API rate limit has been exceeded. Try again later.\"}";
		} else {
			second[multicasts++ % SECOND] = now;
			people += count_people(body, n);
			most = last + 1 > most ? last + 1 : most;
		}
	} else if (strstr(head, "/wpush/") != NULL) {
		pushes++;
		status = "201 Created";
	} else {
		texts++;
		snprintf(own, sizeof own, "{\"object\":\"message\",\"id\":\"%llu\",\"status\":\"done\",\"result\":\"processing\","
		    "\"sent_result\":\"none\",\"charged_count_per_sent\":1}", (unsigned long long)texts);
		text = own;
	}
	snprintf(c->answer, sizeof c->answer, "HTTP/1.1 %s\r\ncontent-type: application/json\r\n%scontent-length: %zu\r\n\r\n%s",
	    status, strstr(head, "/wpush/") != NULL ? "location: https://127.0.0.1/m/1\r\n" : "", strlen(text), text);
	c->due = now + delay_ms;
	n_waiting++;
}

/* A whole request in the buffer is judged; what is behind it stays. */
static void
look(struct client *c)
{
	char *end = memmem(c->buf, c->have, "\r\n\r\n", 4), *length;
	size_t head, n;

	if (end == NULL || c->due != 0)
		return;
	head = (size_t)(end - c->buf) + 4;
	end[2] = '\0';
	length = strcasestr(c->buf, "\r\ncontent-length:");
	n = length != NULL ? strtoul(length + 17, NULL, 10) : 0;
	end[2] = '\r';
	if (c->have < head + n)
		return;
	end[2] = '\0';
	judge(c, c->buf, c->buf + head, n);
	memmove(c->buf, c->buf + head + n, c->have - head - n);
	c->have -= head + n;
}

static void
leave(int fd)
{
	struct client *c = clients[fd];

	n_waiting -= c->due != 0;
	SSL_free(c->ssl);
	free(c);
	clients[fd] = NULL;
	close(fd);
}

static void
hear(int fd)
{
	struct client *c = clients[fd];
	int n;

	for (;;) {
		ERR_clear_error();
		n = SSL_read(c->ssl, c->buf + c->have, (int)(ROOM - c->have));
		if (n <= 0)
			break;
		c->have += (size_t)n;
		look(c);
	}
	n = SSL_get_error(c->ssl, n);
	if (n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE)
		leave(fd);
}

static void
answer_due(void)
{
	int64_t now = now_ms();
	int fd;

	for (fd = 0; fd < CLIENTS && n_waiting > 0; fd++) {
		struct client *c = clients[fd];

		if (c == NULL || c->due == 0 || c->due > now)
			continue;
		c->due = 0;
		n_waiting--;
		if (SSL_write(c->ssl, c->answer, (int)strlen(c->answer)) <= 0)
			leave(fd);
		else
			look(c);
	}
}

static void
welcome(SSL_CTX *tls, int epoll, int listener)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		if (fd >= CLIENTS) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		clients[fd] = calloc(1, sizeof *clients[fd]);
		clients[fd]->ssl = SSL_new(tls);
		SSL_set_fd(clients[fd]->ssl, fd);
		SSL_set_accept_state(clients[fd]->ssl);
		e.data.fd = fd;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	}
}

static int
listen_somewhere(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&a, n) == -1 || listen(fd, 1024) == -1 || getsockname(fd, (struct sockaddr *)&a, &n) == -1) {
		perror("listen");
		exit(1);
	}
	printf("port %d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	struct epoll_event events[256], e = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), listener, i, n;

	if (argc != 5 || SSL_CTX_use_certificate_chain_file(tls, argv[1]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, argv[2], SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "usage: https_sink CERT KEY DELAY_MS RATE\n");
		return 2;
	}
	delay_ms = (int)strtol(argv[3], NULL, 10);
	rate = (int)strtol(argv[4], NULL, 10);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	listener = listen_somewhere();
	e.data.fd = listener;
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
	while (!stop) {
		n = epoll_wait(epoll, events, 256, n_waiting > 0 ? 1 : 100);
		for (i = 0; i < n; i++)
			if (events[i].data.fd == listener)
				welcome(tls, epoll, listener);
			else if (clients[events[i].data.fd] != NULL)
				hear(events[i].data.fd);
		answer_due();
	}
	printf("multicasts %llu people %llu limited %llu pushes %llu texts %llu most %d\n", (unsigned long long)multicasts,
	    (unsigned long long)people, (unsigned long long)limited, (unsigned long long)pushes, (unsigned long long)texts, most);
	return 0;
}
