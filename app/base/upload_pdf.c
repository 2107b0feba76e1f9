/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of strangers; see upload_pdf.h.  ISO 32000-1: names 7.3.5, streams 7.3.8, object
 * streams 7.5.7.  Called in a process that may do nothing else (upload.c).
 */
#include "base/upload_pdf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	NAME = 20,
	UNPACKED = 4 << 20	/* of a stream; objects are less, and what of a picture is more is no matter */
};

/* --- names --- */

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
in_name(uint8_t c)
{
	return c > ' ' && c < 0x7f && strchr("/()<>[]{}%", c) == NULL;
}

/* The name behind the slash, without #xx; a longer one is cut, and none that is looked for. */
static void
name_read(const uint8_t *at, const uint8_t *end, char name[NAME])
{
	size_t n = 0;

	while (n < NAME - 1 && at < end && in_name(*at)) {
		if (*at == '#' && end - at > 2 && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
			name[n++] = (char)(hex(at[1]) << 4 | hex(at[2]));
			at += 3;
		} else
			name[n++] = (char)*at++;
	}
	name[n] = '\0';
}

/* Whether one of these is a name in it. */
static bool
names(const uint8_t *data, size_t n, const char *const *looked_for)
{
	const uint8_t *end = data + n, *at = data;
	char name[NAME];

	while ((at = memchr(at, '/', (size_t)(end - at))) != NULL) {
		name_read(++at, end, name);
		for (size_t i = 0; looked_for[i] != NULL; i++)
			if (strcmp(name, looked_for[i]) == 0)
				return true;
	}
	return false;
}

static bool
acts(const uint8_t *data, size_t n)
{
	static const char *const bad[] = { "Encrypt", "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", NULL };

	return names(data, n, bad);
}

/* --- streams --- */

/* As much of it as there is room for; false: it is not Flate. */
static bool
unpack(const uint8_t *data, size_t n, uint8_t *out, size_t *got)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data, .avail_in = (uInt)n, .next_out = out, .avail_out = UNPACKED };
	int said;

	if (inflateInit(&z) != Z_OK)
		return false;
	said = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	*got = UNPACKED - z.avail_out;
	/* What is cut or damaged behind its beginning a reader shows as far as it goes. */
	return said == Z_STREAM_END || *got > 0;
}

/* What stands between the last "obj" and here. */
static size_t
dictionary(const uint8_t *data, const uint8_t *at)
{
	size_t n = 0;

	while (at - n > data && !(n > 3 && memcmp(at - n, "obj", 3) == 0))
		n++;
	return n;
}

/* Objects that are packed in another way, or so many of them, are not looked into. */
static bool
stream_harmless(const uint8_t *data, const uint8_t *word, const uint8_t *end, uint8_t *room)
{
	static const char *const packed[] = { "ObjStm", "First", NULL };
	static const char *const other[] = { "ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode", "Crypt", "AHx", "A85",
		"LZW", "RL", "Predictor", NULL };
	size_t head = dictionary(data, word), n;
	const uint8_t *at = word + strlen("stream");
	bool objects = names(word - head, head, packed);

	at += at < end && *at == '\r';
	at += at < end && *at == '\n';
	if (objects && names(word - head, head, other))
		return false;
	if (!unpack(at, (size_t)(end - at), room, &n))
		return !objects;
	return !acts(room, n) && !(objects && n == UNPACKED);
}

bool
upload_pdf_harmless(const void *document, size_t n)
{
	const uint8_t *data = document, *end = data + n, *at = data;
	uint8_t *room;
	bool good = n > 8 && memcmp(data, "%PDF-", 5) == 0 && !acts(data, n);

	if (!good || (room = malloc(UNPACKED)) == NULL)
		return false;
	while (good && (at = memmem(at, (size_t)(end - at), "stream", 6)) != NULL) {
		if (at - data < 3 || memcmp(at - 3, "end", 3) != 0)
			good = stream_harmless(data, at, end, room);
		at += 6;
	}
	free(room);
	return good;
}
