/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token in every form: proof that the form is ours (CSRF, R27) and the
 * key that makes a second press harmless (R41).
 *
 *	base64url( 16 random bytes · first 16 bytes of
 *	           HMAC-SHA256(key, random bytes · host · NUL · cookie of this browser) )
 *
 * With the host in it a token of one town is none in another, whatever cookie comes
 * along.  The cookie is that of the session, or __Host-visit where there is none.  Of a
 * session's it is the letters that stay when the person proves once more who they are
 * (web/again.h), or signs in again after it has lapsed (web/unsent.h): what they were typing in
 * another window is still taken.  Where no session is looked for (UNKNOWN), or what is typed lasts
 * (LASTING), it is __Host-visit in any case: what somebody types into a survey, a registration or a
 * sign-up is taken, though マイページ was opened or ended meanwhile.  The
 * random bytes are locked for the transaction of the work and written into table once
 * with its result: a second request with the same ones waits for the first one's commit
 * and is sent to where that one led, also where that one has signed somebody in; a form
 * from before, that was not sent yet, is none of theirs.
 */
#include "base/log.h"
#include "base/secret.h"
#include "db/queries.h"
#include "web/web.h"

enum { RANDOM = 16, MAC = 16 };

const char *
web_visit(struct web *w, bool make)
{
	const char *visit = fields_get(w->request->cookies, "__Host-visit");

	if (visit[0] == '\0' && make) {
		visit = secret_token(w->arena, 16);
		response_cookie(w->response, "__Host-visit", visit, 0);
	}
	return visit;
}

/* "": nobody is signed in. */
static const char *
session(struct web *w)
{
	static const char *const cookies[] = { "__Host-staff", "__Host-citizen" };
	size_t i;

	for (i = 0; i < sizeof cookies / sizeof *cookies; i++) {
		const char *value = fields_get(w->request->cookies, cookies[i]);

		if (value[0] != '\0')
			return arena_printf(w->arena, "%.*s", SECRET_TOKEN_KEPT, value);
	}
	return "";
}

/* Its forms are the browser's, whoever is signed in. */
static bool
lasts(const struct web *w)
{
	return (w->route->flags & (UNKNOWN | LASTING)) != 0;
}

static const char *
binding(struct web *w, bool make)
{
	const char *bound = lasts(w) ? "" : session(w);

	return bound[0] != '\0' ? bound : web_visit(w, make);
}

static void
mac_of(const struct web *w, const uint8_t random[RANDOM], const char *bound, uint8_t out[SECRET_HASH])
{
	struct buf b;

	buf_init(&b, w->arena);
	buf_add(&b, random, RANDOM);
	buf_add(&b, w->request->host, strlen(w->request->host) + 1);
	buf_adds(&b, bound);
	secret_hmac(w->site->token_key, b.data, b.len, out);
}

static const char *
token_of(struct web *w, const uint8_t random[RANDOM])
{
	uint8_t mac[SECRET_HASH];
	struct buf both, text;

	mac_of(w, random, binding(w, true), mac);
	buf_init(&both, w->arena);
	buf_add(&both, random, RANDOM);
	buf_add(&both, mac, MAC);
	buf_init(&text, w->arena);
	buf_add_base64url(&text, both.data, both.len);
	return text.data;
}

const char *
token_make(struct web *w)
{
	uint8_t random[RANDOM];

	secret_random(random, RANDOM);
	return token_of(w, random);
}

const char *
token_again(struct web *w, const char *once)
{
	struct buf random;

	buf_init(&random, w->arena);
	if (secret_unbase64url(w->arena, once, &random) != ERR_OK || random.len != RANDOM)
		return token_make(w);
	return token_of(w, (const uint8_t *)random.data);
}

/* Browsers name the page that a POST comes from; it must be one of ours. */
static bool
same_origin(const struct web *w)
{
	const char *origin = w->request->origin;

	return origin[0] == '\0' || strcmp(origin, web_origin(w)) == 0;
}

static bool
bound_to(const struct web *w, const struct buf *sent, const char *bound)
{
	uint8_t mac[SECRET_HASH];

	if (bound[0] == '\0')
		return false;
	mac_of(w, (const uint8_t *)sent->data, bound, mac);
	return secret_equal(mac, sent->data + RANDOM, MAC);
}

enum err
token_read(struct web *w)
{
	struct buf sent;
	enum err e;

	buf_init(&sent, w->arena);
	e = secret_unbase64url(w->arena, fields_get(w->fields, "token"), &sent);
	if (e != ERR_OK || sent.len != RANDOM + MAC || !same_origin(w))
		return ERR_FORBIDDEN;
	if (!bound_to(w, &sent, binding(w, false))) {
		/* Of this browser before somebody signed in, most of all by this very form; where forms are the
		 * browser's, of a page on which they are not. */
		w->late = !lasts(w) && bound_to(w, &sent, web_visit(w, false));
		if (!w->late && !(lasts(w) && bound_to(w, &sent, session(w))))
			return ERR_FORBIDDEN;
	}
	memcpy(w->once, sent.data, RANDOM);
	w->claims = true;
	return ERR_OK;
}

enum err
token_claim(struct web *w)
{
	int64_t lock;
	enum err e;

	/* Two tokens that begin alike would only wait for each other. */
	memcpy(&lock, w->once, sizeof lock);
	e = q_once_claim_queue(w->db, (struct q_once_claim){ .token = lock }, NULL);
	return e != ERR_OK ? e :
	    q_once_spent_queue(w->db, (struct q_once_spent){ .token = { w->once, RANDOM } }, &w->spent);
}

bool
token_spent(struct web *w)
{
	if (rows_count(w->spent) == 0)
		return false;
	w->response->status = HTTP_SEE_OTHER;
	w->response->location = rows_text(w->spent, 0, "location");
	return true;
}

enum err
token_done(struct web *w, const char *location)
{
	if (!w->claims)
		return ERR_OK;
	/* Goes out with the COMMIT. */
	return q_once_done_queue(w->db, (struct q_once_done){
	    .token = { w->once, RANDOM }, .location = location }, NULL);
}
