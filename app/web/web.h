/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <inttypes.h>
#include <jansson.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/fields.h"
#include "base/form.h"
#include "base/json.h"
#include "base/mustache.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/edition.h"
#include "domain/tenant.h"
#include "domain/vault.h"
#include "http/http.h"
#include "http/route.h"
/*
 * What a handler gets: the whole context of one request, and the few ways to
 * answer.
 *
 *	enum err citizen_message(struct web *w)
 *	{
 *		json_t *message;
 *		enum err e;
 *
 *		e = message_public(w->db, web_id(w, "message"), &message);
 *		if (e != ERR_OK)
 *			return e;
 *		json_object_set(w->view, "message", message);
 *		return web_page(w, HTTP_OK, "citizen/message/show");
 *	}
 *
 * The handler runs inside a transaction of the tenant that dispatch.c opened.
 * ERR_OK commits it, a page with 422 too; any other outcome rolls it back and
 * dispatch.c shows the page for it.  So: check first, write after.
 */

/* What a route asks for: declared in routes.c, enforced by guard.c and
 * dispatch.c before the handler runs.  One of the first six, or
 * OPERATOR_DOOR, must be there. */
enum {
	ANYONE = 1 << 0,	/* the public of a municipality */
	CITIZEN = 1 << 1,	/* opened マイページ by a mailed link */
	STAFF_ANY = 1 << 2,	/* signed in with both factors */
	STAFF_STEP = 1 << 3,	/* password was right, the code is due */
	OPERATOR = 1 << 4,	/* signed in on the operator's host */
	ANY_HOST = 1 << 5,	/* municipality and operator alike: sign-in, health */
	TOKEN = 1 << 6,		/* POST: proof that the form is ours, and harmless twice */
	FOREIGN = 1 << 7,	/* POST without our form: proved by the handler (RFC 8058) */
	CACHED = 1 << 8,	/* nginx may keep it: nothing of a person, no token, no cookie;
				 * asks the database once (DB_ONCE) */
	DEVELOPMENT = 1 << 9,	/* exists in development only */
	WRITES = 1 << 10,	/* a GET that may write (marks a session, a view): not READ ONLY */
	OPERATOR_DOOR = 1 << 11,	/* the operator's host, before sign-in is complete */
	SIGNED = 1 << 12,	/* POST by a gateway (web/hooks/): no cookie, no form; its
				 * signature is over request->body, which the handler checks first.
				 * What is wrong is said in one plain word */
	DRAFT = 1 << 13,	/* on the way through 登録: what was typed so far comes with enter() */
	UPLOAD = 1 << 14,	/* POST: may carry files, 11 MB in all */
	CROWD = 1 << 15,	/* a GET before which people wait when too many come at once (room.h) */

	RIGHT_WRITE = 1 << 16,	/* 起案者 */
	RIGHT_APPROVE = 1 << 17,	/* 承認者 */
	RIGHT_ADMIN = 1 << 18,	/* 管理者 */

	UNKNOWN = 1 << 19,	/* no session is looked for: who answers unknown is nobody here */
	ANSWER = 1 << 20,	/* at a survey: it and what was answered so far come with enter() */
	TABLE = 1 << 21,	/* POST: may carry a table of 50 MB */

	FRESH = 1 << 22,	/* beside CITIZEN, STAFF or OPERATOR: the person has proved who they are within
				 * the last ten minutes, or is asked to first (again.h, R20) */
	FILE_OF = 1 << 23,	/* FRESH GET: a file that is saved; who had to prove goes back to the page that
				 * has the link, which is the address above it */
	UNKEPT = 1 << 24,	/* POST of staff: what it holds is not kept when their login has lapsed (unsent.h) */
	LASTING = 1 << 25	/* what is typed is taken though a session was opened or ended meanwhile; whose
				 * it is, is asked when it comes.  On a page and on what its form is sent to */
};
enum { UPLOAD_MAX = 11 << 20, TABLE_MAX = 51 << 20 };
#define DRAFT_COOKIE "__Host-subscribe"
#define APPLY_COOKIE "__Host-apply"
#define RIGHTS (RIGHT_WRITE | RIGHT_APPROVE | RIGHT_ADMIN)
/* STAFF(RIGHT_WRITE | RIGHT_APPROVE): one of them is enough. */
#define STAFF(rights) (STAFF_ANY | (rights))

/* What lives as long as the worker. */
struct site {
	const struct conf *conf;
	const struct router *router;
	struct templates *templates;
	const struct catalogue *catalogue;
	struct vault *vault;
	struct tenants *tenants;	/* what it remembers of them */
	struct editions *editions;	/* … and of the questions of surveys */
	uint8_t token_key[SECRET_KEY], turn_key[SECRET_KEY];
	struct turnstile *turnstile;	/* shared by all workers */
};

struct web {
	struct arena *arena;
	struct db *db;
	const struct site *site;
	const struct conf *conf;
	struct vault *vault;		/* of this tenant, after web_vault */

	const struct request *request;
	struct response *response;
	const struct route *route;
	struct route_args args;
	const struct fields *query;
	const struct fields *fields;	/* the form; empty on a GET */
	struct form *form;		/* … as it is read and shown, after web_form */
	const struct words *words;
	const char *lang;
	bool told;			/* a notice was read from its cookie */

	json_t *entered;		/* result of enter(); NULL until it came */
	bool nobody;			/* no session is looked for */
	const struct tenant *met;	/* nobody: this is what enter() would say … */
	struct rows *version;		/* … if this is still its version */
	struct tenant_names names;	/* CACHED: what lists need, once it is read */
	struct rows *draft;		/* DRAFT: for citizen_draft */
	struct answering *answering;	/* ANSWER: for citizen_answering */
	int64_t tenant;
	int64_t staff;			/* 0: nobody */
	int64_t citizen;
	uint32_t rights;		/* RIGHT_… of the staff member */
	const char *stage;		/* "password", "enrol", "full" or "" */
	bool fresh;			/* proved within ten minutes to be the one that the route asks for */

	json_t *view;			/* what the template shows */
	const char *tiles;		/* web_map: where they come from */
	const char *place;		/* where a choice of language leads back to; NULL: what was asked for */
	bool plain;			/* a page without form: no token, no cookie, no script */
	const char *nonce;
	bool claims;			/* the form's token is ours: its key is claimed with enter() */
	bool late;			/* … but was made before they signed in: good for what it led to, and no more */
	struct rows *spent;		/* … and where it led, if it was used */
	uint8_t once[16];
};

/* The number in {name}; 0 if it is none: then nothing is found. */
int64_t web_id(const struct web *, const char *name);
const char *web_arg(const struct web *, const char *name);
/* The town's name in the language of the page; of a route that is CACHED, after guard_arrive. */
const char *web_town(const struct web *);

/* Renders templates/<name>.html with w->view and what every page has. */
enum err web_page(struct web *, enum status, const char *name) MUST_USE;
/* The same without frame, for live blocks: only w->view, lang, nonce, path
 * (w->view may have the path of the page that the block is on). */
enum err web_fragment(struct web *, const char *name) MUST_USE;
enum err web_json(struct web *, enum status, const json_t *) MUST_USE;
/* templates/<name>.xml with w->view, lang, tenant, site, for programs. */
enum err web_xml(struct web *, const char *type, const char *name) MUST_USE;
/* Any other kind: text, descriptions. */
enum err web_bytes(struct web *, enum status, const char *type, const char *, size_t) MUST_USE;
/* After a POST.  The place is kept with the form's token: a second press of the button
 * goes there too, without doing anything twice. */
enum err web_see_other(struct web *, const char *fmt, ...) PRINTF(2, 3) MUST_USE;
/* The words of this key with what they name: {{max}} and the like. */
const char *web_words(struct web *, const char *key, const json_t *named);
/* "&name=value" for all that the address asks for, but for these names. */
void web_add_query(const struct web *, struct buf *, const char *const *without);
/* The address if it is one of this house below that path ("/desk"), else "". */
const char *web_place(struct web *, const char *address, const char *below);
/* A notice on the next page, by key of the words; kind "success", "info",
 * "warning" or "error". */
void web_tell(struct web *, const char *kind, const char *key);

/* A form over what was sent, put into the view as "form". */
struct form *web_form(struct web *);
/* w->vault is ready for sealing and opening. */
enum err web_vault(struct web *) MUST_USE;
/* https://minato.localhost:8443 */
const char *web_origin(const struct web *);
/* A map into the view: {"tiles_url", "credit"}, and the page's policy lets those tiles in, and the scripts of
 * /static/js/, which a page that is the same for all names by their place and not by a nonce.
 * null: the page wants none, or no tiles are configured. */
void web_map(struct web *, const char *key, bool wanted);
/* The right that the person has, for what a page shows. */
bool web_may(const struct web *, uint32_t right);

/* --- between main.c, guard.c, dispatch.c, page.c and token.c only --- */

/* Serves one parsed request; the response is whole afterwards. */
void dispatch(const struct site *, struct db *, struct arena *, const struct request *,
    struct response *);
/* An answer without route: bad request, too large. */
void dispatch_refused(const struct site *, struct arena *, const struct request *,
    enum status, struct response *);

/* Opens the transaction and finds tenant and person.  What the route asks for
 * is checked here: ERR_NOT_FOUND no such tenant or not its route, ERR_SIGNED_OUT,
 * ERR_FORBIDDEN.  For CACHED routes enter() goes out with the page's query, or, in a
 * tenant that this worker remembers, only the question whether it is still so. */
enum err guard_enter(struct web *) MUST_USE;
/* For a handler that waits for somebody far away: it commits, waits without a transaction, and
 * opens another one by this, in which the same person is asked for once more. */
enum err guard_again(struct web *) MUST_USE;
/* Reads the result of enter() if it is still on the way.  ERR_BUSY: what was
 * remembered is out of date and now forgotten; run it again. */
enum err guard_arrive(struct web *) MUST_USE;
/* Nobody, in a tenant that this worker remembers: w->entered is what it remembers, and
 * the database was not asked. */
bool guard_known(struct web *);
/* After a handler that failed: ERR_BUSY if that is why, or the outcome. */
enum err guard_failed(struct web *, enum err outcome) MUST_USE;

/* The token of a form: 16 random bytes (its idempotency key) and an HMAC over
 * them and the browser's cookie. */
const char *token_make(struct web *);
/* The same with the random bytes of one that was not used, in base64url: what it is sent with is still
 * carried out once. */
const char *token_again(struct web *, const char *once);
/* Looks at the token that was sent, and claims nothing yet.  ERR_FORBIDDEN: not
 * ours, or another browser's.  w->late: of this browser before somebody signed in. */
enum err token_read(struct web *) MUST_USE;
/* The cookie that tells browsers apart where nobody is signed in; "" : none.  make: it gets one. */
const char *web_visit(struct web *, bool make);
/* Queues the claim of its key, behind enter(). */
enum err token_claim(struct web *) MUST_USE;
/* It was used and its result is known: the answer is now a 303 to it. */
bool token_spent(struct web *);
enum err token_done(struct web *, const char *location) MUST_USE;

/* All tables, for router_open. */
extern const struct route *const routes[], routes_citizen[], routes_desk[];
