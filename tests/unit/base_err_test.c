/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every outcome has a name of its own.
 */
#include "base/err.h"

#include "tap.h"

int
main(void)
{
	int e, other, same = 0, unnamed = 0;

	for (e = ERR_OK; e <= ERR_CHANNEL; e++) {
		unnamed += strcmp(err_name((enum err)e), "unknown") == 0;
		for (other = ERR_OK; other < e; other++)
			same += strcmp(err_name((enum err)e), err_name((enum err)other)) == 0;
	}
	is_int(unnamed, 0, "every outcome has a name");
	is_int(same, 0, "no two outcomes share one");
	is_str(err_name(ERR_OK), "ok", "success is called ok");
	is_str(err_name(ERR_NOT_FOUND), "not-found", "words are joined by a hyphen");
	is_str(err_name((enum err)99), "unknown", "a number that is none does no harm");
	return done();
}
