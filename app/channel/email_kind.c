/* SPDX-License-Identifier: Apache-2.0 */
/*
 * E-mail as a kind of channel: a rendering {subject, text, html} and a person
 * become one mail with the headers of bulk mail (integrations.md 11.2).
 *
 * A cut behind the final dot leaves nobody knowing: the same mail again, with the
 * same Message-ID, is the one extra that SMTP may cost (safety.md 4).
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/slot.h"
#include "channel/channel.h"
#include "channel/email.h"

static enum err
render(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **content)
{
	const char *subject;
	struct buf text, html;
	enum err e = channel_text(a, t, "mail/message.subject", words, view, &subject);

	buf_init(&text, a);
	buf_init(&html, a);
	if (e == ERR_OK)
		e = templates_render(t, "mail/message.txt", words, view, &text);
	if (e == ERR_OK)
		e = templates_render(t, "mail/message.html", words, view, &html);
	if (e == ERR_OK)
		*content = json_keep(a, json_pack("{s:s, s:s%, s:s%}", "subject", subject, "text", text.data, text.len,
		    "html", html.data, html.len));
	return e;
}

static struct measure
measure(const json_t *content, const json_t *settings)
{
	(void)content;
	(void)settings;
	return (struct measure){ .limit = 0 };
}

static const char *
personal(struct arena *a, const struct envelope *v, const char *part)
{
	const char *text = slot_fill(a, json_text(v->content, part), SLOT_STOP_URL, v->stop_url);

	return slot_fill(a, text, SLOT_SEEN_URL, v->seen_url);
}

static enum err
compose(struct arena *a, const struct envelope *v, struct letter *l)
{
	struct email mail = {
		.from_name = v->mail_name, .from = v->mail_from, .to = v->to,
		.reply_to = v->mail_reply[0] != '\0' ? v->mail_reply : NULL,
		.subject = json_text(v->content, "subject"),
		.message_id = arena_printf(a, "%s@%s", v->key, v->mail_domain),
		.date = clock_mail(a, clock_ms()),
		.text = personal(a, v, "text"), .html = personal(a, v, "html"),
		.list_id = arena_printf(a, "oshirase.%s", v->host),
		.unsubscribe_url = v->one_click_url, .language = v->language, .auto_submitted = 1
	};
	struct buf data;

	buf_init(&data, a);
	if (email_compose(&mail, &data) != ERR_OK)
		return ERR_INVALID;
	l->from = arena_printf(a, "%s@%s", v->mail_return, v->mail_domain);
	l->data = data.data;
	l->n = data.len;
	return ERR_OK;
}

const struct channel_kind email_kind = {
	.name = "email", .flag = "by_email", .accounts = 0, .people = 1, .again = AGAIN_DOUBLE,
	.open = email_open, .render = render, .length_words = "way_length", .measure = measure, .compose = compose
};
