/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "channel/channel.h"
#include "channel/http.h"
struct arena;
/*
 * What a gateway of SMS must be able to do.  One file each: sms_karaden.c,
 * sms_twilio.c; sms.c says when what is done.
 */

/* What goes to whom, as compose wrote it into letter.data. */
struct sms {
	const struct letter *letter;
	const json_t *settings, *secrets;
	const char *url;		/* of the account; "": the provider's own */
	const char *to;			/* E.164 */
	const char *text;
};

enum sms_found {
	SMS_THERE,			/* it was accepted, or refused: the outcome is filled in */
	SMS_ABSENT,
	SMS_UNREADABLE			/* nobody knows */
};

struct sms_gateway {
	const char *kind;		/* of the account: "karaden" */
	/* The call that sends it.  false: the account lacks something. */
	bool (*send)(struct arena *, const struct sms *, struct http_call *);
	/* What its answer means, on top of http_outcome. */
	void (*sent)(struct arena *, const struct http_answer *, struct outcome *);
	/* The call that reads back what was accepted. */
	bool (*look)(struct arena *, const struct sms *, struct http_call *);
	enum sms_found (*found)(struct arena *, const struct sms *, const struct http_answer *, struct outcome *);
	/* As those of the kind (channel.h); receipt: events is an array, to which is added. */
	enum err (*verify)(struct arena *, const struct callback *);
	enum err (*receipt)(struct arena *, const struct callback *, json_t **events);
};

/* For receipt: an event, added to the array. */
enum err sms_became(json_t **events, const char *id, const char *became, const char *reason);
enum err sms_answered(json_t **events, const char *id, const char *from, const char *text);

extern const struct sms_gateway sms_karaden, sms_twilio;

/* For their calls: "Name: value" NULL-ended; "name=value&…" grown by one. */
const char *const *sms_headers(struct arena *, const char *authorization, const char *other);
void sms_field(struct buf *form, const char *name, const char *value);
