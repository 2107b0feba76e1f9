/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * 回覧: a message on A4, to go from house to house, with boxes for those who have
 * read it and a QR code that leads to the page.
 *
 *	{"town", "department", "published_text" or null, "subject", "text", "contact", "tenant_id",
 *	 "pictures"}
 *
 * pictures: as the messages' queries have them; those that were not looked at yet are left out.
 *
 * url: of the page; NULL: it has none.
 */
enum err circular_pdf(struct web *, const json_t *message, const char *url) MUST_USE;
/* 命を守る情報 as a picture (channel/card.h), of the same document. */
enum err circular_card(struct web *, const json_t *message) MUST_USE;
