/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
/*
 * Questionnaires: the one engine for questions, of surveys, of sign-ups to events and of
 * forms on the web.
 *
 * The engine works on an edition, a document that never changes once it is published:
 *
 *	{"edition": 2, "languages": ["ja", "ja-easy", "en"], "questions": [
 *	  {"code": "q1", "kind": "single", "required": true,
 *	   "texts": {"ja": {"label": "…", "help": "…"}, "en": {…}},
 *	   "choices": [{"code": "1", "texts": {"ja": "はい"}},
 *	               {"code": "2", "texts": {"ja": "いいえ"}},
 *	               {"code": "other", "texts": {"ja": "その他"}, "other": true},
 *	               {"code": "none", "texts": {"ja": "どれでもない"}, "none": true}],
 *	   "settings": {"shuffle": true},
 *	   "show": null,
 *	   "jumps": [{"when": C, "to": "q5"}, {"when": null, "to": "end"}]}, …]}
 *
 * A text that a language lacks is taken from "ja".  A label may name an earlier answer:
 * {q1}.  The code of a question or choice is its name for ever: in answers, conditions,
 * tallies and exports.
 *
 * A condition C is a list of groups, of which one must hold; a group holds when all of its
 * terms do:
 *
 *	{"any": [{"all": [{"question": "q1", "is": "chosen", "value": "1"}]}]}
 *
 * "is": chosen, not_chosen (choices; of a matrix the question is "q4.r2"), equals, less,
 * more (numbers, scales, dates, times), answered, not_answered.  It may name earlier
 * questions only; so no condition can go round in a circle, and jumps only go forward.
 *
 * Settings by kind:
 *	single, multi	shuffle; multi: min, max (how many)
 *	text		max (characters), pattern: email, phone, postcode, kana, digits
 *	long		max
 *	number		min, max (decimal text), decimals, unit
 *	date, time	min, max ("2026-11-26", "09:30"), date also "past" or "future": true
 *	scale		points: 5, 7 or 11 (NPS, 0 … 10); low, high (texts of the ends, by language)
 *	rank		max (how many of the choices are put in order)
 *	matrix		rows: [{"code": "r1", "texts": {…}}]; choices are its columns; multi: true
 *	address		district: true (the postcode gives the district)
 *	map		lat, lon, zoom (where it begins)
 *	file		max (how many), kinds: image, pdf
 *	any		equal_or_more: "q3" (a check across fields: not less than that answer)
 *
 * Answers are an object by code, of texts, so that one way of counting serves all:
 *
 *	single "2" · multi ["1", "3"] · text, long "…" · number "12.5" · date "2026-11-26" ·
 *	time "09:30" · scale "4" · rank ["3", "1"] · matrix {"r1": "2"} (multi: {"r1": ["2"]}) ·
 *	address {"postcode": "1050011", "district": "12", "text": "…"} ·
 *	map {"lat": "35.65858", "lon": "139.74543"} · file ["<attachment>"] · consent "1" ·
 *	その他 in words: "q1.other" "…"
 *
 * What was not asked (skipped by the path) is not there.
 */
