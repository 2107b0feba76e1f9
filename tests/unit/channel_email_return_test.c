/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails that come back: the forms that this house meets most, and, where CHROMO_SAMPLES names
 * them, the 76 real ones of dsn/ against what another reader says of each (EXPECTED.tsv).  No
 * address may be given up that it would keep.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channel/email_return.h"
#include "tap.h"

static struct arena *arena;

static struct email_return
returned(const char *mail)
{
	struct email_return r = { 0 };

	if (email_return_read(arena, mail, strlen(mail), &r) != ERR_OK)
		snprintf(r.status, sizeof r.status, "no mail");
	return r;
}

static const char *
report(const char *fields)
{
	struct buf b;

	buf_init(&b, arena);
	buf_addf(&b, "From: MAILER-DAEMON@relay.example.jp\nTo: <bounce+1.2.3.0123456789@mail.example.jp>\n"
	    "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\nContent-Type: text/plain\n\nThis is the mail system.\n\n"
	    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example.jp\n\n"
	    "Final-Recipient: rfc822; hanako@example.jp\n%s\n--b--\n", fields);
	return b.data;
}

static void
forms(void)
{
	static const struct { const char *fields; enum return_kind kind; const char *status; } rows[] = {
		{ "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n", RETURN_HARD, "5.1.1" },
		{ "Action: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp; 550 5.1.10 RecipientNotFound\n", RETURN_HARD, "5.1.10" },
		{ "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 <a@b>:\n    User unknown\n", RETURN_HARD, "5.0.0" },
		{ "Action: failed\nStatus: 5.2.0\nDiagnostic-Code: smtp; 550 Unknown user\n", RETURN_SOFT, "5.2.0" },
		{ "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: x-unix; procmail failed\n", RETURN_SOFT, "5.1.1" },
		{ "Action: failed\nStatus: 5.2.1\nDiagnostic-Code: smtp; 550 5.2.1 disabled\n", RETURN_SUSPENDED, "5.2.1" },
		{ "Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 over quota\n", RETURN_FULL, "5.2.2" },
		{ "Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 421 try later\n", RETURN_SOFT, "4.4.7" },
		{ "Action: failed\nStatus: 5.7.26\nDiagnostic-Code: smtp; 550 5.7.26 unauthenticated\n", RETURN_POLICY, "5.7.26" },
		{ "Action: delayed\nStatus: 4.4.1\n", RETURN_DELAYED, "" },
		{ "Action: delivered\nStatus: 2.0.0\n", RETURN_NONE, "" },
		{ "Action: failed\nStatus: five\nDiagnostic-Code: smtp; no idea\n", RETURN_SOFT, "" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct email_return r = returned(report(rows[i].fields));

		ok(r.kind == rows[i].kind, "%zu: %s", i, return_kind_name(rows[i].kind));
		is_str(r.status, rows[i].kind == RETURN_DELAYED || rows[i].kind == RETURN_NONE ? "" : rows[i].status, "its status");
		is_str(r.to, "<bounce+1.2.3.0123456789@mail.example.jp>", "where it came back to");
	}
}

static void
others(void)
{
	struct email_return r = returned("From: fbl@example.net\nTo: fbl@mail.example.jp\nContent-Type: multipart/report; "
	    "report-type=feedback-report; boundary=b\nMIME-Version: 1.0\n\n--b\nContent-Type: text/plain\n\nA complaint.\n--b\n"
	    "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
	    "Original-Mail-From: <bounce+1.2.3.0123456789@mail.example.jp>\n--b--\n");

	ok(r.kind == RETURN_COMPLAINT, "a complaint");
	is_str(r.to, "<bounce+1.2.3.0123456789@mail.example.jp>", "… about this mail");
	r = returned("From: taro@example.jp\nTo: bounce+1.2.3.0123456789@mail.example.jp\nSubject: Re: water\n\n"
	    "550 5.1.1 User unknown is what my mother got.\n");
	ok(r.kind == RETURN_NONE, "what a person writes is no bounce");
	r = returned("From: taro@example.jp\nTo: bounce+1.2.3.0123456789@mail.example.jp\nAuto-Submitted: auto-replied\n"
	    "Subject: mail delivery failed on me, I am away\n\nUser unknown\n");
	ok(r.kind == RETURN_NONE, "nor is an automatic answer");
	r = returned("");
	ok(r.kind == RETURN_NONE, "nothing is nothing");
	r = returned("\xff\xfe\n\n\x00");
	ok(r.kind == RETURN_NONE, "nor are bytes");
}

/* --- the collection --- */

static char *
slurp(const char *folder, const char *name, size_t *n)
{
	char path[512];
	struct buf b;
	FILE *f;

	snprintf(path, sizeof path, "%s/dsn/%s", folder, name);
	f = fopen(path, "re");
	if (f == NULL)
		return NULL;
	buf_init(&b, arena);
	buf_reserve(&b, 1 << 20);
	b.len = fread(b.data, 1, 1 << 20, f);
	b.data[b.len] = '\0';
	fclose(f);
	*n = b.len;
	return b.data;
}

static void
one(const char *folder, const char *name, bool gone, const char *reason, int *found, int *all)
{
	struct email_return r;
	size_t n = 0, cut;
	char *mail = slurp(folder, name, &n);

	if (!ok(mail != NULL && email_return_read(arena, mail, n, &r) == ERR_OK, "%s is read", name))
		return;
	if (!gone)
		ok(r.kind != RETURN_HARD, "%s: the address stands (%s, %s)", name, reason, return_kind_name(r.kind));
	/* A report about DMARC has the form of a complaint and is none. */
	if (strcmp(reason, "feedback") == 0)
		ok(r.kind == (strstr(mail, "auth-failure") != NULL ? RETURN_NONE : RETURN_COMPLAINT), "%s: a complaint, or of DMARC", name);
	if (strcmp(reason, "vacation") == 0 || strcmp(reason, "delivered") == 0)
		ok(r.kind == RETURN_NONE, "%s: nothing", name);
	if (gone && r.kind != RETURN_HARD && r.kind != RETURN_SUSPENDED)
		diag("%s: %s says %s, here it is %s %s", name, "EXPECTED.tsv", reason, return_kind_name(r.kind), r.status);
	*all += gone;
	*found += gone && (r.kind == RETURN_HARD || r.kind == RETURN_SUSPENDED);
	/* Wherever it is cut off. */
	for (cut = 0; cut < n; cut += 97)
		if (email_return_read(arena, mail, cut, &r) == ERR_OK && !gone && r.kind == RETURN_HARD)
			ok(false, "%s cut at %zu is no hard bounce", name, cut);
}

static void
collection(void)
{
	const char *folder = getenv("CHROMO_SAMPLES");
	int found = 0, all = 0, other = 0;
	char *table, *line, *rest = NULL;
	bool several;
	size_t n;

	table = folder != NULL ? slurp(folder, "EXPECTED.tsv", &n) : NULL;
	if (table == NULL) {
		diag("CHROMO_SAMPLES has no dsn/: the collection was not read");
		return;
	}
	strtok_r(table, "\n", &rest);
	while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
		char *cells[6] = { line };
		int i;

		for (i = 1; i < 6 && cells[i - 1] != NULL; i++)
			if ((cells[i] = strchr(cells[i - 1], '\t')) != NULL)
				*cells[i]++ = '\0';
		if (!ok(cells[5] != NULL, "six columns"))
			return;
		/* One of ours goes to one address: what came of a mail to several is not asked. */
		if (strcmp(cells[1], "1") != 0)
			continue;
		several = strncmp(rest, cells[0], strlen(cells[0])) == 0;
		one(folder, cells[0], cells[5][0] == '1', cells[4], &found, several ? &other : &all);
	}
	diag("%d of %d addresses that are gone are seen to be", found, all);
	ok(found * 10 >= all * 8, "four of five at least");
	ok(all >= 20, "there are such");
}

int
main(void)
{
	arena = arena_new();
	forms();
	others();
	collection();
	return done();
}
