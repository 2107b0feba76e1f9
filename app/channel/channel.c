/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channels that there are, and which one carries the e-mail of this installation.
 */
#include "channel/channel.h"

#include <string.h>

#include "base/conf.h"

const struct channel_kind *const channel_kinds[] = { &email_kind, &line_kind, &sms_kind, &webpush_kind, &x_kind, NULL };

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
email_open(const struct conf *conf, struct channel **out)
{
	return conf->smtp_url != NULL ? smtp_open(conf, out) : outbox_open(conf, "email", out);
}
