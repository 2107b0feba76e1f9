/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
/*
 * Lotteries (抽選) that anybody can check afterwards.  Pure: no database, no clock, no
 * randomness of its own.  docs/lottery.md says why it is fair and how to recompute one.
 *
 *	before sign-up opens	a secret seed is made; its SHA-256 (the commitment), the rule and
 *				what public value will be taken are published
 *	when sign-up closes	the list is frozen; its SHA-256 is published
 *	after that		the public value appears; the lottery is drawn from seed and value;
 *				the record, with the seed, is published
 *
 * A list, as query lottery_list makes it (other keys are an error):
 *
 *	{"form": "chromo-lottery-1",
 *	 "seats": [30, 2],			all seats; then those of each quota
 *	 "rule": {"history": "none" | "order" | "weight", "lots": 3, "strict": false},
 *	 "entries": [{"number": "K7F2Q", "needs": [3, 1], "priority": 0, "wins": 2}, …]}
 *
 * An entry is one application: all its people get seats together or none does.  priority 0
 * goes before 1.  wins: how often they won in the period that the town looks back upon;
 * "order": who won less often goes first; "weight": an entry has lots − wins lots in the
 * urn, one at the least; "none": one lot each.  strict: the first group that does not
 * fit ends the drawing; else smaller groups behind it may have the seats that are left.
 */
enum { LOTTERY_SEATS = 8, LOTTERY_LOTS = 16, LOTTERY_ENTRIES = 100000, LOTTERY_SEED = 64 };

/* SHA-256 of the seed's 64 hexadecimal characters, in 64 of the same. */
const char *lottery_commitment(struct arena *, const char *seed);
/* SHA-256 of the list in canonical JSON. */
const char *lottery_list_hash(struct arena *, const json_t *list);

/* The record: the list with "commitment", "list", "seed", "value", the "day" that the value is
 * of (left out where it is ""), and "result", the entries in the order in which they were drawn:
 *	[{"number": "K7F2Q", "place": 1, "won": true, "waiting": 0}, …]
 * waiting is 1, 2, … for those who did not win: the order of 補欠.
 * ERR_INVALID: the list, the seed, the value or the day is of another shape; the same number
 * twice. */
enum err lottery_draw(struct arena *, const json_t *list, const char *seed, const char *value,
    const char *day, json_t **record) MUST_USE;

/* Draws a published record again.  ERR_INVALID: it is not what comes out. */
enum err lottery_check(struct arena *, const json_t *record) MUST_USE;
