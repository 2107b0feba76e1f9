/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which channel carries the e-mail of this installation.
 */
#include "channel/channel.h"

#include "base/conf.h"

enum err
email_open(const struct conf *conf, struct channel **out)
{
	return conf->smtp_url != NULL ? smtp_open(conf, out) : outbox_open(conf, "email", out);
}
