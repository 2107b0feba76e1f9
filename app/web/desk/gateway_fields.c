/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to what people paste into the fields of each kind of gateway; see gateway_fields.h.
 *
 * A token comes out of a mail or a web page, with blanks, line ends, quotes or "Bearer" around it and
 * now and then in full-width letters.  All that goes; then it must be of the shape that the
 * provider gives, so that a wrong one is told now and not by the first message.
 */
#include "web/desk/gateway_fields.h"

#include <ctype.h>

#include "base/text.h"

/* The box by which a secret that need not be there is taken away. */
static const char *
clear_of(struct arena *a, const struct gateway_field *d)
{
	return arena_printf(a, "%s_clear", d->name);
}

/* --- showing --- */

void
gateway_fields_fill(struct web *w, struct form *f, const struct gateway_form *g, const json_t *account)
{
	const json_t *settings = json_object_get(account, "settings");
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *value = account == NULL && d->preset != NULL ? d->preset : gateway_stored(w->arena, settings, gateway_key(d));

		if (d->shape == SHAPE_FLAG)
			form_set_flag(f, d->name, account == NULL ? d->preset != NULL : strcmp(value, "no") != 0);
		else
			form_set(f, d->name, d->secret ? "" : value);
		if (d->secret && !d->required)
			form_set_flag(f, clear_of(w->arena, d), false);
	}
	if (g->has_url)
		form_set(f, "url", json_text(account, "url"));
}

/* Whether an account has this secret already; the page hears no more of it. */
static bool
has_secret(const json_t *account, const char *name)
{
	return json_text(json_object_get(account, "secrets"), name)[0] != '\0';
}

json_t *
gateway_fields_rows(struct web *w, struct form *f, const struct gateway_form *g, bool more)
{
	const json_t *shown = form_json(f), *account = json_object_get(w->view, "account");
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *label = arena_printf(w->arena, "gateway_%s_%s", g->kind, d->name);
		bool number = d->shape == SHAPE_COUNT || d->shape == SHAPE_YEN, flag = d->shape == SHAPE_FLAG;
		json_t *row;

		if (d->more != more)
			continue;
		row = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:O?}",
		    "label", words_get(w->words, label), "hint", words_get(w->words, arena_printf(w->arena, "%s_hint", label)),
		    "required", d->required, "is_number", number, "is_flag", flag,
		    "is_secret", d->secret && d->shape != SHAPE_KEY, "is_lines", d->shape == SHAPE_KEY,
		    "is_text", !number && !flag && !d->secret,
		    "kept", d->secret && has_secret(account, gateway_key(d)),
		    "clear", d->secret && !d->required && has_secret(account, gateway_key(d))
		    ? json_object_get(shown, clear_of(w->arena, d)) : NULL);
		json_object_update(row, json_object_get(shown, d->name));
		json_array_append_new(rows, row);
	}
	if (more && g->has_url) {
		json_t *row = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:n}",
		    "label", words_get(w->words, "gateway_url"), "hint", words_get(w->words, "gateway_url_hint"),
		    "required", 0, "is_number", 0, "is_flag", 0, "is_secret", 0, "is_lines", 0, "is_text", 1, "kept", 0, "clear");

		json_object_update(row, json_object_get(shown, "url"));
		json_array_append_new(rows, row);
	}
	return rows;
}

/* --- reading --- */

/* A name without anything that came along when it was copied. */
static char *
pasted(struct arena *a, const char *typed)
{
	char *text = text_normal(a, typed), *to, *from;
	static const char *const around[] = { "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xef\xbb\xbf", "\xe2\x81\xa0" };
	size_t i;

	for (i = 0; i < sizeof around / sizeof *around; i++)
		while ((from = strstr(text, around[i])) != NULL)
			memmove(from, from + 3, strlen(from + 3) + 1);
	if (strncasecmp(text, "Bearer ", 7) == 0)
		text += 7;
	for (to = from = text; *from != '\0'; from++)
		if (strchr(" \"'`", *from) == NULL)
			*to++ = *from;
	*to = '\0';
	return text;
}

static void
read_one(struct web *w, struct form *f, const struct gateway_field *d, json_t *into)
{
	const char *typed = fields_get(w->fields, d->name), *text, *problem;
	bool clear = d->secret && !d->required && form_flag(f, clear_of(w->arena, d));

	if (d->shape == SHAPE_FLAG) {
		json_object_set_new(into, gateway_key(d), json_string(form_flag(f, d->name) ? "yes" : "no"));
		return;
	}
	text = d->shape == SHAPE_KEY ? text_body(w->arena, typed) : pasted(w->arena, typed);
	form_set(f, d->name, d->secret ? "" : text);
	if (text[0] == '\0') {
		bool kept = d->secret && json_text(into, gateway_key(d))[0] != '\0';

		if (kept && !clear)
			return;
		if (d->required)
			form_problem(f, d->name, "form_required");
		else
			json_object_del(into, gateway_key(d));
		return;
	}
	if (d->shape == SHAPE_COUNT) {
		json_object_set_new(into, gateway_key(d), json_integer(form_number(f, d->name, FORM_REQUIRED, d->min, d->max)));
		return;
	}
	if (d->shape == SHAPE_YEN) {
		if (gateway_misshapen(w->arena, d, text) != NULL) {
			form_detail(f, d->name, "max", d->max);
			form_problem(f, d->name, "gateway_bad_yen");
		}
		json_object_set_new(into, gateway_key(d), json_string(text));
		return;
	}
	problem = text_is_clean(text, d->shape == SHAPE_KEY) ? gateway_misshapen(w->arena, d, text) : "form_control_characters";
	if (problem != NULL) {
		form_detail(f, d->name, "max", d->max);
		form_detail(f, d->name, "length", (int64_t)text_length(text));
		form_problem(f, d->name, problem);
	}
	json_object_set_new(into, gateway_key(d), json_string(text));
}

bool
gateway_fields_cleaned(struct web *w, const struct gateway_form *g)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *typed = fields_get(w->fields, d->name);

		if (d->shape != SHAPE_KEY && d->shape != SHAPE_FLAG && strcmp(pasted(w->arena, typed), typed) != 0)
			return true;
	}
	return false;
}

static const char *
read_url(struct web *w, struct form *f)
{
	char *text = pasted(w->arena, fields_get(w->fields, "url"));
	const char *problem;
	size_t n;

	form_set(f, "url", text);
	if (text[0] == '\0')
		return "";
	problem = gateway_url_problem(w->arena, text, w->conf->gateway_private);
	if (problem != NULL)
		form_problem(f, "url", problem);
	/* The channels put paths behind it. */
	for (n = strlen(text); n > 8 && text[n - 1] == '/';)
		text[--n] = '\0';
	return text;
}

/* Is another account named than the one that is kept? */
static bool
is_another(struct web *w, const struct gateway_form *g, const json_t *settings, const json_t *secrets)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *was = json_text(d->secret ? secrets : settings, gateway_key(d));
		const char *typed = pasted(w->arena, fields_get(w->fields, d->name));

		if (d->names && was[0] != '\0' && typed[0] != '\0' && strcmp(was, typed) != 0)
			return true;
	}
	return false;
}

/* What the far side told of the account that was, and what only that one had: citizens would be
 * led to it, its calls be awaited, and messages go out by it. */
static void
forget(const struct gateway_form *g, json_t *settings, json_t *secrets)
{
	static const char *const told[] = { "destination", "basic_id", "bot_name", "user_id", "user_name" };
	json_t *asked = json_object();
	size_t i;

	for (i = 0; i < sizeof told / sizeof *told; i++)
		json_object_del(settings, told[i]);
	for (i = 0; i < g->n; i++)
		if (g->fields[i].secret && g->fields[i].required)
			json_object_set(asked, gateway_key(&g->fields[i]), json_object_get(secrets, gateway_key(&g->fields[i])));
	json_object_clear(secrets);
	json_object_update(secrets, asked);
	json_decref(asked);
}

void
gateway_fields_read(struct web *w, struct form *f, const struct gateway_form *g, const json_t *account,
    json_t **settings, json_t **secrets, const char **url)
{
	const json_t *was = json_object_get(account, "settings"), *had = json_object_get(account, "secrets");
	const char *problem, *field;
	size_t i;

	*settings = json_keep(w->arena, was != NULL ? json_deep_copy(was) : json_object());
	*secrets = json_keep(w->arena, had != NULL ? json_deep_copy(had) : json_object());
	if (is_another(w, g, *settings, *secrets))
		forget(g, *settings, *secrets);
	for (i = 0; i < g->n; i++)
		read_one(w, f, &g->fields[i], g->fields[i].secret ? *secrets : *settings);
	*url = g->has_url ? read_url(w, f) : "";
	problem = gateway_pair_problem(g, *settings, *secrets, &field);
	if (problem != NULL)
		form_problem(f, field, problem);
}
