/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real supervisors with real workers, which tell what they do in lines through a
 * pipe: "start web 0 712".  Nothing here measures how long a thing takes, but
 * that a delay is not shorter than it should be.
 */
#include "base/proc.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

enum { PATIENCE_MS = 30000 };		/* a hang fails; nothing waits so long */

struct told { char what[16], pool[16]; int slot; long id; };

static int told_from, told_to;

/* ---- what workers do ---- */

static void
tell(const char *what, const char *pool, int slot, long id)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%s %s %d %ld\n", what, pool, slot, id);

	if (write(told_to, line, (size_t)n) != n)
		_exit(99);
}

static int
work_until_asked(void *pool, int slot)
{
	tell("start", pool, slot, getpid());
	while (!proc_stopping())
		proc_sleep_ms(60000);
	tell("stop", pool, slot, getpid());
	return 0;
}

static int
fail_at_once(void *pool, int slot)
{
	tell("start", pool, slot, (long)clock_monotonic_ms());
	return 3;
}

static int
retire_at_once(void *pool, int slot)
{
	tell("start", pool, slot, getpid());
	return 0;
}

static int
never_end(void *pool, int slot)
{
	tell("start", pool, slot, getpid());
	for (;;)
		proc_sleep_ms(1000);
	return 0;
}

/* Ends, but only once the first asking has gone by unseen. */
static int
miss_the_first(void *pool, int slot)
{
	int seen = 0;

	tell("start", pool, slot, getpid());
	while (!proc_stopping())
		proc_sleep_ms(60000);
	while (seen < 1 && pause() < 0)		/* only a second signal ends this */
		seen++;
	tell("stop", pool, slot, getpid());
	return 0;
}

static enum err
reload_good(void *pool)
{
	tell("reload", pool, 0, getpid());
	return ERR_OK;
}

static enum err
reload_bad(void *pool)
{
	tell("reload", pool, 0, getpid());
	return ERR_INVALID;
}

/* ---- what the test sees ---- */

static bool
next_told(struct told *t)
{
	char line[64];
	size_t n = 0;

	*t = (struct told){ "nothing", "", -1, -1 };
	do {
		struct pollfd p = { .fd = told_from, .events = POLLIN };

		if (poll(&p, 1, PATIENCE_MS) <= 0 || read(told_from, line + n, 1) != 1)
			return false;
	} while (line[n] != '\n' && ++n < sizeof(line) - 1);
	line[n] = '\0';
	return sscanf(line, "%15s %15s %d %ld", t->what, t->pool, &t->slot, &t->id) == 4;
}

/* The next line that says this, what else is said left aside. */
static struct told
wait_for(const char *what)
{
	struct told t;

	while (next_told(&t))
		if (strcmp(t.what, what) == 0)
			break;
	return t;
}

static pid_t
supervise(struct proc_pool one, struct proc_pool two)
{
	struct proc_pool pools[] = { one, two };
	int pipes[2];
	pid_t child;

	fflush(stdout);
	if (pipe(pipes) < 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		close(pipes[0]);
		told_to = pipes[1];
		if (getenv("VERBOSE") == NULL && freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		_exit(proc_supervise(pools, two.workers > 0 ? 2 : 1));
	}
	close(pipes[1]);
	told_from = pipes[0];
	return child;
}

/* The pipe ends when the last of them has. */
static bool
all_gone(void)
{
	struct told t;

	while (next_told(&t))
		;
	return strcmp(t.what, "nothing") == 0 &&
	    poll(&(struct pollfd){ .fd = told_from, .events = POLLIN }, 1, 0) == 1;
}

static int
exit_status(pid_t supervisor)
{
	int status;

	while (waitpid(supervisor, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static const struct proc_pool none;

/* The next six lines: in each slot an old worker stops and a new one starts.
 * Which of them is heard first is theirs. */
static bool
all_replaced(const struct told old[3])
{
	int stopped[3] = { 0 }, started[3] = { 0 };
	struct told t;

	for (int i = 0; i < 6 && next_told(&t); i++)
		for (int k = 0; k < 3; k++) {
			if (strcmp(t.pool, old[k].pool) != 0 || t.slot != old[k].slot)
				continue;
			stopped[k] += strcmp(t.what, "stop") == 0 && t.id == old[k].id;
			started[k] += strcmp(t.what, "start") == 0 && t.id != old[k].id;
		}
	for (int k = 0; k < 3; k++)
		if (stopped[k] != 1 || started[k] != 1)
			return false;
	return true;
}

static void
test_life(void)
{
	pid_t supervisor = supervise(
	    (struct proc_pool){ .name = "web", .workers = 2, .run = work_until_asked, .context = "web" },
	    (struct proc_pool){ .name = "write", .workers = 1, .run = work_until_asked, .context = "write" });
	struct told t, old[3] = { { .slot = 0 } };
	int web = 0, write = 0;

	for (int i = 0; i < 3; i++) {
		old[i] = wait_for("start");
		web += strcmp(old[i].pool, "web") == 0 ? 1 + 10 * old[i].slot : 0;
		write += strcmp(old[i].pool, "write") == 0 && old[i].slot == 0;
	}
	is_int(web, 12, "two workers in one pool, slots 0 and 1");
	is_int(write, 1, "and one in the other");

	kill((pid_t)old[0].id, SIGKILL);
	t = wait_for("start");
	ok(strcmp(t.pool, old[0].pool) == 0 && t.slot == old[0].slot && t.id != old[0].id,
	    "a worker that was killed is started again in its place");
	old[0] = t;

	kill(supervisor, SIGHUP);
	ok(all_replaced(old), "SIGHUP replaces all");

	kill(supervisor, SIGTERM);
	for (int i = 0; i < 3; i++)
		is_str(wait_for("stop").what, "stop", "SIGTERM lets worker %d finish", i);
	is_int(exit_status(supervisor), 0, "and the supervisor ends well");
	ok(all_gone(), "and nobody is left");
	close(told_from);
}

static void
test_storm(void)
{
	pid_t supervisor = supervise(
	    (struct proc_pool){ .name = "web", .workers = 1, .run = fail_at_once, .context = "web" }, none);
	long at[5];

	for (int i = 0; i < 5; i++)
		at[i] = wait_for("start").id;
	/* One millisecond less: both ends are rounded down. */
	ok(at[2] - at[1] >= 99, "the second time a worker waits 100 ms");
	ok(at[3] - at[2] >= 199, "then 200 ms");
	ok(at[4] - at[3] >= 399, "then 400 ms");
	kill(supervisor, SIGINT);
	is_int(exit_status(supervisor), 0, "SIGINT ends it meanwhile");
	close(told_from);
}

static void
test_retiring(void)
{
	pid_t supervisor = supervise(
	    (struct proc_pool){ .name = "web", .workers = 1, .run = retire_at_once, .context = "web" }, none);
	int n = 0;

	/* With the delays of a fault this would outlast the patience. */
	while (n < 40 && strcmp(wait_for("start").what, "start") == 0)
		n++;
	is_int(n, 40, "a worker that retires is replaced at once each time");
	kill(supervisor, SIGTERM);
	is_int(exit_status(supervisor), 0, "that ends too");
	close(told_from);
}

static void
test_stubborn(void)
{
	pid_t supervisor = supervise((struct proc_pool){ .name = "web", .workers = 2, .run = never_end,
	    .context = "web", .grace_ms = 300 }, none);

	wait_for("start");
	wait_for("start");
	kill(supervisor, SIGTERM);
	is_int(exit_status(supervisor), 1, "workers that do not end are killed, and the status says so");
	ok(all_gone(), "nobody is left");
	close(told_from);

	supervisor = supervise((struct proc_pool){ .name = "web", .workers = 1, .run = miss_the_first,
	    .context = "web" }, none);
	wait_for("start");
	kill(supervisor, SIGTERM);
	is_str(wait_for("stop").what, "stop", "a worker that missed the first asking is asked again");
	is_int(exit_status(supervisor), 0, "and ends well");
	close(told_from);
}

static void
test_reload(void)
{
	pid_t supervisor = supervise((struct proc_pool){ .name = "web", .workers = 1,
	    .run = work_until_asked, .context = "web", .reload = reload_good }, none);
	struct told first = wait_for("start"), t;

	kill(supervisor, SIGHUP);
	t = wait_for("reload");
	is_int(t.id, supervisor, "SIGHUP reads again in the supervisor");
	is_int(wait_for("stop").id, first.id, "and then replaces");
	kill(supervisor, SIGTERM);
	is_int(exit_status(supervisor), 0, "it ends");
	close(told_from);

	supervisor = supervise((struct proc_pool){ .name = "web", .workers = 1,
	    .run = work_until_asked, .context = "web", .reload = reload_bad }, none);
	first = wait_for("start");
	kill(supervisor, SIGHUP);
	wait_for("reload");
	kill(supervisor, SIGTERM);
	next_told(&t);
	ok(strcmp(t.what, "stop") == 0 && t.id == first.id, "what cannot be read leaves the workers");
	is_int(exit_status(supervisor), 0, "it ends");
	close(told_from);
}

static void
test_orphans(void)
{
	pid_t supervisor = supervise((struct proc_pool){ .name = "web", .workers = 2,
	    .run = work_until_asked, .context = "web" }, none);

	wait_for("start");
	wait_for("start");
	kill(supervisor, SIGKILL);
	is_int(exit_status(supervisor), 1000 + SIGKILL, "a supervisor is killed");
	is_str(wait_for("stop").what, "stop", "its workers end");
	ok(all_gone(), "all of them");
	close(told_from);
}

/* Whether the next datagram says this. */
static bool
notified(int fd, const char *state)
{
	char text[64] = "";
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, PATIENCE_MS) != 1 || recv(fd, text, sizeof(text) - 1, 0) < 0)
		return false;
	if (strcmp(text, state) != 0)
		diag("got %s", text);
	return strcmp(text, state) == 0;
}

static void
test_notify(bool abstract)
{
	char folder[] = "/tmp/proc_test.XXXXXX", path[100];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid_t supervisor;
	size_t n;

	if (mkdtemp(folder) == NULL)
		diag("no folder");
	n = (size_t)snprintf(path, sizeof(path), "%s%s/notify", abstract ? "@" : "", folder);
	memcpy(at.sun_path, path, n);
	if (abstract)
		at.sun_path[0] = '\0';
	if (!is_int(bind(fd, (struct sockaddr *)&at,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)), 0, "listening at %s", path))
		return;
	setenv("NOTIFY_SOCKET", path, 1);
	supervisor = supervise((struct proc_pool){ .name = "web", .workers = 1, .run = work_until_asked,
	    .context = "web" }, none);
	ok(notified(fd, "READY=1"), "systemd is told when it is ready");
	kill(supervisor, SIGTERM);
	ok(notified(fd, "STOPPING=1"), "and when it stops");
	is_int(exit_status(supervisor), 0, "it ends");
	unsetenv("NOTIFY_SOCKET");
	close(told_from);
	close(fd);
	unlink(path);
	rmdir(folder);
}

/* In this process itself, and last: the flag stays. */
static void
test_flag(void)
{
	proc_catch_signals();
	ok(!proc_stopping(), "not asked to end");
	proc_sleep_ms(1);
	ok(!proc_stopping(), "a sleep changes nothing");
	proc_busy(true);
	raise(SIGTERM);
	ok(!proc_stopping(), "while busy a signal is held back");
	proc_busy(false);
	ok(proc_stopping(), "and comes in afterwards");
	proc_sleep_ms(PATIENCE_MS * 1000);
	ok(true, "who was asked to end does not sleep");
	raise(SIGPIPE);
	ok(true, "a broken pipe is no end");
}

int
main(void)
{
	test_life();
	test_storm();
	test_retiring();
	test_stubborn();
	test_reload();
	test_orphans();
	test_notify(false);
	test_notify(true);
	test_flag();
	return done();
}
