/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries on a real database: arguments of each type and their NULL, results of
 * each shape, the pipeline, and what a refusal of the server becomes.
 */
#include "tests/db/fixture.h"

static void
test_types(void)
{
	static const char bytes[] = "\0\1\377'\\x";
	struct rows *r;
	const uint8_t *got;
	size_t n;
	enum err e;

	begin(DB_READ);
	e = q_echo(db, (struct q_echo){ .a = INT64_MIN, .b = INT32_MIN, .c = true, .d = -0.1,
	    .e = "お知らせ '\"\\ {}", .f = "00000000-0000-4000-8000-00000000000a",
	    .g = "2026-11-25T00:00:00Z", .h = "2026-02-28", .i = "::1",
	    .j = json_keep(arena, json_pack("{s:[i,s]}", "k", 1, "日\"本")),
	    .k = { bytes, 6 }, .l = "12.50", .m = "90 minutes" }, &r);
	is_int(e, ERR_OK, "a query with an argument of each type");
	ok(rows_int(r, 0, "a") == INT64_MIN, "bigint");
	ok(rows_int(r, 0, "b") == INT32_MIN, "int");
	ok(rows_bool(r, 0, "c"), "boolean");
	is_str(rows_text(r, 0, "d"), "-0.1", "double precision");
	is_str(rows_text(r, 0, "e"), "お知らせ '\"\\ {}", "text");
	is_str(rows_text(r, 0, "f"), "00000000-0000-4000-8000-00000000000a", "uuid");
	is_str(rows_text(r, 0, "g"), "2026-11-25 09:00:00+09", "timestamptz, in Japan's time");
	is_str(rows_text(r, 0, "h"), "2026-02-28", "date");
	is_str(rows_text(r, 0, "i"), "::1", "inet");
	is_str(rows_text(r, 0, "j"), "{\"k\": [1, \"日\\\"本\"]}", "jsonb");
	got = rows_bytes(r, 0, "k", &n);
	ok(n == 6 && memcmp(got, bytes, 6) == 0, "bytea");
	is_str(rows_text(r, 0, "l"), "12.50", "numeric");
	is_str(rows_text(r, 0, "m"), "PT1H30M", "interval");
	db_rollback(db);
}

static void
test_packed(void)
{
	static const char bytes[] = "\0\1\377'\\x";
	struct rows *r;
	const uint8_t *got;
	size_t n = 9;

	begin(DB_READ);
	is_int(q_echo_packed(db, (struct q_echo_packed){ .a = INT64_MIN, .b = -7, .c = true, .e = "お知らせ", .k = { bytes, 6 } }, &r),
	    ERR_OK, "a result in the binary format");
	is_int((int)rows_count(r), 2, "of two rows");
	ok(rows_int(r, 0, "a") == INT64_MIN && rows_int(r, 0, "b") == -7, "integers of two widths, with their sign");
	ok(rows_bool(r, 0, "c"), "boolean");
	is_str(rows_text(r, 0, "e"), "お知らせ", "text");
	got = rows_bytes(r, 0, "k", &n);
	ok(n == 6 && memcmp(got, bytes, 6) == 0, "bytea as it is");
	ok(rows_null(r, 1, "a") && rows_int(r, 1, "a") == 0 && rows_int(r, 1, "b") == 0, "NULL as in text: 0");
	ok(!rows_bool(r, 1, "c"), "… false");
	is_str(rows_text(r, 1, "e"), "", "… the empty text");
	ok(rows_bytes(r, 1, "k", &n) == NULL && n == 0, "… no bytes");
	db_rollback(db);
}

static void
test_nulls(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "j", "k", "ids" };
	const int64_t a = 7;
	const int32_t b = -7;
	const bool c = false;
	const double d = 0.5;
	struct rows *r;
	size_t n = 9;

	begin(DB_READ);
	is_int(q_echo_null(db, (struct q_echo_null){ .a = NULL }, &r), ERR_OK, "all NULL");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ok(rows_null(r, 0, names[i]), "NULL: %s", names[i]);
	is_str(rows_text(r, 0, "e"), "", "NULL reads as the empty text");
	is_int(rows_int(r, 0, "a"), 0, "… as 0");
	ok(!rows_bool(r, 0, "c"), "… as false");
	ok(rows_bytes(r, 0, "k", &n) == NULL && n == 0, "… as no bytes");

	is_int(q_echo_null(db, (struct q_echo_null){ .a = &a, .b = &b, .c = &c, .d = &d, .e = "",
	    .j = json_keep(arena, json_null()), .k = { "", 0 }, .ids = { &a, 0 } }, &r),
	    ERR_OK, "all empty");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ok(!rows_null(r, 0, names[i]), "empty is not NULL: %s", names[i]);
	is_int(rows_int(r, 0, "b"), -7, "a pointer's value");
	is_str(rows_text(r, 0, "d"), "0.5", "another one's");
	is_str(rows_text(r, 0, "ids"), "{}", "an empty array");
	ok(rows_bytes(r, 0, "k", &n) != NULL && n == 0, "bytea of no length");
	db_rollback(db);
}

static void
test_arrays(void)
{
	enum { MANY = 10000 };
	static const int64_t ids[] = { 1, -1, INT64_MAX };
	static const int32_t ints[] = { 1, INT32_MIN };
	static const char *const texts[] = { "a", "", NULL, "NULL", "q\"\\,{}", "日本" };
	static const char *const uuids[] = { "00000000-0000-4000-8000-00000000000a" };
	static const struct db_bytes blobs[] = { { "\1\2", 2 }, { NULL, 0 }, { "", 0 } };
	int64_t *many = arena_alloc(arena, MANY * sizeof *many);
	struct db_bytes *hashes = arena_alloc(arena, MANY * sizeof *hashes);
	struct rows *r;

	begin(DB_READ);
	is_int(q_echo_arrays(db, (struct q_echo_arrays){ .ids = { ids, 3 }, .ints = { ints, 2 },
	    .texts = { texts, 6 }, .uuids = { uuids, 1 }, .blobs = { blobs, 3 } }, &r),
	    ERR_OK, "arrays");
	is_str(rows_text(r, 0, "ids"), "{1,-1,9223372036854775807}", "bigint[]");
	is_str(rows_text(r, 0, "ints"), "{1,-2147483648}", "int[]");
	is_str(rows_text(r, 0, "texts"), "{a,\"\",NULL,\"NULL\",\"q\\\"\\\\,{}\",日本}", "text[]");
	is_str(rows_text(r, 0, "uuids"), "{00000000-0000-4000-8000-00000000000a}", "uuid[]");
	is_str(rows_text(r, 0, "blobs"), "{\"\\\\x0102\",NULL,\"\\\\x\"}", "bytea[]");

	for (size_t i = 0; i < MANY; i++) {
		many[i] = (int64_t)i;
		hashes[i] = (struct db_bytes){ many, 32 };
	}
	is_int(q_sums(db, (struct q_sums){ .ids = { many, MANY }, .blobs = { hashes, MANY } }, &r),
	    ERR_OK, "arrays of 10,000");
	is_int(rows_int(r, 0, "ids"), 49995000, "all numbers arrived");
	is_int(rows_int(r, 0, "blobs"), 320000, "all bytes arrived");
	db_rollback(db);
}

static void
test_shapes(void)
{
	size_t size = 3 << 20;
	char *photo = arena_alloc(arena, size), *text;
	struct db_bytes back;
	const char *count = "untouched";
	struct rows *rows;
	json_t *json = NULL;
	int n = -1;

	memset(photo, 0xa5, size);
	empty();
	begin(DB_WRITE);
	is_int(q_plant_list(db, &json), ERR_OK, ":list without rows");
	is_int(json_array_size(json), 0, "… has none");
	json = NULL;
	is_int(q_plant_names(db, &rows), ERR_OK, ":many without rows");
	is_int(rows_count(rows), 0, "… has none");
	is_int(q_plant_json(db, (struct q_plant_json){ .id = 1 }, &json), ERR_NOT_FOUND, ":json without a row");
	ok(json == NULL, "… and leaves *out alone");
	ok(!db_failed(db), "… and the transaction goes on");
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 1, .name = "梅", .photo = { photo, size } }, &n),
	    ERR_OK, ":exec with 3 MB");
	is_int(n, 1, "… affected one row");
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 2, .name = "桜" }, NULL), ERR_OK, ":exec, nobody counts");
	is_int(q_plant_json(db, (struct q_plant_json){ .id = 1 }, &json), ERR_OK, ":json");
	is_str(json_text(json, "name"), "梅", "… is read");
	is_int(q_plant_count(db, &count), ERR_OK, ":text");
	is_str(count, "2", "… is text");
	is_int(q_plant_names(db, &rows), ERR_OK, ":many");
	is_int(rows_count(rows), 2, "… has two rows");
	is_str(rows_text(rows, 1, "name"), "桜", "… in order");
	is_int(q_plant_list(db, &json), ERR_OK, ":list");
	text = json_dumps(json, JSON_COMPACT);
	is_str(text, "[{\"id\":1,\"name\":\"梅\",\"place\":null,\"late\":false,"
	    "\"ids\":[1,-7],\"none\":[],\"doc\":{\"a\":1},\"at\":\"2026-11-25T22:26:21+09:00\",\"never\":\"infinity\"},{\"id\":2,\"name\":\"桜\",\"place\":null,\"late\":true,"
	    "\"ids\":[2,-7],\"none\":[],\"doc\":{\"a\":2},\"at\":\"2026-11-25T22:26:21+09:00\",\"never\":\"infinity\"}]", "… has every type");
	free(text);
	is_int(q_plant_photo(db, (struct q_plant_photo){ .id = 1 }, &back), ERR_OK, ":bytes");
	ok(back.n == size && memcmp(back.data, photo, size) == 0, "… gives 3 MB back");
	is_int(q_plant_photo(db, (struct q_plant_photo){ .id = 2 }, &back), ERR_NOT_FOUND, ":bytes of NULL");
	is_int(db_commit(db), ERR_OK, "commit");
	is_str(admin_do("SELECT count(*) FROM plant"), "2", "others see it");
}

static void
test_queue(void)
{
	const char *before, *after = "untouched";
	enum err e = ERR_OK;
	struct rows *rows;
	json_t *none;
	int n = -1, ignored;

	empty();
	begin(DB_WRITE);
	(void)!q_plant_count_queue(db, &before);
	(void)!q_plant_add_queue(db, (struct q_plant_add){ .id = 1, .name = "松" }, &n);
	is_int(n, -1, "a queued query has not run");
	is_int(q_plant_count(db, &after), ERR_OK, "three queries in one flight");
	is_str(before, "0", "the first one's result");
	is_int(n, 1, "the second one's");
	is_str(after, "1", "the third one's, after the second");

	(void)!q_plant_json_queue(db, (struct q_plant_json){ .id = 99 }, &none);
	is_int(q_plant_names(db, &rows), ERR_NOT_FOUND, "a queued query that finds nothing tells the next call");
	is_int(q_plant_names(db, &rows), ERR_OK, "… once");
	is_int(rows_count(rows), 1, "… and the transaction goes on");

	(void)!q_plant_add_queue(db, (struct q_plant_add){ .id = 1, .name = "松" }, &ignored);
	after = "untouched";
	is_int(q_plant_count(db, &after), ERR_CONFLICT, "a queued failure is the next call's");
	is_str(after, "untouched", "… whose result is not written");
	ok(db_failed(db), "the transaction has failed");
	is_int(q_plant_count(db, &after), ERR_CONFLICT, "… for every call");
	is_int(db_commit(db), ERR_CONFLICT, "… and for the commit");
	ok(!db_in_transaction(db), "… which ends it");
	is_str(admin_do("SELECT count(*) FROM plant"), "0", "nothing is kept");

	begin(DB_WRITE);
	for (int i = 0; i < 3 * QUEUE_MAX && e == ERR_OK; i++)
		e = q_plant_add_queue(db, (struct q_plant_add){ .id = i, .name = "竹" }, NULL);
	is_int(e, ERR_OK, "more than the queue holds");
	is_int(db_commit(db), ERR_OK, "commit takes the rest along");
	is_str(admin_do("SELECT count(*) FROM plant"), "192", "all are kept");

	begin(DB_WRITE);
	(void)!q_plant_json_queue(db, (struct q_plant_json){ .id = -1 }, &none);
	(void)!q_plant_remove_all_queue(db, NULL);
	is_int(db_commit(db), ERR_NOT_FOUND, "a commit hears what is queued");
	is_str(admin_do("SELECT count(*) FROM plant"), "192", "… before it commits");
}

static void
test_errors(void)
{
	static const struct { const char *state; enum err err; } cases[] = {
		{ "CH001", ERR_GONE }, { "CH002", ERR_NOT_FOUND }, { "CH003", ERR_CONFLICT },
		{ "CH004", ERR_INVALID }, { "CH005", ERR_FORBIDDEN }, { "23505", ERR_CONFLICT },
		{ "23P01", ERR_CONFLICT }, { "22003", ERR_INVALID }, { "23502", ERR_INVALID },
		{ "23503", ERR_INVALID }, { "23514", ERR_INVALID }, { "42501", ERR_FORBIDDEN },
		{ "40001", ERR_BUSY }, { "40P01", ERR_BUSY }, { "55P03", ERR_BUSY },
		{ "57014", ERR_BUSY }, { "53200", ERR_BUSY }, { "08006", ERR_BUSY },
		{ "P0001", ERR_DB }, { "0A000", ERR_DB }, { "CH999", ERR_DB },
	};
	const char *count;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(DB_WRITE);
		is_int(q_fail(db, (struct q_fail){ .state = cases[i].state }, NULL), cases[i].err,
		    "SQLSTATE %s is %s", cases[i].state, err_name(cases[i].err));
		db_rollback(db);
	}
	begin(DB_READ);
	is_int(q_closed_count(db, &count), ERR_FORBIDDEN, "a table without grant");
	db_rollback(db);
	begin(DB_READ);
	is_int(q_not_number(db, (struct q_not_number){ .text = "x" }, NULL), ERR_INVALID, "a value that does not fit");
	db_rollback(db);
	begin(DB_READ);
	is_int(q_plant_remove_all(db, NULL), ERR_DB, "a change where reading was declared");
	db_rollback(db);
}

int
main(int argc, char **argv)
{
	fixture_open(argc, argv);
	test_types();
	test_packed();
	test_nulls();
	test_arrays();
	test_shapes();
	test_queue();
	test_errors();
	return fixture_close();
}
