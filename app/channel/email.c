/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes one e-mail: header in the order of integrations.md 11.2, then the
 * bodies in base64.
 *
 * Nothing here trusts its strings.  Whatever ends up in a header passes one of
 * three gates: email_address, is_token (no white space at all), or add_words,
 * which encodes all but plain ASCII and refuses line breaks.  So nobody's name
 * and no subject can start a header of its own.
 *
 * Base64 for every body: Japanese text is three bytes a character and would
 * triple in quoted-printable.  It also leaves no line that starts with a dot,
 * and none that a relay could want to wrap.
 */
#include "channel/email.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/secret.h"

enum {
	LINE = 76,		/* characters, CRLF not counted (RFC 2045 6.8, RFC 2047 2) */
	BODY_LINE = LINE / 4 * 3,
	WORD_FRAME = 12,	/* =?UTF-8?B? and ?= */
	WORD = 75,		/* an encoded word at most (RFC 2047 2) */
	LOCAL_MAX = 64,		/* RFC 5321 4.5.3.1.1 */
	ADDRESS_MAX = 254,	/* a path of 256 with its <> (RFC 5321 4.5.3.1.3) */
	TOKEN_MAX = 900		/* a line may have 998 (RFC 5322 2.1.1) */
};

/* RFC 5322 3.2.3. */
static bool
is_atext(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_domain(const char *s)
{
	size_t label = 0;

	for (; *s != '\0'; s++) {
		bool dot = *s == '.';

		if (!dot && *s != '-' && !(*s >= '0' && *s <= '9') &&
		    !(*s >= 'A' && *s <= 'Z') && !(*s >= 'a' && *s <= 'z'))
			return false;
		if (dot && label == 0)
			return false;
		if (*s == '-' && (label == 0 || s[1] == '.' || s[1] == '\0'))
			return false;
		label = dot ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0;
}

/* A quoted-string that came in as one (RFC 5321 4.1.2): "a b", "a\"b". */
static bool
is_quoted(const char *s, size_t n)
{
	if (n < 3 || s[0] != '"' || s[n - 1] != '"')
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		if (s[i] < ' ' || s[i] > '~' || s[i] == '"')
			return false;
		if (s[i] == '\\' && (++i == n - 1 || s[i] < ' ' || s[i] > '~'))
			return false;
	}
	return true;
}

enum err
email_address(const char *address, struct buf *out)
{
	const char *at = address == NULL ? NULL : strrchr(address, '@');
	bool dots = true, quote = false;
	size_t n;

	if (at == NULL || at == address || strlen(address) > ADDRESS_MAX || !is_domain(at + 1))
		return ERR_INVALID;
	n = (size_t)(at - address);
	if (n > LOCAL_MAX)
		return ERR_INVALID;

	if (!is_quoted(address, n)) {
		/* dots: the character before was a dot, or there was none. */
		for (size_t i = 0; i < n; i++) {
			if (address[i] != '.' && !is_atext((unsigned char)address[i]))
				return ERR_INVALID;
			quote |= dots && address[i] == '.';
			dots = address[i] == '.';
		}
		quote |= dots;
	}

	if (quote)
		buf_addch(out, '"');
	buf_add(out, address, n);
	if (quote)
		buf_addch(out, '"');
	buf_adds(out, at);
	return ERR_OK;
}

/* Visible ASCII without what would end it in a header. */
static bool
is_token(const char *s)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if (s[n] <= ' ' || s[n] > '~' || s[n] == '<' || s[n] == '>' || n > TOKEN_MAX)
			return false;
	return n > 0;
}

/* One line of printable ASCII that nobody would take for an encoded word. */
static bool
is_plain(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || (p[0] == '=' && p[1] == '?'))
			return false;
	return s[0] != ' ' && s[0] != '\0' && s[strlen(s) - 1] != ' ';
}

static bool
starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* How many of the n bytes go into a word that has room for so many, a multiple
 * of three: whole characters, and if there is a way without padding, which some
 * readers take for the end of all words that follow. */
static size_t
word_length(const char *s, size_t n, size_t room)
{
	size_t cut;

	if (n <= room)
		return n;
	for (cut = room; cut > room / 2; cut -= 3)
		if (starts_character(s[cut]))
			return cut;
	for (cut = room; cut > 0; cut--)
		if (starts_character(s[cut]))
			return cut;
	return room;	/* only what is not UTF-8 */
}

/* Adds text as encoded words, folded; column: characters in the line so far. */
static size_t
add_words(struct buf *out, const char *s, size_t column)
{
	size_t n = strlen(s), room, take;

	for (;;) {
		room = LINE - column < WORD ? LINE - column : WORD;
		take = word_length(s, n, (room - WORD_FRAME) / 4 * 3);
		buf_adds(out, "=?UTF-8?B?");
		buf_add_base64(out, s, take);
		buf_adds(out, "?=");
		column += WORD_FRAME + (take + 2) / 3 * 4;
		s += take;
		n -= take;
		if (n == 0)
			return column;
		/* White space between two encoded words is not shown. */
		buf_adds(out, "\r\n ");
		column = 1;
	}
}

static bool
breaks_line(const char *s)
{
	return strpbrk(s, "\r\n") != NULL;
}

static enum err
add_subject(struct buf *out, const char *subject)
{
	const size_t column = sizeof("Subject: ") - 1;

	if (subject == NULL || breaks_line(subject))
		return ERR_INVALID;

	buf_adds(out, "Subject: ");
	if (subject[0] == '\0' || (is_plain(subject) && column + strlen(subject) <= LINE))
		buf_adds(out, subject);
	else
		add_words(out, subject, column);
	buf_adds(out, "\r\n");
	return ERR_OK;
}

static enum err
add_from(struct buf *out, const char *name, const char *address)
{
	size_t column = sizeof("From: ") - 1;
	enum err e;

	buf_adds(out, "From: ");
	if (name != NULL && name[0] != '\0') {
		if (breaks_line(name))
			return ERR_INVALID;
		/* A quoted-string is what a display name needs for commas and dots. */
		if (is_plain(name) && strlen(name) < 50 && strpbrk(name, "\"\\") == NULL) {
			buf_addf(out, "\"%s\"", name);
			column += strlen(name) + 2;
		} else {
			column = add_words(out, name, column);
		}
		buf_adds(out, column + strlen(address) + 5 > LINE ? "\r\n <" : " <");
		e = email_address(address, out);
		buf_adds(out, ">\r\n");
	} else {
		e = email_address(address, out);
		buf_adds(out, "\r\n");
	}
	return e;
}

static enum err
add_address(struct buf *out, const char *name, const char *address)
{
	enum err e;

	buf_adds(out, name);
	/* Folded when it would be long: an address may have 254 characters. */
	buf_adds(out, strlen(name) + strlen(address) + 4 > LINE ? ":\r\n " : ": ");
	e = email_address(address, out);
	buf_adds(out, "\r\n");
	return e;
}

static void
add_bracketed(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_adds(out, strlen(name) + strlen(value) + 4 > LINE ? ":\r\n <" : ": <");
	buf_adds(out, value);
	buf_adds(out, ">\r\n");
}

/* The lines from here to the end go out ten thousand times a second, so the
 * body is encoded line by line straight into its place. */
static void
add_base64_line(struct buf *out, const uint8_t *in, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *p;
	size_t i;

	buf_reserve(out, LINE + 2);
	p = out->data + out->len;
	for (i = 0; i + 2 < n; i += 3) {
		uint32_t three = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

		*p++ = digits[three >> 18];
		*p++ = digits[three >> 12 & 63];
		*p++ = digits[three >> 6 & 63];
		*p++ = digits[three & 63];
	}
	if (i < n) {
		uint32_t rest = (uint32_t)in[i] << 16 |
		    (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0);

		*p++ = digits[rest >> 18];
		*p++ = digits[rest >> 12 & 63];
		*p++ = i + 1 < n ? digits[rest >> 6 & 63] : '=';
		*p++ = '=';
	}
	*p++ = '\r';
	*p++ = '\n';
	*p = '\0';
	out->len = (size_t)(p - out->data);
}

/* The canonical form of a text has CRLF before it is encoded (RFC 2045 6.8). */
static void
add_body(struct buf *out, const char *text)
{
	uint8_t line[BODY_LINE + 1];
	size_t have = 0, n;

	while (*text != '\0') {
		n = strcspn(text, "\r\n");
		while (n > 0) {
			size_t take = n < BODY_LINE - have ? n : BODY_LINE - have;

			memcpy(line + have, text, take);
			have += take;
			text += take;
			n -= take;
			if (have == BODY_LINE) {
				add_base64_line(out, line, have);
				have = 0;
			}
		}
		if (*text == '\0')
			break;
		text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
		line[have++] = '\r';
		if (have == BODY_LINE) {
			add_base64_line(out, line, have);
			have = 0;
		}
		line[have++] = '\n';
		if (have == BODY_LINE) {
			add_base64_line(out, line, have);
			have = 0;
		}
	}
	if (have > 0)
		add_base64_line(out, line, have);
}

static void
add_part(struct buf *out, const char *type, const char *text)
{
	buf_adds(out, "Content-Type: ");
	buf_adds(out, type);
	buf_adds(out, "; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	add_body(out, text);
}

/* Neither _ nor = at such a place occurs in base64, so no body can hold the
 * boundary; it is random so that a message quoted in another stays apart. */
static void
add_alternatives(struct buf *out, const char *text, const char *html)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[12];
	char boundary[2 + 2 * sizeof(random) + 1] = "=_";

	secret_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++) {
		boundary[2 + 2 * i] = digits[random[i] >> 4];
		boundary[3 + 2 * i] = digits[random[i] & 15];
	}

	buf_adds(out, "Content-Type: multipart/alternative;\r\n boundary=\"");
	buf_adds(out, boundary);
	buf_adds(out, "\"\r\n\r\n--");
	buf_adds(out, boundary);
	buf_adds(out, "\r\n");
	add_part(out, "text/plain", text);
	buf_adds(out, "\r\n--");
	buf_adds(out, boundary);
	buf_adds(out, "\r\n");
	add_part(out, "text/html", html);
	buf_adds(out, "\r\n--");
	buf_adds(out, boundary);
	buf_adds(out, "--\r\n");
}

/* NULL is right where the header is not asked for. */
static bool
optional_token(const char *s)
{
	return s == NULL || is_token(s);
}

static enum err
add_header(const struct email *m, struct buf *out)
{
	enum err e;

	if (m->from == NULL || m->to == NULL || m->date == NULL || m->message_id == NULL ||
	    !is_plain(m->date) || strlen(m->date) > 64 || !is_token(m->message_id) ||
	    !optional_token(m->list_id) || !optional_token(m->unsubscribe_url) ||
	    !optional_token(m->language))
		return ERR_INVALID;

	if ((e = add_from(out, m->from_name, m->from)) != ERR_OK ||
	    (e = add_address(out, "To", m->to)) != ERR_OK)
		return e;
	if (m->reply_to != NULL && (e = add_address(out, "Reply-To", m->reply_to)) != ERR_OK)
		return e;
	buf_adds(out, "Date: ");
	buf_adds(out, m->date);
	buf_adds(out, "\r\n");
	add_bracketed(out, "Message-ID", m->message_id);
	if ((e = add_subject(out, m->subject)) != ERR_OK)
		return e;
	if (m->list_id != NULL)
		add_bracketed(out, "List-Id", m->list_id);
	if (m->unsubscribe_url != NULL) {
		add_bracketed(out, "List-Unsubscribe", m->unsubscribe_url);
		buf_adds(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
	}
	if (m->auto_submitted)
		buf_adds(out, "Auto-Submitted: auto-generated\r\n");
	if (m->language != NULL) {
		buf_adds(out, "Content-Language: ");
		buf_adds(out, m->language);
		buf_adds(out, "\r\n");
	}
	buf_adds(out, "MIME-Version: 1.0\r\n");
	return ERR_OK;
}

enum err
email_compose(const struct email *m, struct buf *out)
{
	size_t start = out->len;
	enum err e;

	if (m->text == NULL)
		return ERR_INVALID;
	/* Base64 takes 78 of 57 bytes, and a line break of one byte becomes two. */
	buf_reserve(out, 2048 + (strlen(m->text) + (m->html != NULL ? strlen(m->html) : 0)) * 3 / 2);

	e = add_header(m, out);
	if (e != ERR_OK) {
		out->len = start;
		out->data[start] = '\0';
		return e;
	}
	if (m->html != NULL)
		add_alternatives(out, m->text, m->html);
	else
		add_part(out, "text/plain", m->text);
	return ERR_OK;
}
