/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of outcomes, as they stand in the log.
 */
#include "base/err.h"

const char *
err_name(enum err e)
{
	switch (e) {
	case ERR_OK:		return "ok";
	case ERR_INVALID:	return "invalid";
	case ERR_NOT_FOUND:	return "not-found";
	case ERR_FORBIDDEN:	return "forbidden";
	case ERR_SIGNED_OUT:	return "signed-out";
	case ERR_CONFLICT:	return "conflict";
	case ERR_GONE:		return "gone";
	case ERR_TOO_LARGE:	return "too-large";
	case ERR_TOO_MANY:	return "too-many";
	case ERR_BUSY:		return "busy";
	case ERR_DB:		return "db";
	case ERR_CHANNEL:	return "channel";
	}
	/* No default above: a new outcome without a name is a warning. */
	return "unknown";
}
