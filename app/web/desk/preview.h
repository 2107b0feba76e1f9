/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * A message drawn as its readers will see it, from the very renderings that are sent.
 *
 * "ways" in the view: the rows of desk/ways.h that are chosen, measured, each with what
 * templates/desk/message/previews.html draws:
 *
 *	"mail" {subject, text, body_html, tenant_name, page_url, pictures}  "page" {subject, body_html, pictures}
 *	"chat" {card, head, title, text, button, seen, pictures}  "short" {text}  "notice" {title, body, tenant_name, picture (or null)}
 *	"post" {text, tenant_name, pictures}	all but one of them null
 *	pictures: [{url, text}], found in what is sent and shown by the room of files, because the
 *	public address of one is not there yet
 *	"others" [{language, language_name, subject (or null), text}]  the same in other languages
 *
 * "fits": there is no problem in any; "cost_text": what all cost together, or null.
 */
enum err desk_preview(struct web *, const json_t *message, const json_t *renderings) MUST_USE;
