/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file: what is read, what is refused and how it is told.
 */
#include "base/conf.h"
#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

#define LEAST "database = dbname=chromo\nmaster_key_file = /k\n"

static char *problem;

static enum err
parse(struct arena *a, const char *text, struct conf *c)
{
	problem = NULL;
	return conf_parse(a, "chromo.conf", text, strlen(text), c, &problem);
}

static void
test_standards(struct arena *a)
{
	struct conf c;

	if (!is_int(parse(a, LEAST, &c), ERR_OK, "two keys are enough"))
		return;
	is_str(c.database, "dbname=chromo", "a value may hold =");
	is_str(c.listen, "/run/chromo/web.sock", "listen");
	is_str(c.listen_write, "/run/chromo/write.sock", "listen_write, as nginx and systemd have it");
	ok(c.outbox == NULL && c.smtp_url == NULL && c.smtp_user == NULL &&
	    c.smtp_password_file == NULL && c.smtp_ca_file == NULL, "what is not used is NULL");
	is_str(c.public_port, "", "public_port is never NULL");
	is_str(c.mail_domain, "localhost", "mail_domain");
	ok(c.workers == 8 && c.workers_write == 8 && c.worker_requests == 10000, "workers");
	ok(c.crowd == 30 && c.crowd_rate == 30, "the waiting room");
	ok(!c.development && !c.strict, "switches are off");
	ok(c.password_memory_kib == 19456 && c.password_passes == 2, "passwords");
	ok(c.smtp_connections == 20 && c.smtp_timeout_s == 90, "mail");
	ok(c.gateway_ca_file == NULL && !c.gateway_private, "gateways are public, and known to the system");
	ok(strstr(c.push_hosts, "*.push.apple.com") != NULL, "the push services of the browsers");
	ok(c.courier_batch == 8 && c.courier_lease_s == 120 && c.courier_retry_base_s == 60 &&
	    c.courier_retry_max_s == 3600, "the courier");
}

static void
test_forms(struct arena *a)
{
	struct conf c;

	is_int(parse(a, "# a comment\n\n \t\n" LEAST "  listen=/a b#c\t # comment\r\n"
	    "development =yes\nstrict= true\nsmtp_url = smtps://mail:465\nlisten_write =\n"
	    "public_port = :8443\nworkers = 0012", &c), ERR_OK, "blanks, comments, CRLF, no last line end");
	is_str(c.listen, "/a b#c", "blanks around a value do not count; # inside is its own");
	ok(c.development && c.strict, "yes and true are on");
	is_str(c.smtp_url, "smtps://mail:465", "an option is set");
	ok(c.listen_write == NULL, "an empty one is NULL");
	is_str(c.public_port, ":8443", "the port");
	is_int(c.workers, 12, "numbers are decimal");
}

static void
test_problems(struct arena *a)
{
	static const struct { const char *text, *problem; } bad[] = {
		{ "", "chromo.conf: database is missing" },
		{ "database = x\n", "chromo.conf: master_key_file is missing" },
		{ "database =\n", "chromo.conf:1: database is empty" },
		{ LEAST "\nlissen = /x\n", "chromo.conf:4: unknown key \"lissen\"" },
		{ LEAST "Listen = /x\n", "chromo.conf:3: unknown key \"Listen\"" },
		{ LEAST "listen\n", "chromo.conf:3: expected key = value, not \"listen\"" },
		{ LEAST "= x\n", "chromo.conf:3: unknown key \"\"" },
		{ LEAST "listen = /a\nlisten = /b\n", "chromo.conf:4: listen a second time" },
		{ "workers = many\n", "chromo.conf:1: workers is a whole number, not \"many\"" },
		{ "workers = -1\n", "chromo.conf:1: workers is a whole number, not \"-1\"" },
		{ "workers = 8 8\n", "chromo.conf:1: workers is a whole number, not \"8 8\"" },
		{ "workers =\n", "chromo.conf:1: workers is a whole number, not \"\"" },
		{ "workers = 0\n", "chromo.conf:1: workers is from 1 to 1024, not 0" },
		{ "workers = 4294967297\n", "chromo.conf:1: workers is from 1 to 1024, not 4294967297" },
		{ "workers = 18446744073709551617\n",
		  "chromo.conf:1: workers is a whole number, not \"18446744073709551617\"" },
		{ "map_tiles = http://a/{z}/{x}/{y}.png\n",
		  "chromo.conf:1: map_tiles is https:// or / with {z}, {x} and {y}, not \"http://a/{z}/{x}/{y}.png\"" },
		{ "map_tiles = https://a/{z}/{x}.png\n",
		  "chromo.conf:1: map_tiles is https:// or / with {z}, {x} and {y}, not \"https://a/{z}/{x}.png\"" },
		{ "map_tiles = https://a; script-src *;/{z}/{x}/{y}.png\n",
		  "chromo.conf:1: map_tiles is https:// or / with {z}, {x} and {y}, not \"https://a; script-src *;/{z}/{x}/{y}.png\"" },
		{ "strict = maybe\n", "chromo.conf:1: strict is yes or no, not \"maybe\"" },
		{ "listen = \x1b[2J\n", "chromo.conf:1: a control character" },
		{ LEAST "public_port = 8443\n",
		  "chromo.conf: public_port is empty or as :8443, not \"8443\"" },
		{ LEAST "smtp_url = mail:25\n", "chromo.conf: smtp_url begins with smtp:// or smtps://" },
		{ LEAST "smtp_url = smtp://a\nsmtp2_url = mail:25\n", "chromo.conf: smtp2_url begins with smtp:// or smtps://" },
		{ LEAST "smtp2_url = smtp://b\n", "chromo.conf: smtp2_url without smtp_url: the second mail server needs a first" },
		{ LEAST "smtp_url = smtp://a\nsmtp2_url = smtp://a\n", "chromo.conf: smtp2_url is the same server as smtp_url" },
		{ LEAST "smtp_url = smtp://a\nsmtp2_user = u\n",
		  "chromo.conf: smtp2_user, smtp2_password_file and smtp2_ca_file are of smtp2_url, which is empty" },
		{ LEAST "courier_lease_s = 90\n",
		  "chromo.conf: courier_lease_s must be above smtp_timeout_s" },
		{ LEAST "courier_retry_max_s = 59\n",
		  "chromo.conf: courier_retry_base_s is above courier_retry_max_s" },
	};
	struct conf c = { .workers = 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum err e = parse(a, bad[i].text, &c);

		is_str(e == ERR_INVALID ? problem : "taken", bad[i].problem, "refused: %s", bad[i].problem);
	}
	is_int(conf_parse(a, "chromo.conf", "listen = \0x\n", 12, &c, &problem), ERR_INVALID,
	    "a NUL byte is refused");
	is_str(problem, "chromo.conf:1: a NUL byte", "and told");
	is_int(c.workers, 7, "the result is not touched on failure");
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		diag("%s: %s", path, strerror(errno));
	close(fd);
}

static void
test_files(struct arena *a)
{
	char folder[] = "/tmp/conf_test.XXXXXX", *path, *more, *first, *second, *other;
	struct conf c;

	if (!ok(mkdtemp(folder) != NULL, "a folder"))
		return;
	path = arena_printf(a, "%s/chromo.conf", folder);
	more = arena_printf(a, "%s.d", path);
	first = arena_printf(a, "%s/10-a.conf", more);
	second = arena_printf(a, "%s/9-b.conf", more);
	other = arena_printf(a, "%s/10-a.conf.old", more);

	is_int(conf_load(a, path, &c, &problem), ERR_INVALID, "no file");
	is_str(problem, arena_printf(a, "%s: No such file or directory", path), "is told");
	write_file(path, LEAST "workers = 3\n");
	is_int(conf_load(a, path, &c, &problem), ERR_OK, "a file alone");
	is_int(c.workers, 3, "is read");
	write_file(path, "database = x\nmaster_key_file = master.key\n");
	is_int(conf_load(a, path, &c, &problem), ERR_OK, "a file without a folder");
	is_str(c.master_key_file, arena_printf(a, "%s/master.key", folder), "lies beside the configuration");
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
	is_int(conf_load(a, path, &c, &problem), ERR_OK, "and in a service");
	is_str(c.master_key_file, "/run/credentials/x/master.key", "is a credential");
	unsetenv("CREDENTIALS_DIRECTORY");
	write_file(path, LEAST "workers = 3\n");

	mkdir(more, 0700);
	write_file(first, "workers = 4\nlisten = /a\n");
	write_file(second, "workers = 5\n");
	write_file(other, "nonsense\n");
	is_int(conf_load(a, path, &c, &problem), ERR_OK, "with a folder beside it");
	is_int(c.workers, 5, "later files replace, in order of name");
	is_str(c.listen, "/a", "what they do not set stays");
	write_file(first, "\n\nwrong = 1\n");
	is_int(conf_load(a, path, &c, &problem), ERR_INVALID, "a problem there");
	is_str(problem, arena_printf(a, "%s:3: unknown key \"wrong\"", first), "names that file");

	unlink(first);
	unlink(second);
	unlink(other);
	rmdir(more);
	unlink(path);
	rmdir(folder);
}

/* What conf_print prints, kept in a file. */
static bool
print_into(const char *path, const struct conf *c)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), out = dup(STDOUT_FILENO);

	if (fd < 0 || out < 0)
		return false;
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	conf_print(c);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(fd);
	close(out);
	return true;
}

/* Every "key =" that stands in one file stands in the other too. */
static int
keys_missing(const char *in, const char *from)
{
	char line[1024], key[1024], sample[65536] = "\n";
	FILE *f = fopen(in, "r");
	int missing = 0;
	size_t n;

	if (f == NULL)
		return -1;
	n = fread(sample + 1, 1, sizeof(sample) - 2, f);
	sample[n + 1] = '\0';
	fclose(f);
	if ((f = fopen(from, "r")) == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL) {
		n = strcspn(line, " ");
		if (line[0] == '#' || line[n] != ' ')
			continue;
		snprintf(key, sizeof(key), "\n%.*s =", (int)n, line);
		if (strstr(sample, key) == NULL) {
			diag("not in %s: %.*s", in, (int)n, line);
			missing++;
		}
	}
	fclose(f);
	return missing;
}

static const char *
whole(struct arena *a, const char *path)
{
	char *text = arena_alloc(a, 65536);
	FILE *f = fopen(path, "r");

	if (f == NULL || fread(text, 1, 65535, f) == 0)
		diag("%s cannot be read", path);
	if (f != NULL)
		fclose(f);
	return text;
}

static void
test_sample(struct arena *a)
{
	const char *source = getenv("CHROMO_SOURCE");
	char *sample = arena_printf(a, "%s/docs/chromo.conf.sample", source != NULL ? source : ".");
	char printed[] = "/tmp/conf_test.XXXXXX";
	char plain[] = "/tmp/conf_test.XXXXXX";
	struct conf c, again, standard;

	close(mkstemp(printed));
	close(mkstemp(plain));
	if (!is_int(conf_load(a, sample, &c, &problem), ERR_OK, "the sample is read") ||
	    !is_int(parse(a, LEAST, &standard), ERR_OK, "and the defaults"))
		return;
	ok(print_into(printed, &c), "it is printed");
	is_int(keys_missing(sample, printed), 0, "the sample has every key");
	is_int(conf_load(a, printed, &again, &problem), ERR_OK, "what is printed can be read");
	is_str(again.database, c.database, "and says the same");

	/* The sample shows the defaults, but for the two keys that have none. */
	c.database = standard.database;
	c.master_key_file = standard.master_key_file;
	ok(print_into(printed, &c) && print_into(plain, &standard), "both are printed");
	is_str(whole(a, printed), whole(a, plain), "the sample shows the defaults");
	unlink(plain);
	unlink(printed);
}

/* systemd lays what LoadCredential= names into a folder of the service. */
static void
test_credentials(struct arena *a)
{
	static const char text[] = "database = x\nmaster_key_file = master.key\nsmtp_password_file = /etc/p\n"
	    "smtp_ca_file =\nmail_domain = a.example\n";
	struct conf c;

	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
	if (is_int(parse(a, text, &c), ERR_OK, "credentials")) {
		is_str(c.master_key_file, "/run/credentials/x/master.key", "a bare name is a credential");
		is_str(c.smtp_password_file, "/etc/p", "a path is a path");
		ok(c.smtp_ca_file == NULL, "nothing is nothing");
		is_str(c.mail_domain, "a.example", "what is no file stays");
	}
	unsetenv("CREDENTIALS_DIRECTORY");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_standards(a);
	test_forms(a);
	test_problems(a);
	test_files(a);
	test_sample(a);
	test_credentials(a);
	arena_free(a);
	return done();
}
