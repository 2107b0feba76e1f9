/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channels that there are, and which one carries the e-mail of this installation.
 */
#include "channel/channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"

const struct channel_kind *const channel_kinds[] = { &email_kind, &line_kind, &webpush_kind, &sms_kind, &x_kind, NULL };

const struct channel_kind *
channel_kind(const char *name)
{
	size_t i;

	for (i = 0; channel_kinds[i] != NULL; i++)
		if (strcmp(channel_kinds[i]->name, name) == 0)
			return channel_kinds[i];
	return NULL;
}

enum err
channel_text(struct arena *a, struct templates *templates, const char *name, const struct words *words, const json_t *view,
    const char **out)
{
	struct buf b;
	enum err e;

	buf_init(&b, a);
	e = templates_render(templates, name, words, view, &b);
	if (e != ERR_OK)
		return e;
	while (b.len > 0 && b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	*out = b.data;
	return ERR_OK;
}

double
channel_price(const json_t *settings, const char *key)
{
	const json_t *value = json_object_get(settings, key);

	return json_is_string(value) ? strtod(json_string_value(value), NULL) : json_number_value(value);
}

enum err
email_open(const struct conf *conf, struct channel **out)
{
	return conf->smtp_url != NULL ? smtp_open(conf, out) : outbox_open(conf, "email", out);
}
