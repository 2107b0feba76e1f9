/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
/*
 * What may be said to a question of each kind, and what it means, for
 * domain_questionnaire_random_test.c: the truth in a table, written by hand.
 */

/* A value as it is kept.  wrong: of no use to its kind.  partial: only where nothing must be
 * answered.  chosen: bit n is the n-th of the choices, of each row.  amount orders numbers, points,
 * days and times. */
struct value {
	const char *json, *other;
	bool wrong, partial;
	unsigned chosen[2];
	long amount;
};
#define GOOD(text) { .json = (text) }
#define WRONG(text) { .json = (text), .wrong = true }
#define SOME(text, bits) { .json = (text), .chosen = { bits } }
#define SIZE(text, n) { .json = (text), .amount = n }
/* Of no kind whatever. */
#define NONSENSE WRONG("null"), WRONG("\"\""), WRONG("7"), WRONG("true"), WRONG("[]"), WRONG("{}"), WRONG("[[\"1\"]]"), \
	{ .json = NULL }
#define UUID(n) "\"0000000" n "-89ab-4cde-8f01-23456789abcd\""

static const struct value singles[] = {
	SOME("\"1\"", 1), SOME("\"2\"", 2), SOME("\"3\"", 4), SOME("\"n\"", 16),
	{ .json = "\"o\"", .other = "\"犬\"", .chosen = { 8 } }, WRONG("\"o\""), { .json = "\"o\"", .other = "\"\"", .wrong = true },
	{ .json = "\"o\"", .other = "[\"x\"]", .wrong = true }, { .json = "\"1\"", .other = "\"犬\"", .wrong = true },
	WRONG("\"9\""), WRONG("[\"1\"]"),
	WRONG("\"１\""), NONSENSE };
/* At least two unless it is 「どれでもない」, at most three. */
static const struct value multis[] = {
	SOME("[\"1\",\"2\"]", 3), SOME("[\"3\",\"1\"]", 5), SOME("[\"1\",\"2\",\"3\"]", 7),
	SOME("[\"n\"]", 16), { .json = "[\"2\",\"o\"]", .other = "\"猫\"", .chosen = { 10 } }, WRONG("[\"1\"]"),
	{ .json = "[\"1\",\"2\",\"3\",\"o\"]", .other = "\"猫\"", .wrong = true }, WRONG("[\"1\",\"n\"]"), WRONG("[\"1\",\"1\"]"),
	WRONG("[\"1\",\"9\"]"),
	WRONG("\"1\""), WRONG("[\"2\",\"o\"]"), { .json = "[\"1\",\"2\"]", .other = "\"猫\"", .wrong = true }, NONSENSE };
static const struct value ranks[] = {	/* two at most */
	SOME("[\"1\"]", 1), SOME("[\"2\",\"1\"]", 3), SOME("[\"3\",\"2\"]", 6),
	WRONG("[\"1\",\"2\",\"3\"]"), WRONG("[\"1\",\"1\"]"), WRONG("[\"9\"]"), WRONG("\"1\""), NONSENSE };
static const struct value rows[] = {
	{ .json = "{\"r1\":\"1\",\"r2\":\"3\"}", .chosen = { 1, 4 } }, { .json = "{\"r1\":\"2\",\"r2\":\"2\"}", .chosen = { 2, 2 } },
	{ .json = "{\"r2\":\"1\"}", .partial = true, .chosen = { 0, 1 } },
	{ .json = "{\"r1\":\"3\"}", .partial = true, .chosen = { 4, 0 } },
	WRONG("{\"r1\":\"9\",\"r2\":\"1\"}"), WRONG("{\"r1\":\"1\",\"r2\":\"1\",\"r3\":\"1\"}"),
	WRONG("{\"r1\":[\"1\"],\"r2\":\"1\"}"), NONSENSE };
static const struct value rows_several[] = {
	{ .json = "{\"r1\":[\"1\",\"2\"],\"r2\":[\"3\"]}", .chosen = { 3, 4 } },
	{ .json = "{\"r1\":[\"2\"],\"r2\":[\"1\",\"3\"]}", .chosen = { 2, 5 } },
	{ .json = "{\"r1\":[\"3\"]}", .partial = true, .chosen = { 4, 0 } }, WRONG("{\"r1\":[],\"r2\":[\"1\"]}"),
	WRONG("{\"r1\":\"1\",\"r2\":[\"1\"]}"), WRONG("{\"r1\":[\"1\",\"1\"],\"r2\":[\"1\"]}"), NONSENSE };
static const struct value whole_numbers[] = {	/* 0 to 20 */
	SIZE("\"0\"", 0), SIZE("\"3\"", 30), SIZE("\"9\"", 90), SIZE("\"10\"", 100), SIZE("\"20\"", 200),
	WRONG("\"21\""), WRONG("\"-1\""), WRONG("\"007\""), WRONG("\"１２\""), WRONG("\"1e1\""), WRONG("\"0x9\""),
	WRONG("\"nan\""), WRONG("\" 5\""),
	WRONG("\"+5\""), WRONG("\"2.5\""), WRONG("\"1,000\""), WRONG("\"99999999999999999999\""), NONSENSE };
static const struct value decimals[] = {	/* one, -2 to 12.5 */
	SIZE("\"-0.5\"", -5), SIZE("\"0\"", 0), SIZE("\"2.5\"", 25), SIZE("\"9\"", 90), SIZE("\"12.5\"", 125),
	WRONG("\"12.6\""), WRONG("\"-2.1\""), WRONG("\"2.50\""), WRONG("\"2.55\""), WRONG("\".5\""), WRONG("\"2.\""),
	WRONG("\"-0\""), NONSENSE };
static const struct value days[] = {	/* April to September of 2026 */
	SIZE("\"2026-04-01\"", 401), SIZE("\"2026-06-15\"", 615), SIZE("\"2026-09-30\"", 930), WRONG("\"2026-03-31\""),
	WRONG("\"2026-10-01\""), WRONG("\"2026-06-31\""), WRONG("\"2026-6-15\""), WRONG("\"令和8-06-15\""),
	WRONG("\"2026-06-15x\""), NONSENSE };
static const struct value past[] = {
	SIZE("\"1926-12-25\"", 19261225), SIZE("\"2024-02-29\"", 20240229), WRONG("\"2023-02-29\""), WRONG("\"2126-01-01\""), NONSENSE };
static const struct value times[] = {	/* 9 to 17 o'clock */
	SIZE("\"09:00\"", 900), SIZE("\"12:30\"", 1230), SIZE("\"17:00\"", 1700), WRONG("\"08:59\""), WRONG("\"17:01\""),
	WRONG("\"9:30\""), WRONG("\"24:00\""), WRONG("\"12:60\""), NONSENSE };
static const struct value stars[] = {
	SIZE("\"1\"", 1), SIZE("\"3\"", 3), SIZE("\"5\"", 5), WRONG("\"0\""), WRONG("\"6\""), WRONG("\"05\""), WRONG("\"3.5\""),
	NONSENSE };
static const struct value nps[] = {
	SIZE("\"0\"", 0), SIZE("\"9\"", 9), SIZE("\"10\"", 10), WRONG("\"11\""), WRONG("\"-1\""), NONSENSE };
static const struct value words[] = {	/* five characters */
	GOOD("\"髙橋\""), GOOD("\"👨‍👩‍👧‍👦👨‍👩‍👧‍👦\""), GOOD("\"مرحبا\""), GOOD("\"=1+1\""), WRONG("\"123456\""), WRONG("\"a\\nb\""),
	WRONG("\"a\\u0001\""),
	WRONG("\"\xef\xbf\xbd\""), NONSENSE };
static const struct value kana[] = { GOOD("\"ヤマダ\""), GOOD("\"やまだ はな\""), WRONG("\"山田\""), WRONG("\"ﾔﾏﾀﾞ\""), NONSENSE };
static const struct value phones[] = { GOOD("\"0312345678\""), WRONG("\"03-1234-5678\""), WRONG("\"12\""), NONSENSE };
static const struct value longs[] = {	/* ten characters */
	GOOD("\"一行\\n二行\""), GOOD("\"<b>\""), WRONG("\"12345678901\""), WRONG("\"a\\u0007\""), NONSENSE };
static const struct value places[] = {
	GOOD("{\"postcode\":\"1050011\",\"text\":\"芝公園\"}"), GOOD("{\"district\":\"12\"}"), WRONG("{\"postcode\":\"105-0011\"}"),
	WRONG("{\"postcode\":\"105\"}"),
	WRONG("{\"zip\":\"1050011\"}"), WRONG("{\"text\":\"\"}"), WRONG("{\"text\":7}"), NONSENSE };
static const struct value points[] = {
	GOOD("{\"lat\":\"35.65858\",\"lon\":\"139.74543\"}"), GOOD("{\"text\":\"公園\"}"), WRONG("{\"lat\":\"35\"}"),
	WRONG("{\"lat\":\"91\",\"lon\":\"1\"}"),
	WRONG("{\"lat\":\"３５\",\"lon\":\"139\"}"), WRONG("{\"lat\":\"1\",\"lon\":\"1\",\"alt\":\"1\"}"), NONSENSE };
static const struct value files[] = {	/* two */
	GOOD("[" UUID("1") "]"), GOOD("[" UUID("1") "," UUID("2") "]"), WRONG("[" UUID("1") "," UUID("1") "]"),
	WRONG("[" UUID("1") "," UUID("2") "," UUID("3") "]"),
	WRONG("[\"../../x\"]"), WRONG(UUID("1")), NONSENSE };
static const struct value consents[] = { GOOD("\"1\""), WRONG("\"0\""), WRONG("\"yes\""), NONSENSE };
static const struct value notes[] = { WRONG("\"1\""), NONSENSE };

#define LIST "\"choices\":[{\"code\":\"1\",\"texts\":{}},{\"code\":\"2\",\"texts\":{}},{\"code\":\"3\",\"texts\":{}}"
#define MORE ",{\"code\":\"o\",\"texts\":{},\"other\":true},{\"code\":\"n\",\"texts\":{},\"none\":true}"
#define ROWS "\"rows\":[{\"code\":\"r1\",\"texts\":{}},{\"code\":\"r2\",\"texts\":{}}]"

enum measure { NOTHING, CHOICES, TWO_ROWS, AMOUNT };
static const struct sort {
	const char *kind, *choices, *settings;
	enum measure measure;
	const struct value *values;
} sorts[] = {
	{ "single", LIST MORE "]", "", CHOICES, singles }, { "multi", LIST MORE "]", "\"min\":2,\"max\":3", CHOICES, multis },
	{ "rank", LIST "]", "\"max\":2", CHOICES, ranks }, { "matrix", LIST "]", ROWS, TWO_ROWS, rows },
	{ "matrix", LIST "]", ROWS ",\"multi\":true", TWO_ROWS, rows_several },
	{ "number", "", "\"min\":\"0\",\"max\":\"20\"", AMOUNT, whole_numbers },
	{ "number", "", "\"min\":\"-2\",\"max\":\"12.5\",\"decimals\":1", AMOUNT, decimals },
	{ "date", "", "\"min\":\"2026-04-01\",\"max\":\"2026-09-30\"", AMOUNT, days }, { "date", "", "\"past\":true", AMOUNT, past },
	{ "time", "", "\"min\":\"09:00\",\"max\":\"17:00\"", AMOUNT, times }, { "scale", "", "\"points\":5", AMOUNT, stars },
	{ "scale", "", "\"points\":11", AMOUNT, nps }, { "text", "", "\"max\":5", NOTHING, words },
	{ "text", "", "\"pattern\":\"kana\"", NOTHING, kana }, { "text", "", "\"pattern\":\"phone\"", NOTHING, phones },
	{ "long", "", "\"max\":10", NOTHING, longs }, { "address", "", "", NOTHING, places }, { "map", "", "", NOTHING, points },
	{ "file", "", "\"max\":2", NOTHING, files }, { "consent", "", "", NOTHING, consents }, { "note", "", "", NOTHING, notes },
};
enum { SORTS = sizeof sorts / sizeof *sorts, NOTE = SORTS - 1 };
