/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fields.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/tenant.h"
/*
 * What the public reads: messages (お知らせ) that went out, are on the site and
 * still published.  No person is asked for or known here; the same documents
 * are shown by pages, feed and API (sql/queries/publication.sql).
 */
enum { PUBLICATION_PAGE = 20, PUBLICATION_MAX = 100 };

struct publication_filter {
	int64_t topic, district;	/* 0: all */
	int64_t before;			/* the last message of the page before; 0: the newest */
	int count;			/* 1 … PUBLICATION_MAX */
};

/* The names of departments and topics are taken from where they are remembered, or read
 * along with the messages and left there.  ERR_BUSY: what is remembered lacks one.
 *
 * Adds to page {"messages": [{id, subject, language, department, published, published_text,
 * topics [{id, name, vital}], picture_url (a small one, on the site, or null), corrected}], "next": id or null}, newest first; next is the
 * before of the page that follows. */
enum err publication_list(struct db *, struct arena *, const struct words *, struct tenant_names *,
    struct publication_filter, json_t *page) MUST_USE;
/* The same with "topic" and "district": the chosen one, or null.  ERR_NOT_FOUND: what
 * was chosen is none of this tenant. */
enum err publication_browse(struct db *, struct arena *, const struct words *, struct tenant_names *,
    struct publication_filter, json_t *page) MUST_USE;
/* The newest, with what can be chosen (publication_choices), and as many "surveys" and
 * "events": query home_public. */
enum err publication_home(struct db *, struct arena *, const struct words *, struct tenant_names *, int count,
    json_t *page) MUST_USE;
/* What can be chosen: {"topics": [{id, name, vital}], "districts": [{id, name}]}. */
enum err publication_choices(struct db *, json_t **out) MUST_USE;

/* One message with body_html, contact, districts, pictures (message_show), "corrects" and
 * "correction" (null, or {id, subject, …}).  ERR_GONE: it was on the
 * site.  ERR_NOT_FOUND: none that ever was. */
enum err publication_show(struct db *, const struct words *, int64_t message, json_t **out) MUST_USE;

/* One size of a picture of a message that is out: {"tenant", "id", "kind", "digest"}, for
 * attachment_read.  ERR_NOT_FOUND: none, or not yet, or not any more. */
enum err publication_picture(struct db *, int64_t message, const char *id, json_t **out) MUST_USE;

/* {"updated", "messages": [{id, day, subject, language, department, published, topics, body, pictures,
 * corrects, correction}]} */
enum err publication_feed(struct db *, json_t **out) MUST_USE;

/* One message as plain text: query publication_document.  ERR_NOT_FOUND: none that ever was. */
enum err publication_document(struct db *, int64_t message, json_t **out) MUST_USE;
/* {"updated", "alerts": [{id, revision, subject, stopped, day, published, changed}]}: 命を守る情報. */
enum err publication_alerts(struct db *, json_t **out) MUST_USE;

/* ?topic=3&district=4&before=12, each of them or none.  ERR_INVALID: no number. */
enum err publication_read(const struct fields *query, struct publication_filter *) MUST_USE;
/* The same as an address: path with a query that begins at that message (0: none). */
char *publication_path(struct arena *, const char *path, struct publication_filter, int64_t before);
