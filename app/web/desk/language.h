/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/question_language.h"
#include "web/desk/question.h"
/*
 * The pages on which staff say the same in other languages and in やさしい日本語: of whatever
 * has texts and, it may be, questions; a survey or an event.  A route of the owner has a handler
 * of one line that calls them:
 *
 *	GET, POST {url}/{owner}/languages		language_list, language_list_save
 *	GET, POST {url}/{owner}/languages/{language}	language_one, language_one_save
 */
struct language_owner {
	const struct question_owner *of;
	/* What there is to say beside the questions. */
	const struct language_text *(*texts)(struct arena *, json_t *what);
	/* What has them: {"id", "title", "open", "questionnaire", "languages": ["ja", …], "texts": {"ja": {…}, …}, "over": a key
	 * of the words that says why nothing is changed any more, if so}.  ERR_NOT_FOUND. */
	enum err (*open)(struct web *, json_t **out);
	/* ERR_CONFLICT: it is over. */
	enum err (*save)(struct db *, const json_t *what, const char *language, json_t *texts);
};

enum err language_list(struct web *, const struct language_owner *) MUST_USE;
enum err language_list_save(struct web *, const struct language_owner *) MUST_USE;
enum err language_one(struct web *, const struct language_owner *) MUST_USE;
enum err language_one_save(struct web *, const struct language_owner *) MUST_USE;
