/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of events as open data.  The published files of 2022 are read and written again
 * byte by byte equal where they are at hand (CHROMO_SAMPLES names their folder); the
 * rest of the checks needs none.
 */
#include "domain/opendata.h"
#include <dirent.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/json.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static void
slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char part[65536];
	size_t n;

	buf_init(out, arena);
	while (f != NULL && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	if (f != NULL)
		fclose(f);
}

/* Empty cells are not held against anybody: ",," is all that is left of them. */
static void
csv_sample(const char *name, const struct buf *file)
{
	struct opendata_file read;
	struct buf again, standard;

	ok(opendata_read(arena, file->data, file->len, &read) == ERR_OK && read.set == OPENDATA_REGISTRY,
	    "%s: read", name);
	buf_init(&again, arena);
	opendata_write(arena, read.events, OPENDATA_REGISTRY, "\n", &again);
	ok(again.len == file->len && memcmp(again.data, file->data, again.len) == 0, "%s: written again equal", name);

	/* Through the present set and back nothing is lost either. */
	buf_init(&standard, arena);
	opendata_write(arena, read.events, OPENDATA_STANDARD, "\r\n", &standard);
	ok(opendata_read(arena, standard.data, standard.len, &read) == ERR_OK && read.set == OPENDATA_STANDARD,
	    "%s: read in the present set", name);
	buf_reset(&again);
	opendata_write(arena, read.events, OPENDATA_REGISTRY, "\n", &again);
	ok(again.len == file->len && memcmp(again.data, file->data, again.len) == 0, "%s: and back, equal", name);
}

static void
json_sample(const char *name, const struct buf *file)
{
	struct opendata_file read;
	json_t *list = NULL;

	ok(json_parse(arena, file->data, file->len, &list) == ERR_OK &&
	    opendata_read_json(arena, list, &read) == ERR_OK && read.set == OPENDATA_REGISTRY, "%s: read", name);
	ok(json_equal(list, opendata_write_json(arena, read.events, read.set, "event-schema.jsonld")),
	    "%s: written again equal", name);
}

static void
samples(void)
{
	const char *folder = getenv("CHROMO_SAMPLES"), *path;
	struct dirent *entry;
	struct buf file;
	DIR *dir;
	int seen = 0;

	path = arena_printf(arena, "%s/opendata-event", folder != NULL ? folder : "");
	dir = folder != NULL ? opendir(path) : NULL;
	if (dir == NULL) {
		diag("CHROMO_SAMPLES is not set: the published files were not tried");
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		slurp(arena_printf(arena, "%s/%s", path, entry->d_name), &file);
		if (strstr(entry->d_name, ".csv") != NULL && ++seen)
			csv_sample(entry->d_name, &file);
		else if (strcmp(entry->d_name, "event-latest.jsonld") == 0 && ++seen)
			json_sample(entry->d_name, &file);
	}
	closedir(dir);
	ok(seen >= 7, "%d published files", seen);
}

static json_t *
read_text(const char *text, enum opendata set)
{
	struct opendata_file file = { 0 };

	ok(opendata_read(arena, text, strlen(text), &file) == ERR_OK && file.set == set, "read as set %d", (int)set);
	return json_array_get(file.events, 0);
}

static void
sets(void)
{
	json_t *e;
	struct opendata_file file;
	struct buf out;

	e = read_text("都道府県コード又は市区町村コード,NO,イベント名,開始日,開始時間,料金（基本）,主催者,託児所_有無\n"
	    "131032,7,もちつき,2019/1/6,9:30,０円,町会,有\n", OPENDATA_RECOMMENDED);
	is_str(json_text(e, "name"), "もちつき", "the name");
	is_str(json_text(e, "first_day"), "2019-01-06", "the day as everywhere");
	is_str(json_text(e, "begins"), "09:30", "the time as everywhere");
	is_str(json_text(e, "fee"), "０円", "a text as it stands, under a name with full-width brackets");
	is_str(json_text(e, "+託児所_有無"), "有", "a local addition is kept");
	is_str(json_text(e, "key"), "131032/7", "the key");

	e = read_text("イベント名,全国地方公共団体コード,ID,コンテンツURL,所在地_連結表記,料金種別\n"
	    "朝市,131032,A-1,https://example.jp/1,港区芝1-1,無料\n", OPENDATA_STANDARD);
	is_str(json_text(e, "address"), "港区芝1-1", "by name, not by position");

	/* A round through CP932, as Excel saves it. */
	e = read_text("NO,\x96\xbc\x8f\xcc\n1,\x92\xa9\x8e\x73\n", OPENDATA_REGISTRY);
	is_str(json_text(e, "name"), "朝市", "CP932");

	e = read_text("NO,名称,開始日,終了日\n1,=HYPERLINK(1),毎月第1日曜,2020-02-30x\n", OPENDATA_REGISTRY);
	is_str(json_text(e, "first_day"), "毎月第1日曜", "a day in words stays");
	is_str(json_text(e, "last_day"), "2020-02-30x", "and one that is none");
	buf_init(&out, arena);
	opendata_write(arena, json_keep(arena, json_pack("[O]", e)), OPENDATA_STANDARD, "\r\n", &out);
	ok(strstr(out.data, ",'=HYPERLINK(1),") != NULL, "no formula comes out");
	ok(strstr(out.data, "備考\r\n") != NULL, "no columns of others");

	ok(opendata_read(arena, "a,b\n1,2\n", 8, &file) == ERR_INVALID, "refused: no names of events");
	ok(opendata_read(arena, "", 0, &file) == ERR_INVALID, "refused: nothing");
	ok(opendata_read_json(arena, json_keep(arena, json_object()), &file) == ERR_INVALID, "refused: no list");
	ok(opendata_read_json(arena, json_keep(arena, json_pack("[i]", 1)), &file) == ERR_INVALID, "refused: no objects");
}

static void
keys(void)
{
	const char *text = "NO,名称,開始日,場所名称\n7,A,2020-01-01,x\n7,B,2020-01-01,x\n,C,2020-01-01,x\n8,D,2020-01-01,x\n";
	struct opendata_file one, two;
	const char *a, *b, *c;

	ok(opendata_read(arena, text, strlen(text), &one) == ERR_OK && opendata_read(arena, text, strlen(text), &two) ==
	    ERR_OK && json_equal(one.events, two.events), "the same keys each time");
	a = json_text(json_array_get(one.events, 0), "key");
	b = json_text(json_array_get(one.events, 1), "key");
	c = json_text(json_array_get(one.events, 2), "key");
	ok(strcmp(a, b) != 0 && strcmp(b, c) != 0, "numbers used twice or missing are told apart");
	is_str(json_text(json_array_get(one.events, 3), "key"), "/8", "a number of its own is the key");
}

int
main(void)
{
	json_setup();
	arena = arena_new();
	sets();
	keys();
	samples();
	arena_free(arena);
	return done();
}
