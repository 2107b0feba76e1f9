/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: written, read, forged.  A page reads the same: domain_ticket_page_test.sh. */
#include "domain/ticket.h"
#include "base/arena.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static struct p256_key *key;

static void
is_refused(const char *text, enum err wanted, const char *why)
{
	struct ticket t;

	is_int(ticket_read(arena, key, text, &t), wanted, "%s", why);
}

/* The ticket with one part in place of another. */
static const char *
bent(const char *ticket, const char *from, const char *to)
{
	const char *at = strstr(ticket, from);

	return arena_printf(arena, "%.*s%s%s", (int)(at - ticket), ticket, to, at + strlen(from));
}

int
main(void)
{
	struct p256_key *other = p256_key_new();
	struct ticket t = { 12, 34, "K7F2Q-1", 3 }, back = { 0 };
	const char *text, *small;
	size_t n;

	arena = arena_new();
	key = p256_key_new();
	text = ticket_write(arena, key, t);
	n = strlen(text);
	ok(n <= 154 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n,
	    "%zu characters of QR's alphanumeric set: version 6 holds it", n);
	ok(ticket_read(arena, key, text, &back) == ERR_OK && back.event == 12 && back.slot == 34 && back.people == 3,
	    "read again");
	is_str(back.number, "K7F2Q-1", "with its number");
	small = arena_printf(arena, " ct1%s ", text + 3);
	ok(ticket_read(arena, key, small, &back) == ERR_OK, "small letters and blanks are forgiven");

	is_refused(bent(text, ".3.", ".4."), ERR_INVALID, "one more person");
	is_refused(bent(text, "CT1.12.", "CT1.13."), ERR_INVALID, "another event");
	is_refused(bent(text, ".34.", ".35."), ERR_INVALID, "another slot");
	is_refused(bent(text, "K7F2Q-1", "K7F2Q-2"), ERR_INVALID, "another number");
	is_refused(ticket_write(arena, other, t), ERR_INVALID, "another town's");
	is_refused(arena_strndup(arena, text, n - 1), ERR_INVALID, "cut off");
	is_refused(arena_printf(arena, "%sA", text), ERR_INVALID, "with more behind it");
	is_refused("CT1.", ERR_INVALID, "only its beginning");
	is_refused("CT1.1.2.3.4.5", ERR_INVALID, "hardly a ticket");
	is_refused("K7F2Q-1", ERR_NOT_FOUND, "a number is no ticket");
	is_refused("", ERR_NOT_FOUND, "nothing is no ticket");
	p256_key_free(key);
	p256_key_free(other);
	arena_free(arena);
	return done();
}
