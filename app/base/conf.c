/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file.  The table below is the one list of keys: names,
 * defaults, limits and meanings are read from it by conf_load and conf_print.
 *
 * To add a key: a member in conf.h, a row here and a line in
 * docs/chromo.conf.sample and an entry in man/chromo.conf.5, which tests ask for.
 */
#include "base/conf.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20 };

enum kind {
	NEEDED,		/* text, never empty; must be given where it has no default */
	TEXT,		/* text, may be empty */
	OPTION,		/* text; empty is NULL: not used */
	NUMBER,		/* whole, from least to most */
	SWITCH		/* yes or no, also true or false */
};

struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *standard;		/* the default, as it would be written */
	int least, most;
	const char *meaning;
};

#define KEY(kind, member, standard, least, most, meaning) \
	{ #member, kind, offsetof(struct conf, member), standard, least, most, meaning }

static const struct key keys[] = {
	KEY(NEEDED, database, NULL, 0, 0, "libpq connection string, without a user"),
	KEY(NEEDED, listen, "/run/chromo/web.sock", 0, 0, "FastCGI socket of the routes that read"),
	KEY(OPTION, listen_write, "/run/chromo/write.sock", 0, 0,
	    "FastCGI socket of the routes that commit; empty: one pool for all"),
	KEY(NEEDED, templates, "/usr/share/chromo/templates", 0, 0, "folder of the templates and words"),
	KEY(NEEDED, sql, "/usr/share/chromo/sql", 0, 0, "folder of migrations, functions and data"),
	KEY(NEEDED, master_key_file, NULL, 0, 0,
	    "32 random bytes, mode 0600, that wrap the keys of the tenants"),
	KEY(OPTION, outbox, "", 0, 0,
	    "folder that takes what channels without a gateway deliver; empty: none"),
	KEY(OPTION, files, "", 0, 0, "folder of the files that people send; empty: none are taken"),
	KEY(OPTION, clamd, "", 0, 0,
	    "socket of clamd, which looks for viruses; empty: files are held until there is one, but in development"),
	KEY(OPTION, exports, "/var/lib/chromo/exports", 0, 0,
	    "folder for files of all answers to a survey, which nginx gives out; empty: none are made"),

	KEY(NUMBER, workers, "8", 1, 1024, "processes of the reading pool, about 4 a core"),
	KEY(NUMBER, workers_write, "8", 1, 1024, "processes of the committing pool, about 4 a core"),
	KEY(NUMBER, worker_requests, "10000", 1, INT_MAX, "requests after which a worker retires"),
	KEY(NUMBER, crowd, "30", 1, 100000, "arrivals a second at one form that need no queue"),
	KEY(NUMBER, crowd_rate, "30", 1, 100000, "people let in a second where there is a queue"),
	KEY(TEXT, public_port, "", 0, 0, "port in links, as :8443; empty: the usual one"),
	KEY(OPTION, map_tiles, "", 0, 0, "address of map tiles with {z}, {x} and {y}, https:// or our own /…; empty: no maps"),
	KEY(TEXT, map_credit, "", 0, 0, "whose the map is, shown on it"),
	KEY(SWITCH, development, "no", 0, 0,
	    "shows the outbox, compiles templates again when they change"),
	KEY(SWITCH, strict, "no", 0, 0, "makes a name in a template that is nowhere a failure"),

	KEY(NUMBER, password_memory_kib, "19456", 8, 4 << 20, "memory of Argon2id for one password"),
	KEY(NUMBER, password_passes, "2", 1, 1000, "passes of Argon2id over it"),

	KEY(OPTION, smtp_url, "", 0, 0,
	    "mail server, smtp://host:25 or smtps://host:465; empty: mail goes to the outbox"),
	KEY(OPTION, smtp_user, "", 0, 0, "user at the mail server; empty: no authentication"),
	KEY(OPTION, smtp_password_file, "", 0, 0, "file with the password of that user"),
	KEY(OPTION, smtp_ca_file, "", 0, 0,
	    "certificates that sign the mail server's; empty: the system's"),
	KEY(OPTION, smtp2_url, "", 0, 0,
	    "second mail server, used while the first fails or is slow; empty: there is none"),
	KEY(OPTION, smtp2_user, "", 0, 0, "user at the second mail server; empty: no authentication"),
	KEY(OPTION, smtp2_password_file, "", 0, 0, "file with the password of that user"),
	KEY(OPTION, smtp2_ca_file, "", 0, 0,
	    "certificates that sign the second mail server's; empty: the system's"),
	KEY(NUMBER, smtp_connections, "20", 1, 1000, "connections to a mail server at once"),
	KEY(NUMBER, smtp_timeout_s, "90", 1, 3600, "seconds for one message, answer included"),
	KEY(NEEDED, mail_domain, "localhost", 0, 0, "domain of Message-ID and of envelope senders"),

	KEY(OPTION, gateway_ca_file, "", 0, 0,
	    "certificates that sign those of the gateways over HTTPS; empty: the system's"),
	KEY(SWITCH, gateway_private, "no", 0, 0,
	    "lets gateways, push services and web hooks be on private addresses (for tests)"),
	KEY(NUMBER, gateway_timeout_s, "20", 1, 60, "seconds that a gateway may take for an answer, at most"),
	KEY(NEEDED, push_hosts,
	    "fcm.googleapis.com *.push.services.mozilla.com *.notify.windows.com *.push.apple.com", 0, 0,
	    "hosts of the push services whose devices are taken, with :port if it is not 443"),

	KEY(NUMBER, courier_batch, "8", 1, 1000, "batches that a courier claims at once"),
	KEY(NUMBER, courier_lease_s, "120", 1, 86400,
	    "seconds until a claimed batch is free again; longer than smtp_timeout_s"),
	KEY(NUMBER, courier_retry_base_s, "60", 1, 86400,
	    "seconds before the second try; doubled each time"),
	KEY(NUMBER, courier_retry_max_s, "3600", 1, 86400, "and at the most"),
};
enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

/* Where we are reading, for the problem that ends it. */
struct reader {
	struct arena *arena;
	const char *home;		/* the folder of the first file; NULL: none */
	const char *file;
	int line;			/* 0: the file as a whole */
	bool seen[N_KEYS];		/* in this file */
	struct conf *conf;
	char *problem;
};

PRINTF(2, 3) static enum err
refuse(struct reader *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (r->line > 0)
		r->problem = arena_printf(r->arena, "%s:%d: %s", r->file, r->line, text);
	else
		r->problem = arena_printf(r->arena, "%s: %s", r->file, text);
	return ERR_INVALID;
}

/* The member of a key. */
static void *
member(struct conf *c, const struct key *k)
{
	return (char *)c + k->offset;
}

static enum err
set_number(struct reader *r, const struct key *k, const char *value)
{
	size_t n = strlen(value);
	long number;

	/* Digits alone: strtol also takes blanks, signs and words after it. */
	if (n == 0 || n > 10 || strspn(value, "0123456789") != n)
		return refuse(r, "%s is a whole number, not \"%.60s\"", k->name, value);
	number = strtol(value, NULL, 10);
	if (number < k->least || number > k->most)
		return refuse(r, "%s is from %d to %d, not %ld", k->name, k->least, k->most, number);
	*(int *)member(r->conf, k) = (int)number;
	return ERR_OK;
}

static enum err
set_switch(struct reader *r, const struct key *k, const char *value)
{
	bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;

	if (!yes && strcmp(value, "no") != 0 && strcmp(value, "false") != 0)
		return refuse(r, "%s is yes or no, not \"%.60s\"", k->name, value);
	*(bool *)member(r->conf, k) = yes;
	return ERR_OK;
}

/* A file without a folder is a credential of the service (LoadCredential= in
 * systemd.exec(5)), so that one file of settings will do for several of them.
 * The administrator's command is no service: for it the file lies beside the
 * configuration, where the units take the credential from. */
static const char *
in_credentials(struct reader *r, const struct key *k, const char *value)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY"), *end = strstr(k->name, "_file");

	if (folder == NULL)
		folder = r->home;
	if (folder == NULL || end == NULL || end[5] != '\0' || value[0] == '\0' || strchr(value, '/') != NULL)
		return value;
	return arena_printf(r->arena, "%s/%s", folder, value);
}

/* Its beginning stands in the policy of the page that has a map: no blank, no semicolon. */
static bool
is_tiles(const char *value)
{
	return value[0] == '\0' || ((strncmp(value, "https://", 8) == 0 || (value[0] == '/' && value[1] != '/')) &&
	    strpbrk(value, " ;,'\"\\<>") == NULL && strstr(value, "{z}") != NULL && strstr(value, "{x}") != NULL &&
	    strstr(value, "{y}") != NULL);
}

static enum err
set(struct reader *r, const struct key *k, const char *value)
{
	const char **to = member(r->conf, k);

	switch (k->kind) {
	case NUMBER:
		return set_number(r, k, value);
	case SWITCH:
		return set_switch(r, k, value);
	case NEEDED:
		if (value[0] == '\0')
			return refuse(r, "%s is empty", k->name);
		break;
	case TEXT:
	case OPTION:
		if (k->offset == offsetof(struct conf, map_tiles) && !is_tiles(value))
			return refuse(r, "%s is https:// or / with {z}, {x} and {y}, not \"%.60s\"", k->name, value);
		break;
	}
	*to = k->kind == OPTION && value[0] == '\0' ? NULL
	    : arena_strdup(r->arena, in_credentials(r, k, value));
	return ERR_OK;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes off what surrounds the text from start to end. */
static char *
trim(char *start, char *end)
{
	while (start < end && is_blank(*start))
		start++;
	while (end > start && is_blank(end[-1]))
		end--;
	*end = '\0';
	return start;
}

/* A # begins a comment at the start of a line and after a blank; elsewhere it
 * may be part of a value. */
static char *
end_of_setting(char *line)
{
	char *p;

	for (p = line; *p != '\0'; p++)
		if (*p == '#' && (p == line || is_blank(p[-1])))
			break;
	return p;
}

static enum err
read_line(struct reader *r, char *line)
{
	char *name, *value, *equals, *end = end_of_setting(line);
	int i;

	line = trim(line, end);
	if (line[0] == '\0')
		return ERR_OK;
	for (const char *p = line; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return refuse(r, "a control character");
	if ((equals = strchr(line, '=')) == NULL)
		return refuse(r, "expected key = value, not \"%.60s\"", line);
	value = trim(equals + 1, line + strlen(line));
	name = trim(line, equals);

	for (i = 0; i < N_KEYS; i++)
		if (strcmp(name, keys[i].name) == 0)
			break;
	if (i == N_KEYS)
		return refuse(r, "unknown key \"%.60s\"", name);
	if (r->seen[i])
		return refuse(r, "%s a second time", name);
	r->seen[i] = true;
	return set(r, &keys[i], value);
}

/* Reads one file; text ends with NUL behind its n bytes. */
static enum err
read_text(struct reader *r, const char *file, char *text, size_t n)
{
	char *line, *end;
	enum err e;

	r->file = file;
	r->line = 0;
	memset(r->seen, 0, sizeof(r->seen));
	for (line = text; line < text + n; line = end + 1) {
		r->line++;
		if ((end = memchr(line, '\n', (size_t)(text + n - line))) == NULL)
			end = text + n;
		*end = '\0';
		if (strlen(line) != (size_t)(end - line))
			return refuse(r, "a NUL byte");
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';		/* written on Windows */
		if ((e = read_line(r, line)) != ERR_OK)
			return e;
	}
	r->line = 0;
	return ERR_OK;
}

static enum err
read_file(struct reader *r, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct buf b;
	ssize_t n;

	r->file = file;
	r->line = 0;
	if (fd < 0)
		return refuse(r, "%s", strerror(errno));
	buf_init(&b, r->arena);
	do {
		buf_reserve(&b, 4096);
		if ((n = read(fd, b.data + b.len, 4096)) > 0)
			b.len += (size_t)n;
	} while (n > 0 && b.len <= FILE_MOST);
	close(fd);

	if (n < 0)
		return refuse(r, "%s", strerror(errno));
	if (b.len > FILE_MOST)
		return refuse(r, "larger than a megabyte");
	b.data[b.len] = '\0';
	return read_text(r, file, b.data, b.len);
}

static int
is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".conf") == 0;
}

/* By bytes: alphasort(3) asks the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum err
read_folder(struct reader *r, const char *folder)
{
	struct dirent **found;
	int n = scandir(folder, &found, is_conf, by_name);
	enum err e = ERR_OK;

	if (n < 0) {
		r->file = folder;
		return errno == ENOENT ? ERR_OK : refuse(r, "%s", strerror(errno));
	}
	for (int i = 0; i < n; i++) {
		if (e == ERR_OK)
			e = read_file(r, arena_printf(r->arena, "%s/%s", folder, found[i]->d_name));
		free(found[i]);
	}
	free(found);
	return e;
}

static void
set_standards(struct reader *r)
{
	for (int i = 0; i < N_KEYS; i++)
		if (keys[i].standard != NULL)
			must(set(r, &keys[i], keys[i].standard) == ERR_OK);
}

static bool
is_port(const char *s)
{
	size_t n = strlen(s);

	return n == 0 || (s[0] == ':' && n >= 2 && n <= 6 && strspn(s + 1, "0123456789") == n - 1);
}

static bool
is_smtp(const char *url)
{
	return strncmp(url, "smtp://", 7) == 0 || strncmp(url, "smtps://", 8) == 0;
}

/* What no single line can tell. */
static enum err
check(struct reader *r, const char *file)
{
	const struct conf *c = r->conf;

	r->file = file;
	r->line = 0;
	for (int i = 0; i < N_KEYS; i++)
		if (keys[i].kind == NEEDED && *(const char **)member(r->conf, &keys[i]) == NULL)
			return refuse(r, "%s is missing", keys[i].name);
	if (!is_port(c->public_port))
		return refuse(r, "public_port is empty or as :8443, not \"%.60s\"", c->public_port);
	if (c->smtp_url != NULL && !is_smtp(c->smtp_url))
		return refuse(r, "smtp_url begins with smtp:// or smtps://");
	if (c->smtp2_url != NULL && !is_smtp(c->smtp2_url))
		return refuse(r, "smtp2_url begins with smtp:// or smtps://");
	if (c->smtp2_url != NULL && c->smtp_url == NULL)
		return refuse(r, "smtp2_url without smtp_url: the second mail server needs a first");
	if (c->smtp2_url != NULL && strcmp(c->smtp2_url, c->smtp_url) == 0)
		return refuse(r, "smtp2_url is the same server as smtp_url");
	if (c->smtp2_url == NULL && (c->smtp2_user != NULL || c->smtp2_password_file != NULL || c->smtp2_ca_file != NULL))
		return refuse(r, "smtp2_user, smtp2_password_file and smtp2_ca_file are of smtp2_url, which is empty");
	if (c->courier_retry_base_s > c->courier_retry_max_s)
		return refuse(r, "courier_retry_base_s is above courier_retry_max_s");
	/* Or a second courier would send what the first is still sending. */
	if (c->courier_lease_s <= c->smtp_timeout_s)
		return refuse(r, "courier_lease_s must be above smtp_timeout_s");
	return ERR_OK;
}

/* All or nothing. */
static enum err
finish(struct reader *r, enum err e, const char *file, struct conf *out, char **problem)
{
	if (e == ERR_OK)
		e = check(r, file);
	if (e == ERR_OK)
		*out = *r->conf;
	else
		*problem = r->problem;
	return e;
}

enum err
conf_load(struct arena *a, const char *path, struct conf *out, char **problem)
{
	struct conf conf = { 0 };
	struct reader r = { .arena = a, .conf = &conf };
	const char *slash = strrchr(path, '/');
	enum err e;

	if (slash != NULL)
		r.home = arena_strndup(a, path, (size_t)(slash - path));
	set_standards(&r);
	e = read_file(&r, path);
	if (e == ERR_OK)
		e = read_folder(&r, arena_printf(a, "%s.d", path));
	return finish(&r, e, path, out, problem);
}

enum err
conf_parse(struct arena *a, const char *name, const char *text, size_t n, struct conf *out,
    char **problem)
{
	struct conf conf = { 0 };
	struct reader r = { .arena = a, .conf = &conf };
	char *copy = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(copy, text, n);
	set_standards(&r);
	return finish(&r, read_text(&r, name, copy, n), name, out, problem);
}

static void
print_standard(const struct key *k)
{
	if (k->standard == NULL)
		printf("Required.\n");
	else if (k->standard[0] == '\0')
		printf("Default: empty.\n");
	else
		printf("Default: %s.\n", k->standard);
}

void
conf_print(const struct conf *conf)
{
	struct conf copy = *conf;
	const char *text;

	for (int i = 0; i < N_KEYS; i++) {
		const struct key *k = &keys[i];

		printf("# %s.\n# ", k->meaning);
		print_standard(k);
		if (k->kind == NUMBER) {
			printf("%s = %d\n\n", k->name, *(int *)member(&copy, k));
		} else if (k->kind == SWITCH) {
			printf("%s = %s\n\n", k->name, *(bool *)member(&copy, k) ? "yes" : "no");
		} else {
			text = *(const char **)member(&copy, k);
			printf("%s = %s\n\n", k->name, text != NULL ? text : "");
		}
	}
}
