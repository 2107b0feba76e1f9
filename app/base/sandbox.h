/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
/*
 * A worker shuts itself in, once it is set up: what it was not made for it cannot do any
 * more, whatever its memory was made to say (R51).
 *
 *	Landlock	no file is opened, made, renamed or removed but below the folders
 *			that are named here, and those that libraries read (fonts, zones,
 *			certificates, their own code): not the configuration, not keys and
 *			passwords.  No process outside is sent a signal (Linux 6.12).
 *	seccomp		a call that starts a program kills the process.  Calls that a
 *			worker never makes (ptrace, mount, bpf, listen …) answer EPERM; so do
 *			those that make a process or a socket, unless it is said here that
 *			they are needed.
 *
 * What is open already stays open: sockets, pipes, the log.  Children inherit all of it.
 * The supervisor does not shut itself in, because it reads keys and templates again on
 * SIGHUP.
 *
 * Where the kernel has no Landlock (it is from 5.13 on, and may be off), sandbox_check
 * says so and the rest holds alone.
 */
enum {
	SANDBOX_FORK = 1 << 0,		/* makes processes (threads always may be) */
	SANDBOX_NET = 1 << 1		/* talks over IPv4 and IPv6, not only to sockets of this machine */
};

struct sandbox {
	const char *reads[16];		/* files, and folders with all in them; NULLs are passed over */
	const char *writes[4];		/* folders in which files are read, written, made, renamed, removed */
	unsigned may;
};

/* For good, and for all children.  What is not there is not granted.  ERR_BUSY: the kernel
 * has it and refused; logged. */
enum err sandbox_enter(const struct sandbox *) MUST_USE;

/* How much of Landlock the kernel has: its number, 0 for none. */
int sandbox_level(void);
/* At the start of a program: a line in the log where there is none. */
void sandbox_check(void);
