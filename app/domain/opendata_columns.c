/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of the three sets, and what else columns are called.  Where a set is
 * changed or a fourth appears, this table changes and nothing else.
 *
 * The registry's columns are those of its published files.  The standard's are those
 * of files that towns publish: the agency's definition is to be compared before anybody
 * relies on their order; reading goes by name.
 */
#include "domain/opendata.h"
#include <string.h>
#include "base/text.h"

static const struct opendata_column recommended[] = {
	{ "code", "都道府県コード又は市区町村コード" }, { "number", "NO" }, { "publisher_prefecture", "都道府県名" }, /* lint: words */
	{ "publisher_city", "市区町村名" }, { "name", "イベント名" }, { "name_kana", "イベント名_カナ" }, /* lint: words */
	{ "name_en", "イベント名_英語" }, { "first_day", "開始日" }, { "last_day", "終了日" }, { "begins", "開始時間" }, /* lint: words */
	{ "ends", "終了時間" }, { "time_note", "開始日時特記事項" }, { "text", "説明" }, { "fee", "料金(基本)" }, /* lint: words */
	{ "fee_note", "料金(詳細)" }, { "contact", "連絡先名称" }, { "phone", "連絡先電話番号" }, /* lint: words */
	{ "extension", "連絡先内線番号" }, { "organiser", "主催者" }, { "place", "場所名称" }, { "address", "住所" }, /* lint: words */
	{ "building", "方書" }, { "latitude", "緯度" }, { "longitude", "経度" }, { "access", "アクセス方法" }, /* lint: words */
	{ "parking", "駐車場情報" }, { "capacity", "定員" }, { "apply_day", "参加申込終了日" }, /* lint: words */
	{ "apply_time", "参加申込終了時間" }, { "apply_how", "参加申込方法" }, { "url", "URL" }, { "note", "備考" }, /* lint: words */
	{ NULL, NULL }
};

static const struct opendata_column registry[] = {
	{ "number", "NO" }, { "code", "都道府県コード又は市区町村コード" }, { "name", "名称" }, { "name_kana", "名称(カナ)" }, /* lint: words */
	{ "name_en", "名称(英字)" }, { "name_common", "名称(通称)" }, { "subtitle", "サブタイトル" }, { "summary", "概要" }, /* lint: words */
	{ "text", "説明" }, { "subevent", "サブイベント" }, { "kind", "イベント種類" }, { "url", "URL" }, /* lint: words */
	{ "image_url", "画像URL" }, { "state", "状態" }, { "industry", "対象となる産業" }, { "stage", "ステージ" }, /* lint: words */
	{ "first_day", "開始日" }, { "last_day", "終了日" }, { "begins", "開始時刻" }, { "ends", "終了時刻" }, /* lint: words */
	{ "time_note", "日時備考" }, { "place", "場所名称" }, { "meeting", "集合場所" }, { "postcode", "郵便番号" }, /* lint: words */
	{ "prefecture", "住所都道府県" }, { "city", "住所市区町村" }, { "town", "住所町名" }, { "block", "住所丁目以下" }, /* lint: words */
	{ "building", "建物名等" }, { "latitude", "緯度" }, { "longitude", "経度" }, { "organiser", "主催団体" }, /* lint: words */
	{ "co_organiser", "共催団体" }, { "others", "その他関係団体" }, { "target", "対象者" }, { "capacity", "定員" }, /* lint: words */
	{ "fee", "料金(基本)" }, { "fee_note", "料金(詳細)" }, { "languages", "外国語対応" }, { "apply_day", "申込期限日" }, /* lint: words */
	{ "apply_time", "申込期限時刻" }, { "apply_how", "申込方法" }, { "access", "アクセス方法" }, /* lint: words */
	{ "parking", "駐車場情報" }, { "bicycles", "駐輪場情報" }, { "contact", "連絡先名称" }, /* lint: words */
	{ "phone", "連絡先電話番号" }, { "extension", "連絡先内線番号" }, { "email", "連絡先メールアドレス" }, /* lint: words */
	{ "note", "備考" }, /* lint: words */
	{ NULL, NULL }
};

static const struct opendata_column standard[] = {
	{ "code", "全国地方公共団体コード" }, { "number", "ID" }, { "publisher", "地方公共団体名" }, { "name", "イベント名" }, /* lint: words */
	{ "name_kana", "イベント名_カナ" }, { "name_en", "イベント名_英字" }, { "name_common", "イベント名_通称" }, /* lint: words */
	{ "subtitle", "サブタイトル" }, { "summary", "概要" }, { "text", "説明" }, { "subevent", "サブイベント" }, /* lint: words */
	{ "kind", "イベント種類" }, { "content_url", "コンテンツURL" }, { "image_url", "画像" }, { "state", "状態" }, /* lint: words */
	{ "industry", "対象となる産業" }, { "stage", "ステージ" }, { "first_day", "開始日" }, { "last_day", "終了日" }, /* lint: words */
	{ "begins", "開始時間" }, { "ends", "終了時間" }, { "time_note", "日時備考" }, { "place", "場所名称" }, /* lint: words */
	{ "meeting", "集合場所" }, { "postcode", "郵便番号" }, { "address", "所在地_連結表記" }, /* lint: words */
	{ "prefecture", "所在地_都道府県" }, { "city", "所在地_市区町村" }, { "town", "所在地_町字" }, /* lint: words */
	{ "block", "所在地_番地以下" }, { "building", "建物名等(方書)" }, { "latitude", "緯度" }, { "longitude", "経度" }, /* lint: words */
	{ "organiser", "主催団体" }, { "co_organiser", "共催団体" }, { "others", "その他関係団体" }, { "target", "対象者" }, /* lint: words */
	{ "capacity", "定員" }, { "fee_kind", "料金種別" }, { "fee", "料金(基本)" }, { "fee_note", "料金(詳細)" }, /* lint: words */
	{ "languages", "外国語対応" }, { "apply_day", "申込期限日" }, { "apply_time", "申込期限時間" }, /* lint: words */
	{ "apply_how", "申込方法" }, { "access", "アクセス方法" }, { "parking", "駐車場情報" }, /* lint: words */
	{ "bicycles", "駐輪場情報" }, { "contact", "連絡先名称" }, { "phone", "連絡先電話番号" }, /* lint: words */
	{ "extension", "連絡先内線番号" }, { "email", "連絡先メールアドレス" }, { "url", "URL" }, { "note", "備考" }, /* lint: words */
	{ NULL, NULL }
};

/* Names that are in no set but in towns' files. */
static const struct opendata_column others[] = {
	{ "name", "イベント名称" }, { "name", "行事名" }, { "name_kana", "イベント名カナ" }, { "name_en", "名称_英語" }, /* lint: words */
	{ "name_kana", "名称_カナ" }, { "name_en", "イベント名英語" }, { "kind", "カテゴリー" }, { "kind", "カテゴリ" }, /* lint: words */
	{ "place", "会場" }, { "place", "開催場所" }, { "address", "所在地" }, { "organiser", "主催" }, /* lint: words */
	{ "contact", "問い合わせ先" }, { "phone", "電話番号" }, { "target", "対象" }, { "code", "市区町村コード" }, /* lint: words */
	{ "number", "番号" }, { "fee", "料金" }, { "first_day", "開催日" }, { "building", "建物名等(方書)" }, /* lint: words */
	{ NULL, NULL }
};

const struct opendata_column *
opendata_columns(enum opendata set)
{
	switch (set) {
	case OPENDATA_RECOMMENDED:
		return recommended;
	case OPENDATA_REGISTRY:
		return registry;
	case OPENDATA_STANDARD:
	case OPENDATA_SETS:
		break;
	}
	return standard;
}

static const char *
key_in(const struct opendata_column *columns, const char *name)
{
	for (; columns->name != NULL; columns++)
		if (strcmp(columns->name, name) == 0)
			return columns->key;
	return NULL;
}

const char *
opendata_key(struct arena *arena, enum opendata set, const char *name)
{
	const char *plain = text_normal(arena, name);	/* 料金（基本） is 料金(基本) */
	const char *key = key_in(opendata_columns(set), plain);
	int other;

	for (other = 0; key == NULL && other < OPENDATA_SETS; other++)
		key = key_in(opendata_columns((enum opendata)other), plain);
	return key != NULL ? key : key_in(others, plain);
}
