/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail address for マイページ: added, or another in its place.  A code goes there and is
 * typed (code.c).  Somebody who was registered twice is asked what they want of the two.
 *
 *	GET  /my/email			the address; POST sends the code
 *	GET  /my/email/code		POST: mail is a way to this person, unless …
 *	GET  /my/email/merge		… another entry has the address: both, as they are;
 *					POST makes one of them
 */
#include <strings.h>

#include "domain/email.h"
#include "web/citizen/code.h"
#include "web/citizen/merge.h"
#include "web/handlers.h"

static const struct code_way way = { PROOF_EMAIL, "/my/email", "/my/email/code", "citizen/my/email" };
static const char MERGE[] = "/my/email/merge";

/* --- the address --- */

/* "now" in the view: the address that they have; "works". */
static enum err
show_now(struct web *w, const char **email, bool *works)
{
	const char *state = "";
	enum err e = web_vault(w);

	*email = "";
	if (e == ERR_OK)
		e = email_of(w->db, w->vault, w->arena, w->citizen, email, &state);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*works = strcmp(state, "active") == 0;
	json_object_set_new(w->view, "now", e == ERR_OK ? json_string(*email) : json_null());
	return ERR_OK;
}

enum err
citizen_my_email(struct web *w)
{
	const char *email;
	bool works;
	enum err e = show_now(w, &email, &works);

	if (e != ERR_OK)
		return e;
	form_set(web_form(w), "email", "");
	return web_page(w, HTTP_OK, way.address_page);
}

enum err
citizen_my_email_ask(struct web *w)
{
	struct form *form = web_form(w);
	const char *now, *email = form_email(form, "email", FORM_REQUIRED);
	bool works;
	enum err e = show_now(w, &now, &works);

	if (e != ERR_OK)
		return e;
	if (form_ok(form) && works && strcasecmp(now, email) == 0)
		form_problem(form, "email", "email_same");
	if (!form_ok(form))
		return web_page(w, HTTP_UNPROCESSABLE, way.address_page);
	return citizen_code_send(w, &way, email, w->lang, NULL);
}

/* --- the code --- */

/* Nothing is proved in this browser any more: from the start. */
static enum err
again(struct web *w)
{
	web_tell(w, "error", "tell_email_again");
	return web_see_other(w, "%s", way.address_url);
}

static enum err
take(struct web *w, const char *email, const char *keep)
{
	struct proof_asker asker = citizen_code_asker(w, &way);
	struct citizen_asker who = citizen_asker(w, email);
	struct mailer mailer = citizen_mailer(w, w->lang);
	bool taken;
	enum err e = email_take(&mailer, w->site->catalogue, &who, &asker, email, keep, &taken);

	if (e != ERR_OK)
		return e;
	if (!taken)
		return web_see_other(w, MERGE);
	citizen_code_forget(w);
	web_tell(w, "success", keep[0] != '\0' ? "tell_email_merged" : "tell_email_added");
	return web_see_other(w, "/my");
}

enum err
citizen_my_email_code(struct web *w)
{
	return citizen_code_page(w, &way);
}

enum err
citizen_my_email_add(struct web *w)
{
	struct proof proof;
	enum err e = citizen_code_try(w, &way, &proof);

	return e != ERR_OK || !proof.right ? e : take(w, proof.address, "");
}

/* --- two entries --- */

/* What waits to be said; *proof.right false: the answer is made. */
static enum err
merge_open(struct web *w, struct proof *proof)
{
	struct proof_asker asker = citizen_code_asker(w, &way);
	struct mailer mailer;
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = proof_waits(&mailer, &asker, proof);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK && proof->right && proof->shown != 0)
		return ERR_OK;
	proof->right = false;
	return again(w);
}

static enum err
merge_page(struct web *w, enum status status, struct form *form, const struct proof *proof)
{
	json_t *merge, *way_name, *ways = json_keep(w->arena, json_array());
	size_t i;
	enum err e = email_merge(w->db, w->citizen, proof->shown, &merge);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(merge, "ways"), i, way_name)
		json_array_append_new(ways, json_string(words_get(w->words,
		    arena_printf(w->arena, "way_%s", json_string_value(way_name)))));
	json_object_set_new(w->view, "email", json_string(proof->address));
	json_object_set(w->view, "ways", ways);
	json_object_set_new(w->view, "has_ways", json_boolean(json_array_size(ways) > 0));
	return citizen_merge_page(w, status, form, merge, MERGE);
}

enum err
citizen_my_merge(struct web *w)
{
	struct proof proof;
	struct form *form;
	enum err e = merge_open(w, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	form = web_form(w);
	form_set(form, "keep", "both");
	return merge_page(w, HTTP_OK, form, &proof);
}

enum err
citizen_my_merged(struct web *w)
{
	const char *keep;
	struct proof proof;
	struct form *form;
	enum err e = merge_open(w, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	form = web_form(w);
	keep = form_choice(form, "keep", FORM_REQUIRED, citizen_keeps);
	if (!form_ok(form))
		return merge_page(w, HTTP_UNPROCESSABLE, form, &proof);
	return take(w, proof.address, keep);
}
