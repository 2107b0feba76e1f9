/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message as it is read aloud; see voice.h.
 */
#include "domain/voice.h"

#include <stdbool.h>
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

/* 「言葉（https://…）」 is heard as 「言葉」. */
static size_t
silent(const char *s)
{
	static const char *const open = "（", *const close = "）";
	size_t n;

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
		}
	return s;
}

char *
voice_lines(struct arena *a, const char *plain)
{
	struct buf out, line;

	buf_init(&out, a);
	buf_init(&line, a);
	for (plain = past_marks(plain); *plain != '\0';) {
		size_t n = silent(plain);

		if (n > 0) {
			plain += n;
		} else if (*plain == '\n') {
			add_line(&out, &line);
			plain = past_marks(plain + 1);
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
