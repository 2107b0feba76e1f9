/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message as it is read aloud; see voice.h.
 */
#include "domain/voice.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum { PER_SECOND = 5 };

static size_t
letter(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* An address ends where a letter comes that is none of its own. */
static size_t
address(const char *s)
{
	if (!begins(s, "https://") && !begins(s, "http://"))
		return 0;
	return strcspn(s, " \t\n<>\"\xE3\xEF");
}

/* What was struck out, as markdown_plain() has it: "~~…~~", in one line. */
static size_t
struck(const char *s)
{
	const char *end = begins(s, "~~") ? strstr(s + 2, "~~") : NULL;

	return end != NULL && memchr(s, '\n', (size_t)(end - s)) == NULL ? (size_t)(end - s) + 2 : 0;
}

/* Pictures, arrows of pictures and what joins them; of the dingbats, those in circles are numbers. */
static bool
is_picture(uint32_t c)
{
	return (c >= 0x2600 && c <= 0x2775) || (c >= 0x2794 && c <= 0x27BF) || (c >= 0x2B00 && c <= 0x2BFF) ||
	    (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0xE0020 && c <= 0xE007F) || c == 0xFE0E || c == 0xFE0F || c == 0x200D || c == 0x20E3;
}

static size_t
picture(const char *s)
{
	size_t n, i;
	uint32_t c;

	if ((unsigned char)*s < 0x80)
		return 0;
	n = letter(s);
	c = (unsigned char)*s & (0x7Fu >> n);
	for (i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3F);
	return is_picture(c) ? n : 0;
}

/* A line that is but a rule between others. */
static size_t
ruler(const char *s)
{
	static const char *const rules[] = { "―", "─", "━", "—", "＝", "＊", "-", "=", "*", "_", " ", "　" };
	size_t n = 0, i;

	for (i = 0; i < sizeof rules / sizeof *rules; i++)
		if (begins(s + n, rules[i])) {
			n += strlen(rules[i]);
			i = (size_t)-1;
		}
	return s[n] == '\n' || s[n] == '\0' ? n : 0;
}

/* 「言葉（https://…）」 is heard as 「言葉」. */
static size_t
silent(const char *s)
{
	static const char *const open = "（", *const close = "）";
	size_t n = struck(s);

	if (n == 0)
		n = picture(s);
	if (n > 0)
		return n;

	if (begins(s, open) && (n = address(s + strlen(open))) > 0) {
		n += strlen(open);
		return begins(s + n, close) ? n + strlen(close) : n;
	}
	return address(s);
}

static bool
ends_well(const struct buf *line)
{
	static const char *const ends[] = { "。", "！", "？", "、", "：" };
	size_t i;

	for (i = 0; i < sizeof ends / sizeof *ends; i++)
		if (line->len >= strlen(ends[i]) && strcmp(line->data + line->len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static void
add_line(struct buf *out, struct buf *line)
{
	while (line->len > 0 && (line->data[line->len - 1] == ' ' || line->data[line->len - 1] == '\t'))
		line->data[--line->len] = '\0';
	if (line->len == 0)
		return;
	buf_adds(out, line->data);
	buf_adds(out, ends_well(line) ? "\n" : "。\n");
	buf_reset(line);
}

/* Signs at the head of a line that mark a point, a heading or a quotation. */
static const char *
past_marks(const char *s)
{
	static const char *const marks[] = { "・", "■", "●", "○", "◆", "※", "＊", "- ", "> ", " ", "　", "\t" };
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++)
		if (begins(s, marks[i])) {
			s += strlen(marks[i]);
			i = (size_t)-1;
		} else if (picture(s) > 0) {
			s += picture(s);
			i = (size_t)-1;
		}
	return s;
}

/* 「【重要】断水」 is heard as 「重要、断水」: how many bytes of s are such a bracket. */
static size_t
bracket(struct buf *line, const char *s)
{
	static const char *const open = "【", *const close = "】";
	size_t n = begins(s, open) ? strlen(open) : begins(s, close) ? strlen(close) : 0;

	if (n > 0 && line->len > 0 && s[n] != '\n' && s[n] != '\0' && !ends_well(line))
		buf_adds(line, "、");
	return n;
}

char *
voice_lines(struct arena *a, const char *plain)
{
	struct buf out, line;

	buf_init(&out, a);
	buf_init(&line, a);
	plain += ruler(plain);
	for (plain = past_marks(plain); *plain != '\0';) {
		size_t n = silent(plain);

		if (n == 0)
			n = bracket(&line, plain);

		if (n > 0) {
			plain += n;
		} else if (*plain == '\n') {
			add_line(&out, &line);
			plain = past_marks(plain + 1 + ruler(plain + 1));
		} else {
			n = letter(plain);
			buf_add(&line, plain, n);
			plain += n;
		}
	}
	add_line(&out, &line);
	return out.data;
}

int
voice_seconds(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text += letter(text))
		n += *text != '\n' && *text != ' ';
	return (n + PER_SECOND - 1) / PER_SECOND;
}

enum err
voice_make(struct arena *a, struct templates *templates, const struct words *words, const json_t *m, char **out)
{
	json_t *view = json_keep(a, json_pack("{s:s, s:s, s:s, s:s}",
	    "tenant_name", json_text(m, "tenant_name"), "department", json_text(m, "department"),
	    "subject_lines", voice_lines(a, json_text(m, "subject")), "text_lines", voice_lines(a, json_text(m, "text"))));
	struct buf b;

	buf_init(&b, a);
	if (templates_render(templates, "voice/message.txt", words, view, &b) != ERR_OK)
		return ERR_DB;
	*out = b.data;
	return ERR_OK;
}
