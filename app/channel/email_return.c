/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads bounces and complaints; see email_return.h.
 *
 * Three texts are taken out of a mail: the report that machines wrote (message/delivery-status
 * or message/feedback-report), what people may read (text parts, up to where the mail that went
 * out is quoted), and of a complaint the header of that mail.  The rest is words.
 */
#include "channel/email_return.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/arena.h"
#include "base/buf.h"

enum { TEXT_MOST = 64 * 1024 };

struct texts {
	struct arena *arena;
	struct buf report, human, quoted;
	bool is_dsn, is_complaint;
};

const char *
return_kind_name(enum return_kind kind)
{
	static const char *const names[] = {
		[RETURN_NONE] = "none", [RETURN_DELAYED] = "delayed", [RETURN_SOFT] = "soft", [RETURN_FULL] = "full",
		[RETURN_POLICY] = "policy", [RETURN_SUSPENDED] = "suspended", [RETURN_HARD] = "hard",
		[RETURN_COMPLAINT] = "complaint"
	};

	return names[kind];
}

/* --- taking apart --- */

/* In small letters, with one blank for every run of white space. */
static void
add_plain(struct buf *to, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && to->len < TEXT_MOST; i++) {
		char c = (char)tolower((unsigned char)s[i]);

		if (c == '\n' || c == '\r' || c == '\t' || c == '\0')
			c = ' ';
		if (c != ' ' || (to->len > 0 && to->data[to->len - 1] != ' '))
			buf_addch(to, c);
	}
	buf_addch(to, ' ');
}

/* As it stands, but with continued lines made one. */
static void
add_lines(struct buf *to, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && to->len < TEXT_MOST; i++)
		if (s[i] == '\n' && i + 1 < n && (s[i + 1] == ' ' || s[i + 1] == '\t'))
			buf_addch(to, ' ');
		else if (s[i] != '\r' && s[i] != '\0')
			buf_addch(to, s[i]);
	buf_addch(to, '\n');
}

/* How much of a text comes before the mail that it quotes. */
static size_t
before_quote(const char *s)
{
	static const char *const marks[] = {
		"\nReceived:", "\nReturn-Path:", "\nReturn-path:", "\n--- Below this line", "\n----- Original message",
		"\n------ This is a copy", "\nOriginal message headers", "\n--- Enclosed is a copy"
	};
	size_t n = strlen(s), i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++) {
		const char *at = strstr(s, marks[i]);

		if (at != NULL && (size_t)(at - s) < n)
			n = (size_t)(at - s);
	}
	return n;
}

static void
add_content(GMimeObject *part, struct buf *to)
{
	GMimeDataWrapper *content = GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part)) : NULL;
	GMimeStream *memory;
	GByteArray *bytes;

	if (content == NULL)
		return;
	memory = g_mime_stream_mem_new();
	if (g_mime_data_wrapper_write_to_stream(content, memory) >= 0) {
		bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
		add_lines(to, (const char *)bytes->data, bytes->len);
	}
	g_object_unref(memory);
}

static void
add_quoted(struct texts *t, GMimeMessage *message)
{
	char *headers = message != NULL ? g_mime_object_get_headers(GMIME_OBJECT(message), NULL) : NULL;

	if (headers != NULL)
		add_lines(&t->quoted, headers, strlen(headers));
	g_free(headers);
}

static void
look_at(GMimeObject *parent, GMimeObject *part, gpointer user)
{
	struct texts *t = user;
	GMimeContentType *type = g_mime_object_get_content_type(part);
	char *text;

	(void)parent;
	if (g_mime_content_type_is_type(type, "message", "delivery-status")) {
		t->is_dsn = true;
		add_content(part, &t->report);
	} else if (g_mime_content_type_is_type(type, "message", "feedback-report")) {
		t->is_complaint = true;
		add_content(part, &t->report);
	} else if (GMIME_IS_MESSAGE_PART(part)) {
		add_quoted(t, g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)));
	} else if (g_mime_content_type_is_type(type, "text", "rfc822-headers")) {
		add_content(part, &t->quoted);
	} else if (GMIME_IS_TEXT_PART(part)) {
		text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
		if (text != NULL)
			add_plain(&t->human, text, before_quote(text));
		g_free(text);
	}
}

/* --- words --- */

static bool
says(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return true;
	return false;
}

static const char *const full[] = {
	"mailbox full", "mailbox is full", "mailbox exceeds", "over quota", "overquota", "quota exceeded", "exceeded the local limit",
	"exceeded storage", "exceeded their", "disk quota", "not enough disk space", "no space left", "too many messages", NULL
};
static const char *const policy[] = {
	"spam", "blocked", "blacklist", "block list", "dmarc", "spf", "dkim", "policy", "authenticat", "reputation", "access denied",
	"sender was rejected", "client ip", "reverse dns", "banned", NULL
};
static const char *const shut[] = { "disabled", "suspend", "inactive", "deactivated", NULL };
static const char *const nobody[] = {
	"user unknown", "unknown user", "no such user", "unknown recipient", "recipient unknown", "does not exist", "no mailbox here",
	"not listed in", "recipient not found", "recipientnotfound", "recipnotfound", "no longer on server", "no such recipient",
	"invalid recipient", "unknown or illegal alias", NULL
};

/* What carriers answer when a filter of their customer refused the mail looks like an unknown
 * user, but comes only when they have seen the mail. */
static bool
was_filter(const char *human)
{
	static const char *const after[] = { "end of data", ">>> data", NULL };

	return says(human, after);
}

/* --- the report --- */

/* The first value of a header in the report; "": none. */
static const char *
field(struct arena *a, const struct buf *report, const char *name)
{
	const char *line = report->data, *end;
	size_t n = strlen(name);

	for (; line != NULL && *line != '\0'; line = end != NULL ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
			for (line += n + 1; *line == ' ' || *line == '\t';)
				line++;
			return arena_strndup(a, line, end != NULL ? (size_t)(end - line) : strlen(line));
		}
	}
	return "";
}

static int
count_recipients(const char *text)
{
	static const char name[] = "final-recipient:";
	int found = 0;

	for (; *text != '\0'; text++)
		found += strncasecmp(text, name, sizeof name - 1) == 0;
	return found;
}

/* "5.1.10" at the beginning of s; how long it is, 0: none. */
static size_t
status_length(const char *s)
{
	size_t n = 4;

	if ((s[0] != '2' && s[0] != '4' && s[0] != '5') || s[1] != '.' || !isdigit((unsigned char)s[2]) || s[3] != '.' ||
	    !isdigit((unsigned char)s[4]))
		return 0;
	while (n < 7 && isdigit((unsigned char)s[n]))
		n++;
	return isdigit((unsigned char)s[n]) || s[n] == '.' ? 0 : n;
}

/* The first one in a text that begins where a word does. */
static void
find_status(const char *text, char out[12])
{
	const char *s;
	size_t n;

	out[0] = '\0';
	for (s = text; *s != '\0'; s++)
		if ((s == text || strchr(" #('", s[-1]) != NULL) && (n = status_length(s)) > 0) {
			snprintf(out, 12, "%.*s", (int)n, s);
			return;
		}
}

/* --- judging --- */

static bool
is_status(const char *status, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(status, *list) == 0)
			return true;
	return false;
}

/* said: what the far side answered; all: whatever else the mail has to say. */
static enum return_kind
judge(const char *status, const char *said, const char *all, int recipients)
{
	static const char *const no_such[] = { "5.1.1", "5.1.2", "5.1.6", "5.1.10", NULL };
	static const char *const vague[] = { "", "5.0.0", "5.1.0", "5.5.0", NULL };

	if (says(all, full) || strcmp(status, "5.2.2") == 0 || strcmp(status, "4.2.2") == 0)
		return RETURN_FULL;
	if (status[0] == '4')
		return RETURN_SOFT;
	if (strncmp(status, "5.7.", 4) == 0 || (says(said, policy) && !says(said, nobody)))
		return RETURN_POLICY;
	/* Their address sends it on to several: somebody may have it. */
	if (recipients > 1 || (was_filter(all) && !is_status(status, no_such)))
		return RETURN_SOFT;
	if (strcmp(status, "5.2.1") == 0 || says(said, shut))
		return RETURN_SUSPENDED;
	if (is_status(status, no_such) && (says(said, nobody) || strstr(said, "smtp;") != NULL))
		return RETURN_HARD;
	return is_status(status, vague) && says(said, nobody) ? RETURN_HARD : RETURN_SOFT;
}

static void
read_report(struct texts *t, struct email_return *out)
{
	const char *action = field(t->arena, &t->report, "Action"), *status = field(t->arena, &t->report, "Status");
	const char *answer = field(t->arena, &t->report, "Diagnostic-Code");
	int recipients = count_recipients(t->report.data);
	struct buf said;

	if (strncasecmp(action, "failed", 6) != 0) {
		out->kind = strncasecmp(action, "delayed", 7) == 0 ? RETURN_DELAYED : RETURN_NONE;
		return;
	}
	buf_init(&said, t->arena);
	add_plain(&said, answer, strlen(answer));
	find_status(status, out->status);
	/* What is not from SMTP is a program's of theirs, and says nothing of the address. */
	if (strstr(said.data, "smtp;") == NULL)
		buf_reset(&said);
	out->kind = judge(out->status, said.data, t->human.data, recipients);
}

/* It says that it brings a report; without one it was cut off. */
static bool
is_report(GMimeMessage *message)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);

	return body != NULL && g_mime_content_type_is_type(g_mime_object_get_content_type(body), "multipart", "report");
}

/* Without a report it must look like one to whoever reads it. */
static bool
looks_returned(GMimeMessage *message, struct texts *t)
{
	static const char *const subjects[] = {
		"undeliver", "returned mail", "delivery failure", "delivery status", "failure notice", "mail system error",
		"delivery failed", "mail delivery", "メールエラー", NULL	/* lint: words */
	};
	const char *auto_submitted = g_mime_object_get_header(GMIME_OBJECT(message), "Auto-Submitted");
	const char *subject = g_mime_message_get_subject(message);
	struct buf plain;

	if (g_mime_object_get_header(GMIME_OBJECT(message), "X-Failed-Recipients") != NULL)
		return true;
	if (auto_submitted != NULL && strncasecmp(auto_submitted, "auto-replied", 12) == 0)
		return false;
	buf_init(&plain, t->arena);
	if (subject != NULL)
		add_plain(&plain, subject, strlen(subject));
	return plain.len > 0 && says(plain.data, subjects);
}

/* RFC 5965: the only kinds that are about wanting our mails. */
static bool
is_unwanted(struct texts *t)
{
	const char *type = field(t->arena, &t->report, "Feedback-Type");

	return strncasecmp(type, "abuse", 5) == 0 || strncasecmp(type, "opt-out", 7) == 0;
}

static const char *
header(struct arena *a, GMimeMessage *message, const char *const *names)
{
	for (; *names != NULL; names++) {
		const char *value = g_mime_object_get_header(GMIME_OBJECT(message), *names);

		if (value != NULL && strstr(value, "bounce+") != NULL)
			return arena_strdup(a, value);
	}
	return "";
}

static void
judge_mail(GMimeMessage *message, struct texts *t, struct email_return *out)
{
	static const char *const envelope[] = { "Delivered-To", "X-Original-To", "Envelope-To", "To", NULL };

	out->to = header(t->arena, message, envelope);
	if (t->is_complaint) {
		out->kind = is_unwanted(t) ? RETURN_COMPLAINT : RETURN_NONE;
		out->to = field(t->arena, &t->report, "Original-Mail-From");
		if (out->to[0] == '\0')
			out->to = field(t->arena, &t->quoted, "Return-Path");
	} else if (t->is_dsn)
		read_report(t, out);
	else if (!is_report(message) && looks_returned(message, t)) {
		find_status(t->human.data, out->status);
		out->kind = judge(out->status, t->human.data, t->human.data, count_recipients(t->human.data));
	}
}

enum err
email_return_read(struct arena *a, const char *bytes, size_t n, struct email_return *out)
{
	struct texts t = { .arena = a };
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;

	*out = (struct email_return){ .to = "" };
	buf_init(&t.report, a);
	buf_init(&t.human, a);
	buf_init(&t.quoted, a);
	g_mime_init();
	stream = g_mime_stream_mem_new_with_buffer(bytes, n);
	parser = g_mime_parser_new_with_stream(stream);
	/* A mailbox puts "From " in front. */
	g_mime_parser_set_format(parser, n > 5 && strncmp(bytes, "From ", 5) == 0 ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	if (message == NULL)
		return ERR_INVALID;
	if (g_mime_message_get_mime_part(message) != NULL)
		g_mime_message_foreach(message, look_at, &t);
	judge_mail(message, &t, out);
	g_object_unref(message);
	return ERR_OK;
}
