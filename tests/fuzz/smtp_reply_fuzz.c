/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the answer of a relay: the words are one line of ASCII without
 * an address, and the same bytes in two pieces mean the same. */
#include "base/log.h"
#include "channel/smtp_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *in = (const char *)data;
	struct smtp_reply r, again;
	struct outcome o = { 0 };
	int took = smtp_reply_read(in, n, &r);

	must(took <= (int)n);
	if (took <= 0)
		return 0;
	must(r.code >= 100 && r.code <= 599);
	for (const char *p = r.text; *p != '\0'; p++)
		must(*p >= ' ' && *p <= '~' && *p != '@');
	must(smtp_reply_read(in, (size_t)took, &again) == took && again.code == r.code);
	for (int part = 0; part < took; part++)
		must(smtp_reply_read(in, (size_t)part, &again) == SMTP_REPLY_PART);

	smtp_reply_judge(&r, 1, &o);
	must(o.verdict == VERDICT_LATER || o.verdict == VERDICT_REFUSED);
	must(o.verdict == VERDICT_LATER || r.code >= 500);
	return 0;
}
