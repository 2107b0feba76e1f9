/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock by its three system calls (Debian 12 has no library for it), seccomp by
 * libseccomp.  See landlock(7) and seccomp(2).
 */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* LeakSanitizer looks at a process from a thread that it makes a process for that, and
 * gcov writes its counts where the program was built. */
#ifdef __SANITIZE_ADDRESS__
#define WATCHED true
#else
#define WATCHED false
#endif
#ifdef CHROMO_COVERAGE
#define COUNTS "/"
#else
#define COUNTS NULL
#endif

/* --- Landlock --- */

/* Of kernels that are newer than Debian 12's headers. */
enum { LEVEL_REFER = 2, LEVEL_TRUNCATE = 3, LEVEL_SCOPE = 6 };
#define TRUNCATE (1ULL << 14)
#define SCOPE_SIGNAL (1ULL << 1)

struct rules { uint64_t files, net, scoped; };

#define OF_FILES (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE)
#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE (READ | LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define ALL (READ | WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* What libraries open by themselves.  Of /etc only this: keys and passwords lie there. */
static const char *const everybody[] = {
	/* code, its tables of characters, zones, fonts and certificates */
	"/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/magic", "/etc/fonts",
	"/var/cache/fontconfig", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/sys/devices/system/cpu",
	"/sys/devices/system/node",
	/* names of hosts; what resolv.conf is a link to is written anew with each network */
	"/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/resolv.conf", "/etc/services",
	"/etc/passwd", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
	"/dev/random", "/dev/urandom",
};
enum { EVERYBODY = sizeof everybody / sizeof *everybody };

int
sandbox_level(void)
{
	long level = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return level > 0 ? (int)level : 0;
}

void
sandbox_check(void)
{
	if (sandbox_level() == 0)
		log_warn("sandbox.open reason=\"no Landlock in this kernel\"");
	if (seccomp_api_get() == 0)
		log_warn("sandbox.open reason=\"no seccomp in this kernel\"");
}

static uint64_t
known(int level)
{
	return ALL | (level >= LEVEL_REFER ? LANDLOCK_ACCESS_FS_REFER : 0);
}

/* What is not there need not be granted. */
static bool
grant(int ruleset, int level, const char *path, uint64_t what)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = what };
	struct stat st;
	bool good;

	if (path == NULL)
		return true;
	if (level < LEVEL_TRUNCATE)
		rule.allowed_access &= ~TRUNCATE;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	good = fstat(rule.parent_fd, &st) == 0;
	if (good && !S_ISDIR(st.st_mode))
		rule.allowed_access &= OF_FILES;
	good = good && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(rule.parent_fd);
	return good;
}

static bool
grant_all(int ruleset, int level, const struct sandbox *s)
{
	bool good = grant(ruleset, level, "/dev/null", WRITE) && grant(ruleset, level, COUNTS, WRITE);
	size_t i;

	for (i = 0; good && i < EVERYBODY; i++)
		good = grant(ruleset, level, everybody[i], READ);
	/* A child that looks at itself there; at others the kernel does not let it. */
	if (good && (s->may & SANDBOX_FORK || WATCHED))
		good = grant(ruleset, level, "/proc", READ);
	for (i = 0; good && i < sizeof s->reads / sizeof *s->reads; i++)
		good = grant(ruleset, level, s->reads[i], READ);
	for (i = 0; good && i < sizeof s->writes / sizeof *s->writes; i++)
		good = grant(ruleset, level, s->writes[i], WRITE);
	return good;
}

static bool
paths_shut(const struct sandbox *s)
{
	int level = sandbox_level(), ruleset;
	struct rules rules = { .files = known(level), .scoped = SCOPE_SIGNAL };
	bool good;

	if (level == 0)
		return true;
	if (level < LEVEL_TRUNCATE)
		rules.files &= ~TRUNCATE;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules,
	    level < LEVEL_SCOPE ? offsetof(struct rules, net) : sizeof rules, 0);
	if (ruleset == -1)
		return false;
	good = grant_all(ruleset, level, s) && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return good;
}

/* --- seccomp --- */

/* Never made by a worker, nor by what it links. */
static const int never[] = {
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(userfaultfd),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(open_tree), SCMP_SYS(move_mount),
	SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(setns), SCMP_SYS(unshare),
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(syslog),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(personality), SCMP_SYS(name_to_handle_at),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(listen),
};
enum { NEVER = sizeof never / sizeof *never };

#define REFUSE SCMP_ACT_ERRNO(EPERM)

/* 0, or what is wrong as -errno. */
static int
calls_list(scmp_filter_ctx f, unsigned may)
{
	int e = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	size_t i;

	if (e == 0)
		e = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(execve), 0);
	if (e == 0)
		e = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(execveat), 0);
	for (i = 0; e == 0 && i < NEVER; i++)
		e = seccomp_rule_add(f, REFUSE, never[i], 0);
	if (e == 0 && !WATCHED)
		e = seccomp_rule_add(f, REFUSE, SCMP_SYS(ptrace), 0);
	/* Netlink is how the C library finds out which addresses this machine has; what comes
	 * after it are raw packets and the inside of the kernel. */
	if (e == 0)
		e = may & SANDBOX_NET ? seccomp_rule_add(f, REFUSE, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, AF_NETLINK)) :
		    seccomp_rule_add(f, REFUSE, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
	if (e != 0 || may & SANDBOX_FORK || WATCHED)
		return e;
	/* clone3 has its flags where no filter sees them; told that there is none, the C
	 * library takes clone. */
	e = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (e == 0)
		e = seccomp_rule_add(f, REFUSE, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	if (e == 0)
		e = seccomp_rule_add(f, REFUSE, SCMP_SYS(fork), 0);
	if (e == 0)
		e = seccomp_rule_add(f, REFUSE, SCMP_SYS(vfork), 0);
	return e;
}

static bool
calls_shut(unsigned may)
{
	scmp_filter_ctx f;
	int e;

	if (seccomp_api_get() == 0)
		return true;
	f = seccomp_init(SCMP_ACT_ALLOW);
	must(f != NULL);
	e = calls_list(f, may);
	if (e == 0)
		e = seccomp_load(f);
	seccomp_release(f);
	must(e != -ENOMEM);	/* without memory a process ends */
	/* The list is a good one, so it is the kernel that knows no lists; or Valgrind, which lets
	 * none through. */
	if (e == -EINVAL) {
		log_warn("sandbox.open reason=\"no list of calls in this kernel\"");
		return true;
	}
	errno = -e;
	return e == 0;
}

enum err
sandbox_enter(const struct sandbox *s)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && paths_shut(s) && calls_shut(s->may))
		return ERR_OK;
	log_error("sandbox.failed reason=\"%s\"", strerror(errno));
	return ERR_BUSY;
}
