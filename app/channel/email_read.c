/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a mail with GMime: headers decoded, and the first text and HTML part
 * in UTF-8.  It is only ever asked for what we sent ourselves, but believes
 * nothing: sizes are those of the file, and what is no UTF-8 becomes '?'.
 */
#include "channel/email_read.h"

#include <gmime/gmime.h>

#include "base/arena.h"
#include "base/text.h"

/* Into the arena, as text that a page may show. */
static const char *
keep(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s == NULL ? "" : s);

	if (!text_is_utf8(copy, strlen(copy)))
		for (char *p = copy; *p != '\0'; p++)
			if ((unsigned char)*p >= 0x80)
				*p = '?';
	return copy;
}

static const char *
header(struct arena *a, GMimeMessage *message, const char *name)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(message), name);
	const char *kept;
	char *decoded;

	if (value == NULL)
		return "";
	decoded = g_mime_utils_header_decode_text(NULL, value);
	kept = keep(a, decoded);
	g_free(decoded);
	return kept;
}

static const char *
first_address(struct arena *a, InternetAddressList *list)
{
	InternetAddress *address = list != NULL && internet_address_list_length(list) > 0 ?
	    internet_address_list_get_address(list, 0) : NULL;

	if (address == NULL || !INTERNET_ADDRESS_IS_MAILBOX(address))
		return "";
	return keep(a, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
}

struct parts {
	struct arena *arena;
	struct email_read *out;
};

static void
look_at(GMimeObject *parent, GMimeObject *part, gpointer user)
{
	struct parts *p = user;
	GMimeContentType *type = g_mime_object_get_content_type(part);
	const char **slot = NULL;
	char *text;

	(void)parent;
	if (!GMIME_IS_TEXT_PART(part))
		return;
	if (g_mime_content_type_is_type(type, "text", "plain"))
		slot = &p->out->text;
	else if (g_mime_content_type_is_type(type, "text", "html"))
		slot = &p->out->html;
	if (slot == NULL || *slot != NULL)
		return;
	text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
	*slot = keep(p->arena, text);
	g_free(text);
}

enum err
email_read(struct arena *a, const char *bytes, size_t n, struct email_read *out)
{
	struct parts parts = { a, out };
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;

	g_mime_init();
	stream = g_mime_stream_mem_new_with_buffer(bytes, n);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	if (message == NULL)
		return ERR_INVALID;

	*out = (struct email_read){ .from = header(a, message, "From"), .to = header(a, message, "To"),
	    .subject = header(a, message, "Subject"), .date = header(a, message, "Date"),
	    .sender = first_address(a, g_mime_message_get_from(message)),
	    .message_id = header(a, message, "Message-ID"),
	    .list_unsubscribe = header(a, message, "List-Unsubscribe") };
	if (out->list_unsubscribe[0] == '\0')
		out->list_unsubscribe = NULL;
	if (g_mime_message_get_mime_part(message) != NULL)
		g_mime_message_foreach(message, look_at, &parts);
	g_object_unref(message);
	return ERR_OK;
}
