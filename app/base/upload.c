/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of strangers; see upload.h.
 *
 *	parent				child
 *	fork			──►	libraries are opened, then the doors are shut
 *	reads the pipe		◄──	verdict, kind, bytes
 *	kills it, if it is late
 */
#include "base/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <magic.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vips/vips.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/upload_pdf.h"

enum { CPU_S = 15, WALL_MS = 30 * 1000, MEMORY = 1 << 30, OUT_MOST = 32 << 20, PIPE = 3 };

static const char *const kinds[] = { "image/jpeg", "image/png", "image/webp", "application/pdf" };
enum { JPEG, PNG, WEBP, PDF, NONE };

/* What is asked for: pictures of at most so many pixels a side; shown: as upload_picture has it. */
struct wish { int side; bool shown; };
/* What goes in front of the bytes. */
struct verdict { enum err outcome; int kind; };

/* --- the child --- */

/* What threads, memory and a pipe need; all else is refused with EPERM, so that a library
 * that only wants to look somewhere goes on without. */
static const int calls[] = {
	SYS_read, SYS_write, SYS_writev, SYS_close, SYS_lseek, SYS_fstat, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap,
	SYS_madvise, SYS_brk, SYS_futex, SYS_clone, SYS_clone3, SYS_set_robust_list, SYS_rseq, SYS_exit, SYS_exit_group,
	SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_rt_sigreturn, SYS_sigaltstack, SYS_gettid, SYS_getpid, SYS_tgkill,
	SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_sched_yield, SYS_sched_getaffinity, SYS_getrandom,
	SYS_restart_syscall, SYS_getrusage, SYS_sysinfo, SYS_ppoll,
};
enum { CALLS = sizeof(calls) / sizeof(*calls) };

static bool
doors_shut(void)
{
	struct sock_filter filter[CALLS + 5];
	size_t n = 0;

	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	/* The second table of calls of amd64 (x32) begins high up: not in the list either. */
	for (size_t i = 0; i < CALLS; i++)
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i],
		    (uint8_t)(CALLS - i), 0);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){ (unsigned short)n, filter }, 0, 0) == 0;
}

/* Above what is mapped already: a build with a sanitizer has terabytes of shadow. */
static void
limits_set(void)
{
	struct rlimit files = { 64, 64 }, cpu = { CPU_S, CPU_S }, core = { 0, 0 }, size = { 0, 0 }, memory;
	char line[100] = "";
	FILE *f = fopen("/proc/self/statm", "r");

	if (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		memory.rlim_cur = memory.rlim_max = (rlim_t)strtoull(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY;
		setrlimit(RLIMIT_AS, &memory);
	}
	if (f != NULL)
		fclose(f);
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	setrlimit(RLIMIT_FSIZE, &size);
}

static void
say(struct verdict v, const void *data, size_t n)
{
	const char *at = data;
	ssize_t put;

	if (write(PIPE, &v, sizeof(v)) != sizeof(v))
		_exit(1);
	for (; n > 0; at += put, n -= (size_t)put)
		if ((put = write(PIPE, at, n)) <= 0)
			_exit(1);
	_exit(0);
}

static int
kind_of(magic_t magic, const void *data, size_t n)
{
	const char *said = magic_buffer(magic, data, n);
	int kind = 0;

	while (kind < NONE && (said == NULL || strcmp(said, kinds[kind]) != 0))
		kind++;
	return kind;
}

static VipsImage *
picture_load(int kind, const void *data, size_t n)
{
	void *bytes = (void *)(uintptr_t)data;
	VipsImage *in = NULL;
	int failed;

	if (kind == JPEG)
		failed = vips_jpegload_buffer(bytes, n, &in, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
	else if (kind == PNG)
		failed = vips_pngload_buffer(bytes, n, &in, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
	else
		failed = vips_webpload_buffer(bytes, n, &in, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
	return failed ? NULL : in;
}

static int
picture_save(int kind, VipsImage *image, void **out, size_t *n)
{
	if (kind == JPEG)
		return vips_jpegsave_buffer(image, out, n, "Q", 85, "strip", TRUE, NULL);
	if (kind == PNG)
		return vips_pngsave_buffer(image, out, n, "strip", TRUE, NULL);
	return vips_webpsave_buffer(image, out, n, "Q", 85, "strip", TRUE, NULL);
}

/* As a JPEG, which has nothing to see through: white is behind it. */
static int
picture_flatten(VipsImage *image, void **out, size_t *n)
{
	VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
	VipsImage *flat = image;
	int failed = vips_image_hasalpha(image) ? vips_flatten(image, &flat, "background", white, NULL) : 0;

	return failed != 0 ? failed : picture_save(JPEG, flat, out, n);
}

static int
picture_show(int *kind, VipsImage *image, void **out, size_t *n)
{
	if (*kind == PNG) {
		if (picture_save(PNG, image, out, n) != 0)
			return -1;
		if (*n <= UPLOAD_PNG)
			return 0;
	}
	*kind = JPEG;
	return picture_flatten(image, out, n);
}

/* The way up that the camera noted is turned into pixels before the note goes. */
static void
picture_clean(int kind, struct wish wish, const void *data, size_t n)
{
	VipsImage *in = picture_load(kind, data, n), *turned, *fit;
	void *out;

	if (in == NULL)
		say((struct verdict){ ERR_INVALID, kind }, NULL, 0);
	if ((int64_t)in->Xsize * in->Ysize > UPLOAD_PIXELS)
		say((struct verdict){ ERR_TOO_LARGE, kind }, NULL, 0);
	if (vips_autorot(in, &turned, NULL) != 0 ||
	    vips_thumbnail_image(turned, &fit, wish.side, "height", wish.side, "size", VIPS_SIZE_DOWN, NULL) != 0 ||
	    (wish.shown ? picture_show(&kind, fit, &out, &n) : picture_save(kind, fit, &out, &n)) != 0)
		say((struct verdict){ ERR_INVALID, kind }, NULL, 0);
	say((struct verdict){ ERR_OK, kind }, out, n);
}

/* A document is passed on; one that nobody can look into, or that acts by itself, is not. */
static void
document_clean(const void *data, size_t n)
{
	bool good = upload_pdf_harmless(data, n);

	say((struct verdict){ good ? ERR_OK : ERR_INVALID, PDF }, data, good ? n : 0);
}

static void
child(int to, struct wish wish, const void *data, size_t n)
{
	int nowhere = open("/dev/null", O_RDWR), kind;
	magic_t magic;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* Complaints of libraries go nowhere. */
	for (int fd = 0; fd < PIPE; fd++)
		if (dup2(nowhere, fd) != fd)
			_exit(1);
	if (dup2(to, PIPE) != PIPE || close_range(PIPE + 1, ~0U, 0) != 0)
		_exit(1);
	if ((magic = magic_open(MAGIC_MIME_TYPE)) == NULL || magic_load(magic, NULL) != 0 || VIPS_INIT("upload") != 0)
		_exit(1);
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_block_untrusted_set(TRUE);
	limits_set();
	if (!doors_shut())
		_exit(1);
	kind = kind_of(magic, data, n);
	if (kind == NONE || (kind == PDF && wish.shown))
		say((struct verdict){ ERR_INVALID, kind }, NULL, 0);
	else if (kind == PDF)
		document_clean(data, n);
	else
		picture_clean(kind, wish, data, n);
}

/* --- the parent --- */

/* Reads to the end of the pipe, in time; false: late, or too much. */
static bool
hear(int from, struct buf *out)
{
	int64_t end = clock_monotonic_ms() + WALL_MS, left;
	struct pollfd p = { .fd = from, .events = POLLIN };
	ssize_t got;

	while ((left = end - clock_monotonic_ms()) > 0 && out->len <= OUT_MOST) {
		p.revents = 0;	/* which an interrupted poll leaves as it was */
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return false;
		if (!(p.revents & (POLLIN | POLLHUP)))
			continue;
		buf_reserve(out, 64 << 10);
		got = read(from, out->data + out->len, 64 << 10);
		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		out->len += got > 0 ? (size_t)got : 0;
	}
	return false;
}

static enum err
verdict_of(const char **kind, struct buf *out)
{
	struct verdict v;

	if (out->len < sizeof(v))
		return ERR_INVALID;
	memcpy(&v, out->data, sizeof(v));
	if (v.outcome != ERR_OK)
		return v.outcome == ERR_TOO_LARGE ? ERR_TOO_LARGE : ERR_INVALID;
	if (v.kind < 0 || v.kind >= NONE || out->len == sizeof(v))
		return ERR_INVALID;
	out->len -= sizeof(v);
	memmove(out->data, out->data + sizeof(v), out->len);
	*kind = kinds[v.kind];
	return ERR_OK;
}

static enum err
clean(struct wish wish, const void *data, size_t n, const char **kind, struct buf *out)
{
	int ends[2], status = 0;
	pid_t pid;
	bool heard;

	if (n > UPLOAD_BYTES)
		return ERR_TOO_LARGE;
	if (pipe(ends) != 0)
		return ERR_BUSY;
	pid = fork();
	if (pid == 0) {
		child(ends[1], wish, data, n);
		_exit(1);
	}
	close(ends[1]);
	buf_reset(out);
	heard = pid > 0 && hear(ends[0], out);
	close(ends[0]);
	if (pid < 0)
		return ERR_BUSY;
	if (!heard)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!heard || status != 0) {
		log_info("upload.refused status=%d late=%d", status, !heard);
		return ERR_INVALID;
	}
	return verdict_of(kind, out);
}

enum err
upload_clean(const void *data, size_t n, const char **kind, struct buf *out)
{
	return clean((struct wish){ UPLOAD_SIDE, false }, data, n, kind, out);
}

enum err
upload_picture(int side, const void *data, size_t n, const char **kind, struct buf *out)
{
	return clean((struct wish){ side, true }, data, n, kind, out);
}
