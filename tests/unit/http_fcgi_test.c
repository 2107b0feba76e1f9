/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket.  What comes through it: tests/http/raw_fcgi.test.mjs. */
#include "base/arena.h"
#include "base/proc.h"
#include "http/http.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/chromo-fcgi-XXXXXX";
static char path[64];

static mode_t
mode_of(const char *file)
{
	struct stat st;

	return lstat(file, &st) == 0 ? st.st_mode : 0;
}

static void
test_listen(void)
{
	int fd = -1, other = -1;
	char far[200];

	is_int(fcgi_listen(path, 0, &fd), ERR_OK, "listens");
	ok(S_ISSOCK(mode_of(path)), "there is a socket");
	is_int(mode_of(path) & 0777, 0660, "for the group");
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "closed on exec");
	is_int(fcgi_listen(path, 0, &other), ERR_BUSY, "not where somebody listens");
	is_int(other, -1, "nothing is given then");
	close(fd);
	ok(S_ISSOCK(mode_of(path)), "a killed process leaves it behind");
	is_int(fcgi_listen(path, 0, &fd), ERR_OK, "the next one takes its place");
	if (fork() == 0) {
		usleep(200000);
		_exit(0);
	}
	close(fd);
	is_int(fcgi_listen(path, 60000, &fd), ERR_OK, "… also of one that is ending still");
	wait(NULL);
	close(fd);
	unlink(path);

	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	is_int(fcgi_listen(path, 0, &fd), ERR_BUSY, "not over a file");
	ok(S_ISREG(mode_of(path)), "which stays");
	unlink(path);

	memset(far, 'a', sizeof far);
	far[0] = '/';
	far[sizeof far - 1] = '\0';
	is_int(fcgi_listen(far, 0, &fd), ERR_BUSY, "a path too long for a socket");
}

static int
bound(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0)
		diag("cannot listen on %s: %d", name, errno);
	return fd;
}

/* Two sockets as systemd hands them over, from descriptor 3 on. */
static void
test_systemd(void)
{
	char read_path[80], write_path[80], pid[24];
	int a, b, fd = -1;

	snprintf(read_path, sizeof read_path, "%s/read.sock", folder);
	snprintf(write_path, sizeof write_path, "%s/write.sock", folder);
	a = fcntl(bound(read_path), F_DUPFD, 20);
	b = fcntl(bound(write_path), F_DUPFD, 20);
	dup2(a, 3);
	dup2(b, 4);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);

	is_int(fcgi_listen(write_path, 0, &fd), ERR_OK, "takes what systemd gives");
	is_int(fd, 4, "the one of this path");
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "closed on exec");
	is_int(fcgi_listen(read_path, 0, &fd), ERR_OK, "and the other");
	is_int(fd, 3, "by its path");

	setenv("LISTEN_PID", "1", 1);
	is_int(fcgi_listen(read_path, 0, &fd), ERR_BUSY, "what is another process's is not taken");
	unlink(read_path);
	unlink(write_path);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
}

/* The request to end comes while the worker waits. */
static void
test_stop(void)
{
	struct arena *arena = arena_new();
	struct request request;
	struct fcgi *fcgi;
	enum status status;
	pid_t child;
	int fd;

	is_int(fcgi_listen(path, 0, &fd), ERR_OK, "listens");
	proc_catch_signals();
	fcgi = fcgi_open(fd);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		usleep(100000);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	is_int(fcgi_accept(fcgi, arena, &request, &status), ERR_BUSY, "ends when asked to");
	fcgi_close(fcgi);
	arena_free(arena);
	close(fd);
	unlink(path);
}

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/s", folder);
	test_listen();
	test_systemd();
	test_stop();
	rmdir(folder);
	return done();
}
