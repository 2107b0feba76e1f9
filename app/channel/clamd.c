/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clamd's INSTREAM; see clamd.h.
 *
 *	zINSTREAM NUL, then pieces: length in 4 bytes, big endian, and bytes; length 0 ends
 *	stream: OK NUL  |  stream: NAME FOUND NUL  |  … ERROR NUL
 *
 * Over its own limit clamd answers in the middle and closes; then writing fails and the
 * answer is read all the same.
 */
#include "channel/clamd.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

/* Shorter than a transaction may be idle (db/db.c), for the row of the file is locked meanwhile. */
enum { PIECE = 64 << 10, ANSWER = 512, TIMEOUT_S = 20 };

static int
connected(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = TIMEOUT_S };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path) || (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
put(int fd, const void *data, size_t n)
{
	const char *at = data;
	ssize_t sent;

	for (; n > 0; at += sent, n -= (size_t)sent)
		if ((sent = send(fd, at, n, MSG_NOSIGNAL)) <= 0)
			return false;
	return true;
}

static bool
put_piece(int fd, const void *data, uint32_t n)
{
	uint8_t length[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	return put(fd, length, 4) && put(fd, data, n);
}

static void
put_stream(int fd, const char *data, size_t n)
{
	bool good = put(fd, "zINSTREAM", sizeof("zINSTREAM"));

	for (size_t at = 0; good && at < n; at += PIECE)
		good = put_piece(fd, data + at, (uint32_t)(n - at < PIECE ? n - at : PIECE));
	if (good && !put_piece(fd, "", 0))
		log_info("clamd.closed bytes=%zu", n);
}

static void
hear(int fd, char answer[ANSWER])
{
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < ANSWER - 1 && memchr(answer, '\0', n) == NULL) {
		got = recv(fd, answer + n, ANSWER - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
	}
	answer[n] = '\0';
}

enum err
clamd_scan(struct arena *a, const char *path, const void *data, size_t n, const char **found)
{
	static const char FOUND[] = " FOUND";
	char answer[ANSWER];
	size_t len;
	int fd = connected(path);

	if (fd < 0)
		return ERR_BUSY;
	put_stream(fd, data, n);
	hear(fd, answer);
	close(fd);
	if (strcmp(answer, "stream: OK") == 0)
		return ERR_OK;
	len = strlen(answer);
	if (strncmp(answer, "stream: ", 8) == 0 && len > 8 + sizeof(FOUND) - 1 &&
	    strcmp(answer + len - (sizeof(FOUND) - 1), FOUND) == 0) {
		*found = arena_strndup(a, answer + 8, len - 8 - (sizeof(FOUND) - 1));
		return ERR_INVALID;
	}
	log_warn("clamd.unclear answer=\"%s\"", answer);
	return ERR_BUSY;
}
