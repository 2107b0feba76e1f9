/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of forms: what is read, and which mistakes are noticed.
 */
#include "domain/paper.h"

#include <string.h>

#include "tap.h"

static void
test_mistakes(struct arena *a)
{
	int single = 0, swapped = 0, swaps = 0;

	for (int round = 0; round < 200; round++) {
		char *number = paper_number(a);

		for (int i = 0; i < PAPER_DIGITS; i++)
			for (char d = '0'; d <= '9'; d++) {
				char *wrong = arena_strdup(a, number);

				if (wrong[i] == d)
					continue;
				wrong[i] = d;
				single += paper_number_read(a, wrong) != NULL;
			}
		for (int i = 0; i + 1 < PAPER_DIGITS; i++) {
			char *wrong = arena_strdup(a, number), c = wrong[i];

			if (wrong[i] == wrong[i + 1])
				continue;
			wrong[i] = wrong[i + 1];
			wrong[i + 1] = c;
			swaps++;
			swapped += paper_number_read(a, wrong) != NULL;
		}
	}
	ok(single == 0, "every single wrong digit is noticed");
	ok(swapped * 20 < swaps, "of neighbours that changed places nearly all: %d of %d are not", swapped, swaps);
}

int
main(void)
{
	struct arena *a = arena_new();
	char *number = paper_number(a);

	ok(strlen(number) == PAPER_DIGITS, "twelve digits");
	is_str(paper_number_read(a, paper_number_shown(a, number)), number, "read as it is printed");
	is_str(paper_number_read(a, arena_printf(a, "%.4s\u30fc%.4s\u2010%.4s", number, number + 4, number + 8)), number,
	    "with the hyphens of other keyboards");
	is_str(paper_number_read(a, arena_printf(a, " %.6s %s ", number, number + 6)), number, "with blanks");
	ok(paper_number_read(a, "") == NULL, "nothing is none");
	ok(paper_number_read(a, "123") == NULL, "too few digits");
	ok(paper_number_read(a, arena_printf(a, "%s0", number)) == NULL, "too many");
	ok(paper_number_read(a, "12345678901x") == NULL, "a letter");
	test_mistakes(a);
	arena_free(a);
	return done();
}
