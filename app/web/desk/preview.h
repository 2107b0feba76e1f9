/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * A message drawn as its readers will see it, from the very renderings that are sent.
 *
 * "ways" in the view: the rows of desk/ways.h that are chosen, measured, each with what
 * templates/desk/message/previews.html draws:
 *
 *	"mail" {subject, text, body_html, tenant_name, page_url}  "page" {subject, body_html}
 *	"chat" {card, head, title, text, button}  "short" {text}  "notice" {title, body, tenant_name}
 *	"post" {text, tenant_name}		all but one of them null
 *	"others" [{language, language_name, subject (or null), text}]  the same in other languages
 *
 * "fits": there is no problem in any; "cost_text": what all cost together, or null.
 */
enum err desk_preview(struct web *, const json_t *message, const json_t *renderings) MUST_USE;
