/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file, as anybody may have written it: what is taken must be
 * whole and within its limits, what is not must be told.
 */
#include "base/arena.h"
#include "base/conf.h"
#include "base/log.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct conf conf = { 0 };
	char *problem = NULL;

	if (conf_parse(a, "fuzz.conf", (const char *)data, n, &conf, &problem) == ERR_OK) {
		must(problem == NULL);
		must(conf.database != NULL && conf.database[0] != '\0');
		must(conf.master_key_file != NULL && conf.master_key_file[0] != '\0');
		must(conf.listen != NULL && conf.templates != NULL && conf.sql != NULL);
		must(conf.workers >= 1 && conf.workers <= 1024);
		must(conf.courier_lease_s > conf.smtp_timeout_s);
		must(conf.public_port != NULL && strlen(conf.public_port) <= 6);
	} else {
		must(problem != NULL && strncmp(problem, "fuzz.conf:", 10) == 0);
		must(strchr(problem, '\n') == NULL);
		must(conf.database == NULL && conf.workers == 0);
	}
	arena_free(a);
	return 0;
}
