/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The e-mail channel over SMTP to one server or two: n slots for each, a slot being a
 * kept connection and the letter on it, and one poll for all.  Connecting is libcurl's (smtp_link.h), the
 * dialogue and its verdicts are smtp_talk.h's; here are the queue, the clock and
 * the sockets.
 */
#include <curl/curl.h>
#include <poll.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "channel/channel.h"
#include "channel/smtp_link.h"
#include "channel/smtp_talk.h"

enum {
	FINAL_MS = 60000,	/* the relay may think so long after the dot */
	IDLE_MS = 100000,	/* relays close after 300 s, some after 120 s */
	CONNECTIONS_MAX = 256,
	SERVERS = 2
};

enum state { CLOSED, CONNECTING, CONNECTED };

struct slot {
	struct smtp_talk talk;		/* first: CURLINFO_PRIVATE finds the slot by its link */
	enum state state;
	int place;			/* of its server */
	int64_t begun;
	int64_t dot_by;			/* the final dot must be out by then */
	int64_t end_by;			/* and the answer here */
	int64_t idle_by;
};

struct smtp {
	struct channel channel;
	struct arena *arena;
	CURLM *multi;
	struct slot *slots;
	struct pollfd *polled;		/* one a slot, and one of the caller's */
	struct curl_waitfd *waited;	/* the same for libcurl */
	struct outcome *done;		/* a ring of n */
	int n, busy, connecting, done_first, done_n;
	int whole_ms, before_dot_ms;
	bool failing[SERVERS];		/* the last connection did not come about: said once */
};

static void
drop(struct smtp *s, struct slot *slot)
{
	if (slot->state == CONNECTING)
		s->connecting--;
	if (slot->state != CLOSED)
		smtp_link_drop(&slot->talk.link, s->multi);
	slot->state = CLOSED;
	slot->talk.step = SMTP_IDLE;
	slot->talk.broken = false;
}

static void
connect_slot(struct smtp *s, struct slot *slot)
{
	drop(s, slot);
	smtp_link_connect(&slot->talk.link, s->multi);
	slot->state = CONNECTING;
	s->connecting++;
}

/* After each call of the talk: carries out what it has come to. */
static void
settle(struct smtp *s, struct slot *slot)
{
	struct smtp_talk *t = &slot->talk;

	if (t->anew) {
		t->anew = false;
		connect_slot(s, slot);
		return;
	}
	if (t->over) {
		t->outcome.took_ms = (int)(clock_monotonic_ms() - slot->begun);
		s->done[(s->done_first + s->done_n++) % s->n] = t->outcome;
		t->over = false;
		t->letter = NULL;
		s->busy--;
		slot->idle_by = clock_monotonic_ms() + IDLE_MS;
	}
	if (t->broken)
		drop(s, slot);
}

static int
smtp_room(const struct channel *c)
{
	const struct smtp *s = (const struct smtp *)c;

	return s->n - s->busy - s->done_n;
}

static enum err
smtp_start(struct channel *c, const struct letter *letter)
{
	struct smtp *s = (struct smtp *)c;
	struct slot *slot = NULL;
	int64_t now = clock_monotonic_ms();

	if (smtp_room(c) <= 0)
		return ERR_BUSY;
	/* A kept connection first; a new one only when all are in use. */
	for (int i = 0; i < s->n; i++) {
		if (s->slots[i].talk.letter != NULL || s->slots[i].place != letter->place)
			continue;
		if (slot == NULL || s->slots[i].state == CONNECTED)
			slot = &s->slots[i];
		if (slot->state == CONNECTED)
			break;
	}
	if (slot == NULL)
		return ERR_BUSY;

	s->busy++;
	slot->begun = now;
	slot->dot_by = now + s->before_dot_ms;
	slot->end_by = now + s->whole_ms;
	smtp_talk_take(&slot->talk, letter);
	if (!slot->talk.over) {
		if (slot->state == CONNECTED)
			smtp_talk_begin(&slot->talk);
		else
			connect_slot(s, slot);
	}
	settle(s, slot);
	return ERR_OK;
}

/* No connection: nothing was sent, whatever the cause. */
static void
not_connected(struct smtp *s, struct slot *slot, CURLcode c)
{
	struct smtp_link *link = &slot->talk.link;
	const char *reason = "gateway_unreachable";
	long code = 0;

	curl_easy_getinfo(link->easy, CURLINFO_RESPONSE_CODE, &code);
	if (c == CURLE_LOGIN_DENIED || code >= 500)
		reason = "gateway_denied";
	else if (c == CURLE_PEER_FAILED_VERIFICATION || c == CURLE_SSL_CONNECT_ERROR ||
	    c == CURLE_USE_SSL_FAILED || c == CURLE_SSL_CACERT_BADFILE)
		reason = "gateway_untrusted";
	else if (code >= 400)
		reason = "gateway_busy";

	if (!s->failing[slot->place])
		log_warn("smtp.connect server=%d reason=%s curl=%d code=%ld", slot->place + 1, reason, (int)c, code);
	s->failing[slot->place] = true;
	smtp_talk_end(&slot->talk, VERDICT_LATER, code >= 400 ? (int)code : 0, reason,
	    link->error[0] != '\0' ? link->error : curl_easy_strerror(c));
	slot->talk.broken = true;
}

static void
connected(struct smtp *s, struct slot *slot)
{
	if (s->failing[slot->place])
		log_info("smtp.connected server=%d", slot->place + 1);
	s->failing[slot->place] = false;
	s->connecting--;
	slot->state = CONNECTED;
	smtp_talk_begin(&slot->talk);
}

static void
drive_connections(struct smtp *s)
{
	CURLMsg *m;
	int running, left;

	curl_multi_perform(s->multi, &running);
	while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
		CURLcode c = m->data.result;
		struct slot *slot = NULL;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (void *)&slot);
		must(slot != NULL && slot->state == CONNECTING);
		if (c == CURLE_OK && smtp_link_connected(&slot->talk.link) != ERR_OK)
			c = CURLE_COULDNT_CONNECT;
		if (c == CURLE_OK)
			connected(s, slot);
		else
			not_connected(s, slot, c);
		settle(s, slot);
	}
}

static int64_t
due(const struct slot *slot)
{
	if (slot->talk.letter == NULL)
		return slot->idle_by;
	return smtp_talk_dot_is_out(&slot->talk) ? slot->end_by : slot->dot_by;
}

/* Ends what is overdue, fills in what to wait for, and returns until when, at
 * most until the given. */
static int64_t
look_ahead(struct smtp *s, int64_t now, int64_t until)
{
	for (int i = 0; i < s->n; i++) {
		struct slot *slot = &s->slots[i];
		struct pollfd *p = &s->polled[i];

		if (slot->state != CLOSED && due(slot) <= now) {
			if (slot->talk.letter != NULL)
				smtp_talk_expire(&slot->talk);
			else
				slot->talk.broken = true;
			settle(s, slot);
		}
		*p = (struct pollfd){ .fd = -1, .events = POLLIN };
		if (slot->state == CLOSED)
			continue;
		if (due(slot) < until)
			until = due(slot);
		if (slot->state == CONNECTED)
			p->fd = slot->talk.link.fd;
		if (smtp_talk_wants_write(&slot->talk))
			p->events = POLLIN | POLLOUT;
	}
	return until;
}

/* libcurl's own sockets while it connects, and ours beside them. */
static int
poll_with_curl(struct smtp *s, nfds_t n, int ms)
{
	unsigned count = 0;

	for (nfds_t i = 0; i < n; i++)
		if (s->polled[i].fd >= 0)
			s->waited[count++] = (struct curl_waitfd){ .fd = s->polled[i].fd,
			    .events = s->polled[i].events & POLLOUT ?
			    CURL_WAIT_POLLIN | CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN };
	curl_multi_poll(s->multi, s->waited, count, ms, NULL);
	drive_connections(s);
	/* What is ready of ours, in the form that the caller reads. */
	return poll(s->polled, n, 0);
}

static void
work(struct smtp *s, struct slot *slot, short events)
{
	struct smtp_talk *t = &slot->talk;
	char c;

	if (t->letter == NULL) {
		/* Nobody asked, so the relay closes; or it was TLS's own affair. */
		t->broken = smtp_link_recv(&t->link, &c, 1) != 0;
	} else {
		if ((events & POLLOUT) && smtp_talk_wants_write(t))
			smtp_talk_flush(t);
		if (!t->anew && !t->over && !t->broken)
			smtp_talk_hear(t);
	}
	settle(s, slot);
}

static void
smtp_wait(struct channel *c, int timeout_ms, int fd)
{
	struct smtp *s = (struct smtp *)c;
	int64_t now = clock_monotonic_ms(), until = now + timeout_ms, next;
	nfds_t n = (nfds_t)s->n;
	int ms, ready;

	for (;;) {
		next = look_ahead(s, now, until);
		ms = s->done_n > 0 || next <= now ? 0 : (int)(next - now);
		s->polled[n] = (struct pollfd){ .fd = fd, .events = POLLIN };
		ready = s->connecting > 0 ? poll_with_curl(s, n + 1, ms) :
		    poll(s->polled, n + 1, ms);

		for (nfds_t i = 0; ready > 0 && i < n; i++) {
			struct slot *slot = &s->slots[i];

			/* A connection that was dropped since has no socket. */
			if (s->polled[i].revents != 0 && slot->talk.link.fd == s->polled[i].fd)
				work(s, slot, s->polled[i].revents);
		}
		now = clock_monotonic_ms();
		/* A signal ends the wait too: the caller looks whether to stop. */
		if (s->done_n > 0 || ready < 0 || (ready > 0 && s->polled[n].revents != 0) ||
		    now >= until)
			return;
	}
}

static enum err
smtp_next(struct channel *c, struct outcome *out)
{
	struct smtp *s = (struct smtp *)c;

	if (s->done_n == 0)
		return ERR_NOT_FOUND;
	*out = s->done[s->done_first];
	s->done_first = (s->done_first + 1) % s->n;
	s->done_n--;
	return ERR_OK;
}

static void
smtp_close(struct channel *c)
{
	struct smtp *s = (struct smtp *)c;

	for (int i = 0; i < s->n && s->slots[i].talk.link.easy != NULL; i++) {
		struct slot *slot = &s->slots[i];

		/* Polite, and not waited for. */
		if (slot->state == CONNECTED && slot->talk.letter == NULL)
			(void)smtp_link_send(&slot->talk.link, "QUIT\r\n", 6);
		smtp_link_close(&slot->talk.link, s->multi);
	}
	curl_multi_cleanup(s->multi);
	curl_global_cleanup();
	arena_free(s->arena);
}

static const struct channel_ops smtp_ops = {
	.name = "email",
	.room = smtp_room,
	.start = smtp_start,
	.wait = smtp_wait,
	.next = smtp_next,
	.close = smtp_close,
};

enum err
smtp_open(const struct conf *conf, struct channel **out)
{
	struct arena *arena = arena_new();
	struct smtp *s = arena_alloc(arena, sizeof(*s));
	const struct smtp_server servers[SERVERS] = {
		{ "smtp", conf->smtp_url, conf->smtp_user, conf->smtp_password_file, conf->smtp_ca_file },
		{ "smtp2", conf->smtp2_url, conf->smtp2_user, conf->smtp2_password_file, conf->smtp2_ca_file }
	};
	int each = conf->smtp_connections, places = conf->smtp2_url != NULL ? SERVERS : 1, n;
	enum err e = ERR_OK;

	each = each < 1 ? 1 : each > CONNECTIONS_MAX / places ? CONNECTIONS_MAX / places : each;
	n = each * places;
	s->channel.ops = &smtp_ops;
	s->arena = arena;
	s->n = n;
	/* The answer to the dot has its minute, if the whole leaves room for it. */
	s->whole_ms = (conf->smtp_timeout_s > 0 ? conf->smtp_timeout_s : 90) * 1000;
	s->before_dot_ms = s->whole_ms - FINAL_MS > s->whole_ms / 3 ?
	    s->whole_ms - FINAL_MS : s->whole_ms / 3;
	s->slots = arena_alloc(arena, (size_t)n * sizeof(*s->slots));
	s->done = arena_alloc(arena, (size_t)n * sizeof(*s->done));
	s->polled = arena_alloc(arena, ((size_t)n + 1) * sizeof(*s->polled));
	s->waited = arena_alloc(arena, ((size_t)n + 1) * sizeof(*s->waited));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (s->multi = curl_multi_init()) == NULL)
		log_panic("smtp.memory");
	/* No kept connection may be closed for another's sake. */
	curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)n * 2);
	for (int i = 0; i < n && e == ERR_OK; i++) {
		smtp_talk_init(&s->slots[i].talk, arena);
		s->slots[i].place = i / each;
		e = smtp_link_open(&s->slots[i].talk.link, &servers[i / each], conf->mail_domain);
	}
	if (e != ERR_OK) {
		smtp_close(&s->channel);
		return e;
	}
	*out = &s->channel;
	return ERR_OK;
}
