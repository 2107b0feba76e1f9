/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message before it goes: as its readers will see it, and in one's own mailbox.
 *
 *	GET  /desk/messages/{message}/preview
 *	GET  /desk/messages/{message}/test	what became of one's tests
 *	GET  /desk/messages/{message}/tests	the same, as the live block fetches it
 *	POST /desk/messages/{message}/test	sends one to one's own address
 *
 * Both show what rendering_make makes, which is what is approved and sent.
 */
#include "domain/mail.h"
#include "domain/rendering.h"
#include "web/desk/message.h"
#include "web/desk/preview.h"
#include "web/handlers.h"

enum { TEST_VALID_S = 60 * 60 };

static enum err
render(struct web *w, const json_t *message, json_t **renderings)
{
	return rendering_make(w->arena, w->site->templates, w->site->catalogue,
	    message_to_render(w->arena, message, web_origin(w)), renderings);
}

/* The mail in the language of whoever looks, else in Japanese. */
static const json_t *
mail_of(const struct web *w, const json_t *renderings)
{
	const json_t *mail = json_object_get(renderings, "email"), *own = json_object_get(mail, w->lang);

	return own != NULL ? own : json_object_get(mail, "ja");
}

enum err
desk_message_preview(struct web *w)
{
	json_t *message, *renderings;
	enum err e;

	e = desk_message_open(w, &message);
	if (e == ERR_OK)
		e = desk_message_reach(w, message);
	if (e == ERR_OK)
		e = render(w, message, &renderings);
	if (e == ERR_OK)
		e = desk_preview(w, message, renderings);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "may_test", json_boolean(mail_of(w, renderings) != NULL &&
	    json_flag(message, "editable") && web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/message/preview");
}

/* --- a test --- */

static bool
testable(const json_t *message)
{
	return json_flag(message, "by_email") && strcmp(message_progress(message, "content"), "done") == 0;
}

/* The live block: it goes on while something is under way. */
static enum err
add_tests(struct web *w, int64_t message)
{
	json_t *found;
	enum err e = message_tests(w->db, w->words, message, w->staff, &found);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "tests", json_object_get(found, "tests"));
	json_object_set_new(w->view, "any", json_boolean(json_array_size(json_object_get(found, "tests")) > 0));
	json_object_set_new(w->view, "live", json_pack("{s:o, s:O, s:O, s:O}",
	    "live_url", json_sprintf("/desk/messages/%lld/tests", (long long)message),
	    "going", json_object_get(found, "going"), "at", json_object_get(found, "at"),
	    "at_text", json_object_get(found, "at_text")));
	return ERR_OK;
}

enum err
desk_message_test(struct web *w)
{
	json_t *message;
	enum err e;

	e = desk_message_open(w, &message);
	if (e == ERR_OK)
		e = add_tests(w, json_int(message, "id"));
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "testable", json_boolean(testable(message)));
	json_object_set_new(w->view, "has_pictures", json_boolean(json_array_size(json_object_get(message, "pictures")) > 0));
	return web_page(w, HTTP_OK, "desk/message/test");
}

enum err
desk_message_tests(struct web *w)
{
	enum err e = add_tests(w, web_id(w, "message"));

	json_object_set_new(w->view, "path", json_sprintf("/desk/messages/%s/test", web_arg(w, "message")));
	return e != ERR_OK ? e : web_fragment(w, "desk/message/tests");
}

static enum err
own_address(struct web *w, const char **address)
{
	struct db_bytes sealed;
	struct buf open;
	enum err e;

	buf_init(&open, w->arena);
	e = web_vault(w);
	if (e == ERR_OK)
		e = message_tester(w->db, w->staff, &sealed);
	if (e == ERR_OK)
		e = vault_open(w->vault, "staff.email", sealed.data, sealed.n, &open);
	*address = open.data;
	return e;
}

enum err
desk_message_test_send(struct web *w)
{
	const struct mailer mailer = { w->db, w->vault, w->site->templates, w->words, w->arena };
	const char *address, *page;
	json_t *message, *renderings;
	const json_t *mail;
	enum err e;

	e = desk_message_open(w, &message);
	if (e != ERR_OK)
		return e;
	if (!testable(message)) {
		web_tell(w, "warning", "tell_message_untestable");
		return web_see_other(w, "/desk/messages/%" PRId64, json_int(message, "id"));
	}
	e = render(w, message, &renderings);
	if (e == ERR_OK)
		e = own_address(w, &address);
	if (e != ERR_OK)
		return e;

	/* Nobody is taken off a list by a test: its stop link leads to the site. */
	page = arena_printf(w->arena, "%s/", web_origin(w));
	mail = mail_of(w, renderings);
	e = mail_queue_ready(&mailer, "message_test", address,
	    arena_printf(w->arena, "%s%s", words_get(w->words, "message_test_mark"), json_text(mail, "subject")),
	    rendering_personal(w->arena, json_text(mail, "text"), page),
	    rendering_personal(w->arena, json_text(mail, "html"), page),
	    w->staff, json_int(message, "id"), TEST_VALID_S);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_message_test");
	return web_see_other(w, "/desk/messages/%" PRId64 "/test", json_int(message, "id"));
}
