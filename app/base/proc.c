/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor, and the stop flag that loops look at.
 *
 * The supervisor has no signal handlers: its signals are blocked, and one
 * sigtimedwait is the place where it waits for them and for the next moment at
 * which something is due.  Every pass of the loop looks at all workers, so that
 * signals that merged into one lose nothing.
 *
 * A slot is a place in a pool.  It holds a worker, or the moment at which one is
 * due; and while it is being replaced, the old worker as well.
 */
#include "base/proc.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KEPT_HEAP = 4 << 20 };

enum {
	GRACE_MS = 20000,
	ASK_AGAIN_MS = 200,
	DELAY_FIRST_MS = 100,
	DELAY_MOST_MS = 5000,
	HEALTHY_MS = 10000,	/* who lived longer did not die of its start */
	IDLE_MS = 60000
};

/* ---- the stop flag ---- */

static volatile sig_atomic_t stopping;

static void
stop(int sig)
{
	(void)sig;
	stopping = 1;
}

static sigset_t
stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

static void
handle(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };	/* no SA_RESTART */

	sigemptyset(&action.sa_mask);
	must(sigaction(sig, &action, NULL) == 0);
}

void
proc_catch_signals(void)
{
	handle(SIGTERM, stop);
	handle(SIGINT, stop);
	handle(SIGPIPE, SIG_IGN);
}

bool
proc_stopping(void)
{
	return stopping != 0;
}

void
proc_busy(bool busy)
{
	sigset_t set = stop_signals();

	must(sigprocmask(busy ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL) == 0);
}

/* The signals are let in only by ppoll, so that none falls between the look at
 * the flag and the sleep. */
void
proc_wait_ms(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	sigset_t set = stop_signals(), before, sleeping;

	must(sigprocmask(SIG_BLOCK, &set, &before) == 0);
	sleeping = before;
	sigdelset(&sleeping, SIGTERM);
	sigdelset(&sleeping, SIGINT);
	if (!proc_stopping() && ms > 0)
		ppoll(&p, 1, &time, &sleeping);
	must(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

void
proc_sleep_ms(int ms)
{
	proc_wait_ms(-1, ms);	/* which poll passes over */
}

/* ---- systemd ---- */

/* The protocol of sd_notify(3): a datagram to the socket that is named in the
 * environment; @ begins an abstract name. */
static void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	if ((n = strlen(path)) >= sizeof(to.sun_path)) {
		log_warn("notify.failed reason=path-too-long");
		return;
	}
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0';

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_warn("notify.failed reason=\"%s\"", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* ---- the supervisor ---- */

struct slot {
	const struct proc_pool *pool;
	int number;
	pid_t worker;		/* 0: none at present */
	int64_t started;
	int64_t due;		/* without a worker: when to start one */
	int faults;		/* deaths one after the other */
	bool outdated;		/* SIGHUP came; to be replaced */
	pid_t old;		/* 0, or the one that is being replaced */
	int64_t asked;		/* since when old was asked to end */
};

struct supervisor {
	struct slot *slots;
	int n;
	sigset_t signals, before;
	bool ending;
	int64_t asked;		/* since when all were asked to end */
	bool killed;		/* one at least did not end in time */
};

static int
grace_ms(const struct slot *s)
{
	return s->pool->grace_ms > 0 ? s->pool->grace_ms : GRACE_MS;
}

/* 0, 100, 200, 400 … 5000 */
static int
delay_ms(int faults)
{
	int delay = DELAY_FIRST_MS;

	if (faults <= 1)
		return 0;
	while (--faults > 1 && delay < DELAY_MOST_MS)
		delay *= 2;
	return delay < DELAY_MOST_MS ? delay : DELAY_MOST_MS;
}

/* In the child, which never comes back. */
static void
work(const struct supervisor *v, const struct slot *s, pid_t parent)
{
	proc_catch_signals();
	handle(SIGHUP, SIG_IGN);	/* the terminal tells the whole group */
	handle(SIGCHLD, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)	/* it died before we could ask for that */
		raise(SIGTERM);
	must(sigprocmask(SIG_SETMASK, &v->before, NULL) == 0);
	proc_busy(false);
	if (s->pool->sandbox != NULL && sandbox_enter(s->pool->sandbox) != ERR_OK)
		exit(1);
	exit(s->pool->run(s->pool->context, s->number));
}

static void
fault(struct slot *s, int64_t now)
{
	s->worker = 0;
	s->faults++;
	s->due = now + delay_ms(s->faults);
}

static void
start(struct supervisor *v, struct slot *s, int64_t now)
{
	pid_t parent = getpid(), child;

	/* Also where none can be started: the next one will be, when it is due, and is new. */
	s->outdated = false;
	fflush(NULL);			/* or the child would write it too */
	child = fork();
	if (child == 0)
		work(v, s, parent);
	if (child < 0) {
		log_error("worker.not-started pool=%s slot=%d reason=\"%s\"", s->pool->name,
		    s->number, strerror(errno));
		fault(s, now);
		return;
	}
	s->worker = child;
	s->started = now;
}

/* A worker ended that nobody had asked to. */
static void
ended(struct slot *s, int status, int64_t now)
{
	int64_t lived = now - s->started;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		log_info("worker.retired pool=%s slot=%d worker=%ld lived_ms=%lld", s->pool->name,
		    s->number, (long)s->worker, (long long)lived);
		s->worker = 0;
		s->faults = 0;
		s->due = now;
		return;
	}
	if (lived >= HEALTHY_MS)
		s->faults = 0;
	log_error("worker.died pool=%s slot=%d worker=%ld %s=%d lived_ms=%lld again_ms=%d",
	    s->pool->name, s->number, (long)s->worker, WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (long long)lived,
	    delay_ms(s->faults + 1));
	fault(s, now);
}

static void
reap(struct supervisor *v, int64_t now)
{
	pid_t child;
	int status;

	while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < v->n; i++) {
			struct slot *s = &v->slots[i];

			if (s->old == child)
				s->old = 0;
			else if (s->worker != child)
				continue;
			else if (v->ending)
				s->worker = 0;
			else
				ended(s, status, now);
			break;
		}
	}
}

/* Asks once more, or no longer asks. */
static void
ask(struct supervisor *v, const struct slot *s, pid_t worker, int64_t since, int64_t now)
{
	if (worker == 0)
		return;
	if (now - since < grace_ms(s)) {
		kill(worker, SIGTERM);
		return;
	}
	log_warn("worker.killed pool=%s slot=%d worker=%ld", s->pool->name, s->number, (long)worker);
	kill(worker, SIGKILL);
	v->killed = true;
}

/* The next step of replacing: one slot at a time, the new worker before the old
 * one is asked to end. */
static void
replace(struct supervisor *v, int64_t now)
{
	for (int i = 0; i < v->n; i++)
		if (v->slots[i].old != 0) {
			ask(v, &v->slots[i], v->slots[i].old, v->slots[i].asked, now);
			return;
		}
	for (int i = 0; i < v->n; i++) {
		struct slot *s = &v->slots[i];

		if (!s->outdated)
			continue;
		s->old = s->worker;
		s->asked = now;
		s->faults = 0;
		start(v, s, now);
		if (s->old != 0)
			kill(s->old, SIGTERM);
		return;
	}
}

static void
keep_alive(struct supervisor *v, int64_t now)
{
	for (int i = 0; i < v->n; i++)
		if (v->slots[i].worker == 0 && v->slots[i].due <= now)
			start(v, &v->slots[i], now);
	replace(v, now);
}

static void
ask_all(struct supervisor *v, int64_t now)
{
	for (int i = 0; i < v->n; i++) {
		ask(v, &v->slots[i], v->slots[i].worker, v->asked, now);
		ask(v, &v->slots[i], v->slots[i].old, v->asked, now);
	}
}

static void
reload(struct supervisor *v, const struct proc_pool *pools, int n_pools)
{
	enum err e;

	for (int i = 0; i < n_pools; i++) {
		if (pools[i].reload == NULL)
			continue;
		e = pools[i].reload(pools[i].context);
		if (e != ERR_OK) {
			log_error("reload.refused pool=%s err=%s", pools[i].name, err_name(e));
			return;
		}
	}
	log_info("reload workers=%d", v->n);
	for (int i = 0; i < v->n; i++)
		v->slots[i].outdated = true;
}

/* Until when nothing needs to be done unless a signal comes.  A step of replacing
 * waits for the old worker, so that only the first one is due at once. */
static int64_t
wait_ms(const struct supervisor *v, int64_t now)
{
	bool replacing = false, outdated = false;
	int64_t due = now + IDLE_MS;

	if (v->ending)
		return ASK_AGAIN_MS;
	for (int i = 0; i < v->n; i++) {
		const struct slot *s = &v->slots[i];

		replacing = replacing || s->old != 0;
		outdated = outdated || s->outdated;
		if (s->worker == 0 && s->due < due)
			due = s->due;
	}
	if (replacing && due > now + ASK_AGAIN_MS)
		due = now + ASK_AGAIN_MS;
	else if (outdated && !replacing)
		due = now;
	return due > now ? due - now : 0;
}

static bool
any_alive(const struct supervisor *v)
{
	for (int i = 0; i < v->n; i++)
		if (v->slots[i].worker != 0 || v->slots[i].old != 0)
			return true;
	return false;
}

static void
take_signal(struct supervisor *v, int sig, const struct proc_pool *pools, int n_pools)
{
	if ((sig == SIGTERM || sig == SIGINT) && !v->ending) {
		log_info("supervisor.stopping signal=%d workers=%d", sig, v->n);
		notify("STOPPING=1");
		v->ending = true;
		v->asked = clock_monotonic_ms();
	} else if (sig == SIGHUP && !v->ending) {
		reload(v, pools, n_pools);
	}
}

static void
loop(struct supervisor *v, const struct proc_pool *pools, int n_pools)
{
	int64_t now, wait;
	int sig;

	for (;;) {
		now = clock_monotonic_ms();
		reap(v, now);
		if (v->ending && !any_alive(v))
			return;
		if (v->ending)
			ask_all(v, now);
		else
			keep_alive(v, now);

		wait = wait_ms(v, now);
		sig = sigtimedwait(&v->signals, NULL, &(struct timespec){
		    .tv_sec = (time_t)(wait / 1000), .tv_nsec = (long)(wait % 1000) * 1000000 });
		take_signal(v, sig, pools, n_pools);
	}
}

static void
make_slots(struct supervisor *v, const struct proc_pool *pools, int n_pools)
{
	struct slot *s;

	for (int i = 0; i < n_pools; i++)
		v->n += pools[i].workers;
	v->slots = s = calloc((size_t)v->n + 1, sizeof(*v->slots));
	must(v->slots != NULL);
	for (int i = 0; i < n_pools; i++)
		for (int k = 0; k < pools[i].workers; k++, s++)
			*s = (struct slot){ .pool = &pools[i], .number = k };
}

void
proc_keep_heap(void)
{
	mallopt(M_TRIM_THRESHOLD, KEPT_HEAP);
	mallopt(M_MMAP_THRESHOLD, KEPT_HEAP);
}

int
proc_supervise(const struct proc_pool *pools, int n_pools)
{
	struct supervisor v = { .signals = stop_signals() };

	make_slots(&v, pools, n_pools);
	sigaddset(&v.signals, SIGHUP);
	sigaddset(&v.signals, SIGCHLD);
	handle(SIGCHLD, SIG_DFL);	/* ignored, children would not be told of */
	must(sigprocmask(SIG_BLOCK, &v.signals, &v.before) == 0);

	keep_alive(&v, clock_monotonic_ms());
	notify("READY=1");
	loop(&v, pools, n_pools);

	log_info("supervisor.stopped killed=%d", v.killed);
	free(v.slots);
	must(sigprocmask(SIG_SETMASK, &v.before, NULL) == 0);
	return v.killed;
}
