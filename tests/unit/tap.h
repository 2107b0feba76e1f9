/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * TAP for the tests in C: one include, no library.
 *
 *	int
 *	main(void)
 *	{
 *		ok(answer() == 42, "the answer is %d", 42);
 *		is_str(name(), "chromo", "the name");
 *		return done();
 *	}
 *
 * Each check prints a line at once, so that a crash shows where it was; done()
 * prints the plan and returns the exit status.  A check gives back whether it
 * held.  A child that was forked must leave by _exit and make no checks.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TAP_UNUSED __attribute__((unused))
#define TAP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

static int tap_count, tap_failed;

/* A comment for the reader: why a check failed, what could not be tried. */
TAP_UNUSED TAP_PRINTF(1, 2) static void
diag(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

TAP_UNUSED TAP_PRINTF(4, 0) static bool
tap_result(bool held, const char *file, int line, const char *fmt, va_list ap)
{
	printf("%sok %d - ", held ? "" : "not ", ++tap_count);
	vprintf(fmt, ap);
	printf("\n");
	if (!held) {
		tap_failed++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return held;
}

TAP_UNUSED TAP_PRINTF(4, 5) static bool
tap_ok(bool held, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(held, file, line, fmt, ap);
	va_end(ap);
	return held;
}

TAP_UNUSED TAP_PRINTF(5, 6) static bool
tap_is_int(intmax_t got, intmax_t wanted, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(got == wanted, file, line, fmt, ap);
	va_end(ap);
	if (got != wanted)
		diag("got %jd, wanted %jd", got, wanted);
	return got == wanted;
}

/* A text inside a comment: no line break may end the comment early. */
TAP_UNUSED static void
tap_show(const char *label, const char *text)
{
	printf("# %s: ", label);
	for (; text != NULL && *text != '\0'; text++)
		if (*text == '\n')
			printf("\\n");
		else
			putchar(*text);
	printf(text == NULL ? "NULL\n" : "\n");
	fflush(stdout);
}

/* NULL equals only NULL. */
TAP_UNUSED TAP_PRINTF(5, 6) static bool
tap_is_str(const char *got, const char *wanted, const char *file, int line, const char *fmt, ...)
{
	bool held = got == NULL || wanted == NULL ? got == wanted : strcmp(got, wanted) == 0;
	va_list ap;

	va_start(ap, fmt);
	tap_result(held, file, line, fmt, ap);
	va_end(ap);
	if (!held) {
		tap_show("   got", got);
		tap_show("wanted", wanted);
	}
	return held;
}

TAP_UNUSED static void
tap_show_hex(const char *label, const void *data, size_t n)
{
	const unsigned char *p = data;

	printf("# %s:", label);
	for (size_t i = 0; i < n; i++)
		printf(" %02x", p[i]);
	printf("\n");
	fflush(stdout);
}

TAP_UNUSED TAP_PRINTF(6, 7) static bool
tap_is_mem(const void *got, const void *wanted, size_t n, const char *file, int line,
    const char *fmt, ...)
{
	bool held = n == 0 || memcmp(got, wanted, n) == 0;
	va_list ap;

	va_start(ap, fmt);
	tap_result(held, file, line, fmt, ap);
	va_end(ap);
	if (!held) {
		tap_show_hex("   got", got, n);
		tap_show_hex("wanted", wanted, n);
	}
	return held;
}

#define ok(cond, ...) tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, wanted, ...) \
	tap_is_int((intmax_t)(got), (intmax_t)(wanted), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, wanted, ...) tap_is_str((got), (wanted), __FILE__, __LINE__, __VA_ARGS__)
#define is_mem(got, wanted, n, ...) \
	tap_is_mem((got), (wanted), (n), __FILE__, __LINE__, __VA_ARGS__)

/* Prints the plan; what main returns.  No checks at all is a failure too. */
TAP_UNUSED static int
done(void)
{
	printf("1..%d\n", tap_count);
	if (tap_failed > 0)
		diag("%d of %d failed", tap_failed, tap_count);
	return tap_count == 0 || tap_failed > 0;
}
