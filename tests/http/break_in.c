/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For LD_PRELOAD: whoever reads next does what somebody would who had got hold of the
 * process (sandbox.test.mjs, preload.mjs), and tells what came of it.
 *
 * The number of eight bytes in the file that CHROMO_SWEEP names says what: 1 opens the file
 * that CHROMO_BREAK_IN names, 2 starts a program, 3 makes a process, 4 listens.  Afterwards it
 * is the error with a minus in front, -1000 where there was none; 0 as long as nobody came
 * back from it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "../harness/sweep.h"

static _Atomic int64_t *what;
static const char *file;

__attribute__((constructor)) static void
share(void)
{
	file = getenv("CHROMO_BREAK_IN");
	what = sweep_number();
}

static int
attempt(int64_t act)
{
	char *none[] = { NULL };

	switch (act) {
	case 1:
		return openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
	case 2:
		return execve("/bin/true", none, none);
	case 3: {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		return pid > 0 ? (int)waitpid(pid, NULL, 0) : -1;
	}
	default:
		return listen(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 1);
	}
}

static void
break_in(void)
{
	int64_t act = what != NULL ? atomic_load(what) : 0;
	int before = errno;

	if (act <= 0 || !atomic_compare_exchange_strong(what, &act, 0))
		return;
	errno = 0;
	atomic_store(what, attempt(act) == -1 ? -(int64_t)errno : -1000);
	errno = before;
}

ssize_t
read(int fd, void *to, size_t n)
{
	break_in();
	return syscall(SYS_read, fd, to, n);
}

ssize_t
recv(int fd, void *to, size_t n, int flags)
{
	break_in();
	return syscall(SYS_recvfrom, fd, to, n, flags, NULL, NULL);
}
