/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
struct arena;
struct conf;
/*
 * 「接続を確かめる」: one harmless call to a gateway with the account's own
 * credentials.  Nothing is sent to anybody.
 */
struct channel_check {
	bool ok;
	const char *name;		/* what the far side calls the account; "" */
	const char *reason;		/* a reason of channel.h; NULL: ok */
	char detail[200];		/* the far side's own words, cleaned */
	json_t *learned;		/* settings that the far side told: {"destination": …}; in the arena */
};

/* account: domain/gateway.h.  Of the kinds line, karaden, twilio, x; waits for the answer, ten
 * seconds at most. */
void channel_check(const struct conf *, struct arena *, const json_t *account, struct channel_check *out);
