/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes tickets for domain_ticket_page_test.sh: the public key, then one a line.
 */
#include <stdio.h>
#include "base/arena.h"
#include "domain/ticket.h"

int
main(void)
{
	static const char *const numbers[] = { "K7F2Q", "A", "2026-000123", "ZZZZZZZZZZZZZZZZZZZZZZZZ" };
	struct arena *arena = arena_new();
	struct p256_key *key = p256_key_new();
	int i;

	puts(ticket_key_public(arena, key));
	for (i = 0; i < 40; i++)
		puts(ticket_write(arena, key, (struct ticket){ 12 + i, i == 0 ? INT64_C(999999999999999999) : 34, numbers[i % 4], 1 + i }));
	p256_key_free(key);
	arena_free(arena);
	return 0;
}
