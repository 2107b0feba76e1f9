/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 「続けて受け取る」: by the link in the SMS that each phone gets once a year, without
 * signing in.
 *
 *	GET  /keep/{token}		the number, partly hidden, and two buttons
 *	POST /keep/{token}		keep=yes or keep=no
 *	GET  /keep/{token}/done
 *
 * Whoever reads it may be another person by now: the page tells nothing of the one who
 * registered.  A GET changes nothing, because scanners follow links.
 */
#include "domain/keep.h"
#include "web/citizen/choose.h"
#include "web/handlers.h"

/* None of ours, answered, or given up: the same words. */
static enum err
dead(struct web *w, enum err e)
{
	return web_page(w, e == ERR_GONE ? HTTP_GONE : HTTP_NOT_FOUND, "citizen/keep/dead");
}

/* The number that the link asks about; *phone is NULL when the answer is made already. */
static enum err
link_open(struct web *w, struct mailer *mailer, const char **phone)
{
	enum err e = web_vault(w);

	*phone = NULL;
	if (e != ERR_OK)
		return e;
	*mailer = citizen_mailer(w, w->lang);
	e = keep_open(mailer, web_arg(w, "token"), phone);
	if (e != ERR_NOT_FOUND && e != ERR_GONE)
		return e;
	*phone = NULL;
	return dead(w, e);
}

enum err
citizen_keep(struct web *w)
{
	struct mailer mailer;
	const char *phone;
	enum err e = link_open(w, &mailer, &phone);

	if (e != ERR_OK || phone == NULL)
		return e;
	json_object_set_new(w->view, "phone", json_string(phone));
	json_object_set_new(w->view, "keep_token", json_string(web_arg(w, "token")));
	return web_page(w, HTTP_OK, "citizen/keep/ask");
}

enum err
citizen_keep_answer(struct web *w)
{
	const char *answer = fields_get(w->fields, "keep"), *phone;
	bool keep = strcmp(answer, "yes") == 0;
	struct mailer mailer;
	enum err e = link_open(w, &mailer, &phone);

	if (e != ERR_OK || phone == NULL)
		return e;
	if (!keep && strcmp(answer, "no") != 0)
		return web_see_other(w, "/keep/%s", web_arg(w, "token"));
	e = keep_answer(&mailer, web_arg(w, "token"), keep);
	return e != ERR_OK ? e : web_see_other(w, "/keep/%s/done?keep=%s", web_arg(w, "token"), keep ? "yes" : "no");
}

enum err
citizen_keep_done(struct web *w)
{
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = keep_known(w->vault, w->arena, web_arg(w, "token"));
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? dead(w, e) : e;
	json_object_set_new(w->view, "keep", json_boolean(strcmp(fields_get(w->query, "keep"), "no") != 0));
	return web_page(w, HTTP_OK, "citizen/keep/done");
}
