/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For LD_PRELOAD: whoever comes to the n-th system call from now by which bytes come or go
 * is killed in front of it, by SIGKILL (preload.mjs).
 *
 * n is a number of eight bytes in the file that CHROMO_SWEEP names, which the test writes
 * and all processes share; 0: nobody is killed.  It counts down, so what is left afterwards
 * says whether so many came.  With CHROMO_SWEEP_PORT a process counts from its first
 * connection to that port of this machine on.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "sweep.h"

static _Atomic int64_t *left;
static in_port_t port;
static bool counts;

__attribute__((constructor)) static void
share(void)
{
	const char *number = getenv("CHROMO_SWEEP_PORT");

	port = number != NULL ? htons((in_port_t)strtol(number, NULL, 10)) : 0;
	counts = number == NULL;
	left = sweep_number();
}

static void
count(void)
{
	if (left == NULL || !counts || atomic_load(left) <= 0)
		return;
	if (atomic_fetch_sub(left, 1) == 1)
		kill(getpid(), SIGKILL);
}

int
connect(int fd, const struct sockaddr *to, socklen_t n)
{
	if (to->sa_family == AF_INET && port != 0 && ((const struct sockaddr_in *)to)->sin_port == port)
		counts = true;
	count();
	return (int)syscall(SYS_connect, fd, to, n);
}

ssize_t
read(int fd, void *to, size_t n)
{
	count();
	return syscall(SYS_read, fd, to, n);
}

ssize_t
write(int fd, const void *from, size_t n)
{
	count();
	return syscall(SYS_write, fd, from, n);
}

ssize_t
writev(int fd, const struct iovec *from, int n)
{
	count();
	return syscall(SYS_writev, fd, from, n);
}

ssize_t
send(int fd, const void *from, size_t n, int flags)
{
	count();
	return syscall(SYS_sendto, fd, from, n, flags, NULL, 0);
}

ssize_t
sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr *to, socklen_t size)
{
	count();
	return syscall(SYS_sendto, fd, from, n, flags, to, size);
}

ssize_t
sendmsg(int fd, const struct msghdr *from, int flags)
{
	count();
	return syscall(SYS_sendmsg, fd, from, flags);
}

ssize_t
recv(int fd, void *to, size_t n, int flags)
{
	count();
	return syscall(SYS_recvfrom, fd, to, n, flags, NULL, NULL);
}

ssize_t
recvfrom(int fd, void *to, size_t n, int flags, struct sockaddr *from, socklen_t *size)
{
	count();
	return syscall(SYS_recvfrom, fd, to, n, flags, from, size);
}

ssize_t
recvmsg(int fd, struct msghdr *to, int flags)
{
	count();
	return syscall(SYS_recvmsg, fd, to, flags);
}
