/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LINE says to a message sent, and what it counts (integrations.md 8.3, 8.4).
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/line.h"

enum { QUOTA_WAIT_S = 3600, USER_LENGTH = 33 };

char *
line_url(struct arena *a, const json_t *account, const char *path)
{
	const char *url = json_text(account, "url");

	return arena_printf(a, "%s%s", url[0] != '\0' ? url : "https://api.line.me", path);
}

char *
line_data_url(struct arena *a, const json_t *account, const char *path)
{
	const char *url = json_text(account, "url");

	return arena_printf(a, "%s%s", url[0] != '\0' ? url : "https://api-data.line.me", path);
}

/* Asked for each of five hundred in a call, and digits and letters come by chance: a
 * branch for each costs more than to look at all of them, and these the compiler looks
 * at sixteen at a time. */
bool
line_is_user(const char *id)
{
	unsigned char bad = 0;

	if (id[0] != 'U' || strnlen(id, USER_LENGTH + 1) != USER_LENGTH)
		return false;
	for (int i = 1; i < USER_LENGTH; i++) {
		unsigned char c = (unsigned char)id[i], digit = (unsigned char)(c - '0'), letter = (unsigned char)(c - 'a');

		bad |= (digit > 9) & (letter > 5);
	}
	return bad == 0;
}

size_t
line_length(const char *text)
{
	size_t n = strlen(text), at = 0, units = 0;
	int32_t c;

	/* UTF-16: two where UTF-8 takes four bytes. */
	while (at < n && (c = text_next(text, n, &at)) >= 0)
		units += c > 0xffff ? 2 : 1;
	return units;
}

/* message, and of details what is wrong with which part. */
static void
describe(const json_t *said, struct outcome *out)
{
	const json_t *detail = json_array_get(json_object_get(said, "details"), 0);
	char words[400];

	if (detail != NULL)
		snprintf(words, sizeof(words), "%s: %s %s", json_text(said, "message"),
		    json_text(detail, "property"), json_text(detail, "message"));
	else
		snprintf(words, sizeof(words), "%s", json_text(said, "message"));
	http_clean(words, strlen(words), out->detail, sizeof(out->detail));
}

/* A bad recipient among many can be told from bad content: LINE names the part. */
static const char *
refusal(const json_t *said)
{
	const json_t *details = json_object_get(said, "details"), *d;
	size_t i;

	if (strstr(json_text(said, "message"), "'to'") != NULL)
		return "address_invalid";
	json_array_foreach(details, i, d)
		if (strncmp(json_text(d, "property"), "to", 2) == 0)
			return "address_invalid";
	return "message_invalid";
}

static void
keep_id(struct outcome *out, const char *id)
{
	snprintf(out->id, sizeof(out->id), "%s", id);
}

void
line_outcome(const struct http_answer *a, struct outcome *out)
{
	const char *accepted = http_header(a, "x-line-accepted-request-id");
	json_t *said = NULL;

	http_outcome(a, out);
	if (a->fate != HTTP_ANSWERED)
		return;
	said = json_loadb(a->body, a->n, 0, NULL);
	if (out->verdict == VERDICT_SENT) {
		/* "{}", or the ids of what was sent: nothing else was promised. */
		if (!json_is_object(said))
			http_verdict(out, VERDICT_UNKNOWN, "no_answer");
		else
			out->detail[0] = '\0';
		keep_id(out, http_header(a, "x-line-request-id"));
	} else if (json_is_object(said)) {
		describe(said, out);
	}
	if (a->status == 409 && accepted[0] != '\0') {
		http_verdict(out, VERDICT_SENT, "sent");
		keep_id(out, accepted);
	} else if (a->status == 409) {
		http_verdict(out, VERDICT_UNKNOWN, "no_answer");
	} else if (a->status == 400) {
		http_verdict(out, VERDICT_REFUSED, refusal(said));
	} else if (a->status == 413) {
		http_verdict(out, VERDICT_REFUSED, "message_invalid");
	} else if (a->status == 429 && strstr(json_text(said, "message"), "monthly limit") != NULL) {
		http_verdict(out, VERDICT_LATER, "quota_spent");
		out->wait_s = QUOTA_WAIT_S;
	}
	json_decref(said);
}
