/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: made on the stack, written with one write(2), so that lines of
 * several processes do not mix and logging works when memory is out.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 4096 };		/* PIPE_BUF on Linux: a pipe takes it whole */

/* The head: time, level, process.  The system's time even in tests that move
 * the clock: a log that lies helps nobody. */
static size_t
head(char *line, size_t room, const char *level)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, room, "time=%Y-%m-%dT%H:%M:%S", &tm);
	return n + (size_t)snprintf(line + n, room - n, ".%03ldZ level=%s pid=%ld event=",
	    now.tv_nsec / 1000000, level, (long)getpid());
}

/* C0, DEL, and C1 in UTF-8 (C2 80 … C2 9F), which terminals obey as well. */
static void
clean(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		unsigned char next = i + 1 < n ? (unsigned char)s[i + 1] : 0;

		if (c < 0x20 || c == 0x7f)
			s[i] = '?';
		else if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
			s[i] = s[i + 1] = '?';
	}
}

/* Cuts at the start of a character and says so. */
static size_t
cut(char *line)
{
	static const char mark[] = " cut=1";
	size_t n = LINE - 1 - strlen(mark);

	while (n > 0 && ((unsigned char)line[n] & 0xc0) == 0x80)
		n--;
	memcpy(line + n, mark, strlen(mark));
	return n + strlen(mark);
}

static void
write_line(const char *line, size_t n)
{
	ssize_t done;

	while (n > 0) {
		done = write(STDERR_FILENO, line, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;		/* nowhere left to say it */
		line += done;
		n -= (size_t)done;
	}
}

PRINTF(2, 0) static void
log_line(const char *level, const char *fmt, va_list ap)
{
	int kept = errno, n;
	char line[LINE];
	size_t len;

	len = head(line, sizeof(line), level);
	n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	if (n < 0)
		n = 0;
	len += (size_t)n;
	if (len > sizeof(line) - 1)
		len = cut(line);
	clean(line, len);
	line[len] = '\n';
	write_line(line, len + 1);
	errno = kept;
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("info", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("warn", fmt, ap);
	va_end(ap);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("error", fmt, ap);
	va_end(ap);
}

void
log_panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("panic", fmt, ap);
	va_end(ap);
	abort();
}
