/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children that shut themselves in and then try what somebody would who had got hold of
 * them (R23, R24, R51).  Each attempt is made in front of the door, too, where it succeeds:
 * what is refused behind it is refused by the door.
 */
#include "base/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#ifdef __SANITIZE_ADDRESS__
enum { WATCHED = 1 };
#else
enum { WATCHED = 0 };
#endif

enum { NOT_SHUT = 250, SIGNAL = 1000 };

static char root[] = "/tmp/chromo-sandbox-XXXXXX";
static int outside, held;		/* open since before: a folder, and a file in it */

/* ---- what is tried: 0, or errno ---- */

static int
result(int e)
{
	return e == -1 ? errno : 0;
}

static int
look(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd != -1)
		close(fd);
	return result(fd);
}

static int
put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600), e = fd == -1 ? errno : 0;

	if (fd != -1 && write(fd, "x", 1) != 1)
		e = errno;
	if (fd != -1)
		close(fd);
	return e;
}

static int
list(const char *path)
{
	DIR *d = opendir(path);

	if (d != NULL)
		closedir(d);
	return d == NULL ? errno : 0;
}

static int read_inside(void) { return look("in/file"); }
static int write_inside(void) { return put("in/file"); }
static int make_inside(void) { return put("in/new"); }
static int read_outside(void) { return look("out/file"); }
static int read_by_dots(void) { return look("in/../out/file"); }
static int read_by_link(void) { return look("in/link"); }
static int list_outside(void) { return list("out"); }
static int list_inside(void) { return list("in"); }
static int read_shadow(void) { return look("/etc/shadow"); }
static int read_system(void) { return look("/etc/nsswitch.conf") != 0 ? errno : list("/usr"); }
static int make_in_tmp(void) { return put("/tmp/chromo-sandbox-outside"); }
static int write_outside(void) { return put("out/file"); }
static int write_nowhere(void) { return put("/dev/null"); }
static int remove_outside(void) { return result(unlink("out/file")); }
static int cut_outside(void) { return result(truncate("out/file", 0)); }
static int rename_out(void) { return result(rename("work/kept", "out/kept")); }
static int link_in(void) { return result(link("out/file", "work/linked")); }
static int link_to(void) { return result(symlink("../out/file", "work/symbol")); }
static int fifo(void) { return result(mkfifo("work/fifo", 0600)); }

static int
folder_outside(void)
{
	int e = result(mkdir("out/folder", 0700));

	return e != 0 ? e : result(rmdir("out/folder"));
}

/* The planted openat: by a folder that is held open. */
static int
read_by_folder(void)
{
	int fd = openat(outside, "file", O_RDONLY);

	return result(fd);
}

static int
read_held(void)
{
	char c;

	return pread(held, &c, 1, 0) == 1 ? 0 : errno;
}

static int
work(void)
{
	if (put("work/a") != 0 || rename("work/a", "work/b") != 0 || look("work/b") != 0 || truncate("work/b", 0) != 0 ||
	    mkdir("work/c", 0700) != 0 || put("work/c/d") != 0 || list("work/c") != 0 || unlink("work/b") != 0 || unlink("work/c/d") != 0)
		return errno;
	return 0;
}

static int
start_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
start_by_file(void)
{
	char *no[] = { NULL };

	syscall(SYS_execveat, AT_FDCWD, "/bin/true", no, no, 0);
	return errno;
}

static int
start_in_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int
make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return result((int)pid);
}

static void *
nothing(void *context)
{
	return context;
}

static int
make_thread(void)
{
	pthread_t t;
	int e = pthread_create(&t, NULL, nothing, NULL);

	return e != 0 ? e : pthread_join(t, NULL);
}

static int
talk(int family)
{
	int fd = socket(family, SOCK_STREAM, 0);

	return result(fd);
}

static int talk_here(void) { return talk(AF_UNIX); }
static int talk_far(void) { return talk(AF_INET) != 0 ? errno : talk(AF_INET6); }
static int talk_raw(void) { return result(socket(AF_PACKET, SOCK_RAW, 0)); }

static int
open_port(void)
{
	return result(listen(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 1));
}

static int
find_host(void)
{
	struct addrinfo *found;
	int e = getaddrinfo("localhost", "443", NULL, &found);

	if (e == 0)
		freeaddrinfo(found);
	return e;
}

static int trace(void) { return result((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int own_names(void) { return result(unshare(CLONE_NEWUSER)); }
static int mount_on(void) { return result(mount("none", "in", "tmpfs", 0, NULL)); }
static int signal_parent(void) { return result(kill(getppid(), 0)); }
static int signal_self(void) { return result(kill(getpid(), 0)); }

/* A second door behind the first lets nothing more through. */
static int
open_again(void)
{
	const struct sandbox wide = { .reads = { "/" }, .may = SANDBOX_FORK | SANDBOX_NET };

	if (sandbox_enter(&wide) != ERR_OK)
		return NOT_SHUT;
	return look("out/file");
}

/* A kernel that has no Landlock, played by a list of calls. */
static int
without_landlock(void)
{
	const struct sandbox s = { .may = 0 };
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);

	if (f == NULL || seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) != 0 || seccomp_load(f) != 0)
		return NOT_SHUT;
	seccomp_release(f);
	sandbox_check();
	if (sandbox_level() != 0 || sandbox_enter(&s) != ERR_OK || look("out/file") != 0)
		return NOT_SHUT;
	return start_program();
}

/* ---- where ---- */

/* 0, errno, or SIGNAL + the signal that ended it. */
static int
behind(const struct sandbox *s, int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (s != NULL && sandbox_enter(s) != ERR_OK)
			_exit(NOT_SHUT);
		_exit(attempt());
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static void
is(const struct sandbox *s, int (*attempt)(void), int expected, const char *what)
{
	int got = behind(s, attempt);

	if (!ok(got == expected, "%s", what))
		diag("it came to %d (%s), not %d", got, got < SIGNAL ? strerror(got) : "a signal", expected);
}

/* Works before, and not behind. */
static void
refused(const struct sandbox *s, int (*attempt)(void), int expected, const char *what)
{
	ok(behind(NULL, attempt) == 0, "in front of the door: %s", what);
	is(s, attempt, expected, what);
}

static void
plant(void)
{
	ok(mkdtemp(root) != NULL && chdir(root) == 0 && mkdir("in", 0700) == 0 && mkdir("out", 0700) == 0 &&
	    mkdir("work", 0700) == 0 && put("in/file") == 0 && put("out/file") == 0 && put("work/kept") == 0 &&
	    symlink("../out/file", "in/link") == 0, "folders to be in and out of");
	outside = open("out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	held = open("out/file", O_RDONLY | O_CLOEXEC);
}

static void
clear(void)
{
	static const char *const made[] = { "in/file", "in/link", "in/new", "out/file", "out/kept", "work/kept", "work/linked",
	    "work/symbol", "work/fifo", "/tmp/chromo-sandbox-outside" };

	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		unlink(made[i]);
	ok(rmdir("in") == 0 && rmdir("out") == 0 && rmdir("work") == 0 && rmdir(root) == 0, "nothing else was made");
}

static void
files(void)
{
	const struct sandbox s = { .reads = { NULL, "in", "not/there" }, .writes = { NULL, "work" } };

	is(&s, read_inside, 0, "a file below a folder to read");
	is(&s, list_inside, 0, "the folder itself");
	is(&s, work, 0, "making, renaming, cutting and removing in a folder to write");
	rmdir("work/c");
	is(&s, read_system, 0, "what libraries read");
	is(&s, write_nowhere, 0, "/dev/null");
	is(&s, read_held, 0, "what was open before");
	refused(&s, read_by_folder, EACCES, "openat by a folder that is held open");
	refused(&s, read_outside, EACCES, "a file elsewhere");
	refused(&s, read_by_dots, EACCES, "… by way of ..");
	refused(&s, read_by_link, EACCES, "… by a symbolic link");
	refused(&s, list_outside, EACCES, "a folder elsewhere");
	is(&s, read_shadow, EACCES, "passwords of the machine");
	is(&s, write_inside, EACCES, "writing where one may read");
	is(&s, make_inside, EACCES, "making a file there");
	refused(&s, write_outside, EACCES, "writing elsewhere");
	refused(&s, make_in_tmp, EACCES, "making a file in /tmp");
	refused(&s, folder_outside, EACCES, "making a folder elsewhere");
	if (sandbox_level() >= 3)
		refused(&s, cut_outside, EACCES, "cutting a file elsewhere");
	is(&s, rename_out, sandbox_level() >= 2 ? EACCES : EXDEV, "taking a file out");
	is(&s, link_in, EXDEV, "linking one in");
	is(&s, link_to, EACCES, "a symbolic link");
	is(&s, fifo, EPERM, "a named pipe");
	is(&s, remove_outside, EACCES, "removing a file elsewhere");
	is(&s, open_again, EACCES, "a wider door behind a narrow one");
}

static void
calls(void)
{
	const struct sandbox plain = { .may = 0 }, forks = { .may = SANDBOX_FORK }, net = { .may = SANDBOX_NET };

	refused(&plain, start_program, SIGNAL + SIGSYS, "execve: killed");
	refused(&plain, start_by_file, SIGNAL + SIGSYS, "execveat: killed");
	refused(&forks, start_program, SIGNAL + SIGSYS, "execve, where processes may be made: killed");
	refused(&forks, start_in_child, SIGSYS, "… and in a child");
	if (!WATCHED)
		refused(&plain, make_process, EPERM, "fork");
	is(&forks, make_process, 0, "fork, where it is needed");
	is(&plain, make_thread, 0, "a thread");
	is(&plain, talk_here, 0, "a socket of this machine");
	refused(&plain, talk_far, EPERM, "a socket of the Internet");
	is(&net, talk_far, 0, "… where it is needed");
	is(&net, talk_raw, EPERM, "raw packets");
	is(&net, find_host, 0, "the name of a host");
	refused(&net, open_port, EPERM, "listening");
	if (!WATCHED)
		refused(&plain, trace, EPERM, "ptrace");
	is(NULL, without_landlock, SIGNAL + SIGSYS, "without Landlock: its files are open, and execve is the end all the same");
	is(&forks, own_names, EPERM, "a namespace");
	is(&plain, mount_on, EPERM, "mount");
	if (sandbox_level() >= 6) {
		refused(&plain, signal_parent, EPERM, "a signal to another process");
		is(&plain, signal_self, 0, "one to oneself");
	}
}

int
main(void)
{
	if (!ok(sandbox_level() >= 1, "the kernel has Landlock"))
		return done();
	diag("level %d", sandbox_level());
	plant();
	files();
	calls();
	clear();
	return done();
}
