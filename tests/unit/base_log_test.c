/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: their form, and that no value can start a line of its own.
 */
#include "base/log.h"

#include <errno.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static char captured[16384];

/* What a function writes to standard error; gives the child's wait status. */
static int
capture(void (*speak)(void))
{
	size_t len = 0;
	int pipes[2], status;
	ssize_t n;
	pid_t child;

	if (pipe(pipes) < 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		speak();
		_exit(0);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], captured + len, sizeof(captured) - 1 - len)) > 0)
		len += (size_t)n;
	captured[len] = '\0';
	close(pipes[0]);
	waitpid(child, &status, 0);
	return status;
}

static bool
matches(const char *pattern)
{
	regex_t re;
	bool found;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&re, captured, 0, NULL, 0) == 0;
	regfree(&re);
	if (!found)
		tap_show("line", captured);
	return found;
}

static int
lines(void)
{
	int n = 0;

	for (const char *p = captured; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

static void
say_info(void)
{
	log_info("batch.done tenant=%d batch=%d", 3, 77);
}

static void
say_all(void)
{
	log_warn("w");
	log_error("e");
}

static void
say_forged(void)
{
	log_info("x value=%s", "a\nevent=forged\r\t\x1b[2J\x7f\xc2\x85z\xe6\xb8\xaf");
}

static void
say_much(void)
{
	char text[9001];

	for (int i = 0; i < 9000; i += 3)
		memcpy(text + i, "\xe6\xb8\xaf", 3);
	text[9000] = '\0';
	log_info("long text=%s", text);
}

static void
say_panic(void)
{
	must(1 + 1 == 3);
}

static void
say_and_keep(void)
{
	errno = ENOENT;
	log_info("x");
	if (errno != ENOENT)
		_exit(1);
}

int
main(void)
{
	const char *end;
	int status;

	capture(say_info);
	ok(matches("^time=20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z "
	    "level=info pid=[0-9]+ event=batch.done tenant=3 batch=77\n$"), "the form of a line");

	capture(say_all);
	ok(matches("level=warn .*event=w\n.*level=error .*event=e\n$"), "levels");

	capture(say_forged);
	is_int(lines(), 1, "a value starts no line of its own");
	ok(matches("value=a\\?event=forged\\?\\?\\?\\[2J\\?\\?\\?z\xe6\xb8\xaf\n$"),
	    "control characters come out as ?");

	capture(say_much);
	is_int(lines(), 1, "a long line is one line");
	ok(strlen(captured) <= 4096, "that a pipe takes whole");
	ok(matches("\xe6\xb8\xaf cut=1\n$"), "and says that it was cut, after a whole character");

	status = capture(say_panic);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "must ends the process");
	end = strstr(captured, "level=panic");
	ok(end != NULL && strstr(end, "event=assert.failed file=") != NULL &&
	    strstr(end, "cond=\"1 + 1 == 3\"\n") != NULL, "and says where and why");

	is_int(capture(say_and_keep), 0, "errno is kept");
	return done();
}
