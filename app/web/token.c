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
 * (web/again.h): what they were typing in another window is still taken.  The
 * random bytes are locked for the transaction of the work and written into table once
 * with its result: a second request with the same ones waits for the first one's commit
 * and is sent to where that one led.
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

static const char *
binding(struct web *w, bool make)
{
	static const char *const cookies[] = { "__Host-staff", "__Host-citizen" };
	size_t i;

	for (i = 0; i < sizeof cookies / sizeof *cookies; i++) {
		const char *value = fields_get(w->request->cookies, cookies[i]);

		if (value[0] != '\0')
			return arena_printf(w->arena, "%.*s", SECRET_TOKEN_KEPT, value);
	}
	return web_visit(w, make);
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

const char *
token_make(struct web *w)
{
	const char *bound = binding(w, true);
	uint8_t random[RANDOM], mac[SECRET_HASH];
	struct buf both, text;

	secret_random(random, RANDOM);
	mac_of(w, random, bound, mac);
	buf_init(&both, w->arena);
	buf_add(&both, random, RANDOM);
	buf_add(&both, mac, MAC);
	buf_init(&text, w->arena);
	buf_add_base64url(&text, both.data, both.len);
	return text.data;
}

/* Browsers name the page that a POST comes from; it must be one of ours. */
static bool
same_origin(const struct web *w)
{
	const char *origin = w->request->origin;

	return origin[0] == '\0' || strcmp(origin, web_origin(w)) == 0;
}

enum err
token_read(struct web *w)
{
	const char *bound = binding(w, false);
	uint8_t mac[SECRET_HASH];
	struct buf sent;
	enum err e;

	buf_init(&sent, w->arena);
	e = secret_unbase64url(w->arena, fields_get(w->fields, "token"), &sent);
	if (e != ERR_OK || sent.len != RANDOM + MAC || bound[0] == '\0' || !same_origin(w))
		return ERR_FORBIDDEN;
	mac_of(w, (const uint8_t *)sent.data, bound, mac);
	if (!secret_equal(mac, sent.data + RANDOM, MAC))
		return ERR_FORBIDDEN;
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
