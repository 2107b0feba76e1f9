/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Check-in at the door (受付): a ticket, a number or a name in, one word out.  Several
 * doors at once; a door without network notes what it let in and tells it later.
 */
enum checkin_outcome {
	CHECKIN_IN,		/* 受付しました; the same device within ten seconds gets it again */
	CHECKIN_ALREADY,	/* 受付済みです, when and where */
	CHECKIN_OTHER,		/* この日の券ではありません: another event or date */
	CHECKIN_CANCELLED,	/* キャンセル済み */
	CHECKIN_LOST,		/* not drawn, or waiting: 確認することがあります */
	CHECKIN_FORGED,		/* looks like a ticket, and the town did not sign it */
	CHECKIN_NONE,		/* nobody of that number or name */
	CHECKIN_MANY		/* several of that name: "found" has them */
};
enum { CHECKIN_AGAIN_MS = 10000 };

/* Where somebody stands. */
struct checkin_door {
	int64_t event, slot;	/* slot 0: any of the event */
	const char *name;	/* 北口 */
	const char *device;	/* a random word of the browser */
	int64_t staff;		/* 0: by a link for the door */
};

/* One thing that was scanned or typed. */
struct checkin_try {
	const char *id;		/* a UUID made by the device, or NULL */
	const char *text;	/* what was scanned or typed; "": people without application */
	int64_t people;		/* of them */
	struct db_ids quotas;	/* of which quotas they claim seats, and how many of each */
	struct db_ints claims;
	bool anyway;		/* they come in though there is no seat */
	int64_t at;		/* ms, the device's; 0: now */
	bool let_in;		/* it was let in without network: a double entry is noted, and who has no seat, and who
				 * came to a date that was called off meanwhile */
};

/* *result: {"outcome": "in" …, "number", "people", "name", "time", "door", "entry", "found"}, and of people without
 * application what walk_in.h says; for them there are "full" and "short" too, and nothing was done. */
enum err checkin_enter(struct db *, const struct vault *, struct arena *, const struct checkin_door *,
    const struct checkin_try *, json_t **result) MUST_USE;
/* ERR_NOT_FOUND: no such entry, or undone. */
enum err checkin_undo(struct db *, const struct checkin_door *, const char *entry) MUST_USE;
/* Before several entries in one transaction: holds the dates of the event. */
enum err checkin_hold(struct db *, const struct checkin_door *) MUST_USE;

/* {"id", "title", "slots": [{id, when, today, capacity, left, quotas: [{id, name}]}], "off": [ids of dates that were
 * called off]}.  ERR_NOT_FOUND. */
enum err checkin_event(struct db *, const struct words *, int64_t event, json_t **out) MUST_USE;
/* {"key", "people": [{number, slot, people, state, name, kana, entry, time, door}], "counts"}: what a
 * device takes along. */
enum err checkin_list(struct db *, const struct vault *, struct arena *, const struct checkin_door *, json_t **out) MUST_USE;
/* {"inside", "capacity" or null, "left" or null, "applied", "entered", "walk_ins", "doubles", "over", "lacking"} */
enum err checkin_counts(struct db *, const struct checkin_door *, json_t **out) MUST_USE;
enum err checkin_latest(struct db *, const struct checkin_door *, json_t **out) MUST_USE;

/* A link for one door, good for so many hours; *token goes into its address. */
enum err checkin_door_make(struct db *, struct arena *, int64_t event, const char *name, int64_t staff, int hours,
    const char **token) MUST_USE;
/* What a link opens.  Once its time is over it only takes, for a day, what a device without network had noted; then,
 * or once it was withdrawn, nothing. */
struct checkin_link {
	int64_t event;
	const char *name;
	bool over, dead;
};
/* ERR_NOT_FOUND: there was never such a link. */
enum err checkin_door_open(struct db *, struct arena *, const char *token, struct checkin_link *) MUST_USE;
/* [{id, name, by, ends}]: the links of the event that are good. */
enum err checkin_doors(struct db *, const struct words *, int64_t event, json_t **out) MUST_USE;
/* ERR_NOT_FOUND: no such link, or withdrawn before. */
enum err checkin_door_withdraw(struct db *, int64_t event, int64_t door) MUST_USE;
