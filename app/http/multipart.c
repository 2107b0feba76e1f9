/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart/form-data, cut into its parts.
 *
 *	--boundary CRLF headers CRLF CRLF data CRLF --boundary … CRLF --boundary--
 *
 * A form is simpler than mail: no folded header, no transfer encoding, no
 * multipart inside (RFC 7578 4.3, 4.7, 5.1), and every line ends with CRLF.  What
 * departs from that comes from no browser and is refused.
 */
#include "http/multipart.h"

#include "base/arena.h"
#include "base/text.h"

#include <gmime/gmime.h>

/* A name of a file: 255 of the letters that Windows and macOS count, which in Japanese are three bytes each. */
enum { PARTS_MAX = 100, BOUNDARY_MAX = 70, HEADERS_MAX = 4096, FILE_NAME_MAX = 3 * 255 };

struct part {
	const char *field;		/* NULL until Content-Disposition is read */
	const char *file;		/* NULL: a text */
	const char *type;		/* NULL: not said */
	bool foreign;			/* in another charset than UTF-8 */
	const char *data;
	size_t n;
};

/* What is left to read, and with what. */
struct reader {
	struct arena *arena;
	GMimeParserOptions *options;
	const char *at, *end;
	const char *delimiter;		/* CRLF "--" boundary */
	size_t delimiter_n;
	bool fault;			/* GMime saw something odd in a header */
};

static void
on_warning(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer reader)
{
	(void)offset;
	(void)item;
	/* Browsers write file names in UTF-8 as they are; that one is right. */
	if (code != GMIME_WARN_UNENCODED_8BIT_HEADER)
		((struct reader *)reader)->fault = true;
}

static bool
is_line(const char *s, size_t n)
{
	return text_is_utf8(s, n) && memchr(s, '\r', n) == NULL && memchr(s, '\n', n) == NULL;
}

/* The value of a header line of this name, or NULL. */
static const char *
value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	return line + strspn(line, " \t");
}

static bool
is_name(const char *s)
{
	return text_is_utf8(s, strlen(s)) && text_is_clean(s, false);
}

static enum err
read_disposition(struct reader *r, const char *value, struct part *part)
{
	GMimeContentDisposition *d;
	const char *field, *file;

	if (part->field != NULL)
		return ERR_INVALID;
	d = g_mime_content_disposition_parse(r->options, value);
	arena_defer(r->arena, g_object_unref, d);
	if (r->fault || strcasecmp(g_mime_content_disposition_get_disposition(d), "form-data") != 0)
		return ERR_INVALID;

	field = g_mime_content_disposition_get_parameter(d, "name");
	file = g_mime_content_disposition_get_parameter(d, "filename");
	if (field == NULL || field[0] == '\0' || !is_name(field))
		return ERR_INVALID;
	if (file != NULL && (strlen(file) > FILE_NAME_MAX || !is_line(file, strlen(file))))
		return ERR_INVALID;
	part->field = field;
	/* On a clerk's or citizen's computer a name may hold what no page may: it was not they who typed it. */
	part->file = file == NULL ? NULL : text_showable(r->arena, file);
	return ERR_OK;
}

static enum err
read_type(struct reader *r, const char *value, struct part *part)
{
	GMimeContentType *type;
	const char *charset;
	char *text;

	if (part->type != NULL)
		return ERR_INVALID;
	type = g_mime_content_type_parse(r->options, value);
	arena_defer(r->arena, g_object_unref, type);
	if (r->fault)
		return ERR_INVALID;
	if (g_mime_content_type_is_type(type, "multipart", "*"))
		return ERR_TOO_LARGE;
	charset = g_mime_content_type_get_parameter(type, "charset");
	part->foreign = charset != NULL && strcasecmp(charset, "utf-8") != 0;
	text = g_mime_content_type_get_mime_type(type);
	arena_defer(r->arena, g_free, text);
	part->type = text;
	return ERR_OK;
}

static enum err
read_header(struct reader *r, const char *line, struct part *part)
{
	const char *value;

	/* A blank in front would be the rest of a folded line. */
	if (line[0] == ' ' || line[0] == '\t' || strchr(line, ':') == NULL)
		return ERR_INVALID;
	if ((value = value_of(line, "Content-Disposition")) != NULL)
		return read_disposition(r, value, part);
	if ((value = value_of(line, "Content-Type")) != NULL)
		return read_type(r, value, part);
	if ((value = value_of(line, "Content-Transfer-Encoding")) != NULL &&
	    strcasecmp(value, "binary") != 0 && strcasecmp(value, "8bit") != 0 &&
	    strcasecmp(value, "7bit") != 0)
		return ERR_INVALID;
	return ERR_OK;
}

/* From behind the delimiter's line up to the next delimiter. */
static enum err
read_part(struct reader *r, struct part *part)
{
	const char *next, *blank, *line_end;
	size_t n = (size_t)(r->end - r->at);
	enum err e;

	blank = memmem(r->at, n < HEADERS_MAX ? n : HEADERS_MAX, "\r\n\r\n", 4);
	if (blank == NULL)
		return ERR_INVALID;
	for (; r->at <= blank; r->at = line_end + 2) {
		line_end = memmem(r->at, (size_t)(blank + 2 - r->at), "\r\n", 2);
		n = (size_t)(line_end - r->at);
		if (!is_line(r->at, n))
			return ERR_INVALID;
		e = read_header(r, arena_strndup(r->arena, r->at, n), part);
		if (e != ERR_OK)
			return e;
	}

	part->data = blank + 4;
	next = memmem(part->data, (size_t)(r->end - part->data), r->delimiter, r->delimiter_n);
	if (next == NULL || part->field == NULL)
		return ERR_INVALID;
	part->n = (size_t)(next - part->data);
	r->at = next + r->delimiter_n;
	return ERR_OK;
}

static enum err
keep_text(struct reader *r, const struct part *part, struct fields *fields)
{
	if (part->foreign || !text_is_utf8(part->data, part->n))
		return ERR_INVALID;
	return fields_add(fields, part->field, arena_strndup(r->arena, part->data, part->n));
}

static const struct multipart_file **
keep_file(struct reader *r, const struct part *part, const struct multipart_file **last)
{
	struct multipart_file *file;

	if (part->file[0] == '\0' && part->n == 0)
		return last;
	file = arena_alloc(r->arena, sizeof *file);
	file->field = part->field;
	file->name = part->file;
	file->type = part->type == NULL ? "application/octet-stream" : part->type;
	file->data = part->data;
	file->n = part->n;
	*last = file;
	return &file->next;
}

/* The boundary of "multipart/form-data; boundary=…", made into a delimiter. */
static enum err
read_boundary(struct reader *r, const char *content_type)
{
	GMimeContentType *type = g_mime_content_type_parse(r->options, content_type);
	const char *boundary;

	arena_defer(r->arena, g_object_unref, type);
	boundary = g_mime_content_type_get_parameter(type, "boundary");
	if (r->fault || boundary == NULL || boundary[0] == '\0' ||
	    strlen(boundary) > BOUNDARY_MAX || !is_name(boundary))
		return ERR_INVALID;
	r->delimiter = arena_printf(r->arena, "\r\n--%s", boundary);
	r->delimiter_n = strlen(r->delimiter);
	return ERR_OK;
}

/* What follows a delimiter: the next part, the end, or nonsense. */
enum next { NEXT_PART, NEXT_END, NEXT_NONSENSE };

static enum next
next_of(struct reader *r)
{
	size_t n = (size_t)(r->end - r->at);

	if (n >= 2 && memcmp(r->at, "\r\n", 2) == 0) {
		r->at += 2;
		return NEXT_PART;
	}
	/* Behind the end, a line break at most. */
	if ((n == 2 && memcmp(r->at, "--", 2) == 0) || (n == 4 && memcmp(r->at, "--\r\n", 4) == 0))
		return NEXT_END;
	return NEXT_NONSENSE;
}

static enum err
read_parts(struct reader *r, struct fields *fields, const struct multipart_file **files)
{
	const struct multipart_file *first = NULL, **last = &first;
	enum next next;
	enum err e;

	/* The first delimiter has no line before it. */
	if ((size_t)(r->end - r->at) < r->delimiter_n - 2 ||
	    memcmp(r->at, r->delimiter + 2, r->delimiter_n - 2) != 0)
		return ERR_INVALID;
	r->at += r->delimiter_n - 2;

	for (int parts = 0; (next = next_of(r)) == NEXT_PART; parts++) {
		struct part part = { 0 };

		if (parts == PARTS_MAX)
			return ERR_TOO_LARGE;
		e = read_part(r, &part);
		if (e == ERR_OK && part.file == NULL)
			e = keep_text(r, &part, fields);
		else if (e == ERR_OK)
			last = keep_file(r, &part, last);
		if (e != ERR_OK)
			return e;
	}
	if (next != NEXT_END)
		return ERR_INVALID;
	*files = first;
	return ERR_OK;
}

enum err
multipart_parse(struct arena *arena, const char *content_type, const char *body, size_t n,
    struct fields *fields, const struct multipart_file **files)
{
	struct reader r = { .arena = arena, .at = body, .end = body + n };
	enum err e;

	g_mime_init();
	r.options = g_mime_parser_options_new();
	g_mime_parser_options_set_warning_callback(r.options, on_warning, &r);
	g_mime_parser_options_set_parameter_compliance_mode(r.options, GMIME_RFC_COMPLIANCE_STRICT);
	g_mime_parser_options_set_rfc2047_compliance_mode(r.options, GMIME_RFC_COMPLIANCE_STRICT);

	e = read_boundary(&r, content_type);
	if (e == ERR_OK)
		e = read_parts(&r, fields, files);
	g_mime_parser_options_free(r.options);
	return e;
}
