/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit of bench `page`: libfcgi and libpq with nothing around them.
 *
 *	page_bare SOCKET PROCESSES CONNINFO FILE
 *
 * Each process takes one request at a time, runs one prepared query for the
 * twenty rows that the page shows, past the tenant wall, copies their fields,
 * and answers with the bytes of FILE, which the bench took from chromo.
 */
#include <fcgiapp.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char rows_of[] =
    "SELECT m.id, m.subject, m.published, d.name FROM message m"
    " JOIN department d USING (tenant_id) WHERE d.id = m.department_id AND m.tenant_id = 1"
    " AND m.on_site AND m.state IN ('sending', 'sent') ORDER BY m.published DESC, m.id DESC LIMIT 20";

static size_t
read_file(const char *path, char *to, size_t room)
{
	FILE *f = fopen(path, "r");
	size_t n = f != NULL ? fread(to, 1, room, f) : 0;

	if (f != NULL)
		fclose(f);
	return n;
}

static void
serve(int socket, const char *conninfo, const char *page, size_t n)
{
	PGconn *c = PQconnectdb(conninfo);
	FCGX_Request request;
	char head[100];
	int head_len = snprintf(head, sizeof head,
	    "Content-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n\r\n", n);

	if (PQstatus(c) != CONNECTION_OK)
		exit(1);
	PQclear(PQprepare(c, "rows", rows_of, 0, NULL));
	FCGX_InitRequest(&request, socket, 0);
	while (FCGX_Accept_r(&request) >= 0) {
		PGresult *r = PQexecPrepared(c, "rows", 0, NULL, NULL, NULL, 0);
		char copy[64 * 1024];
		size_t used = 0;

		for (int i = 0; i < PQntuples(r); i++)
			for (int k = 0; k < PQnfields(r); k++) {
				size_t len = (size_t)PQgetlength(r, i, k);

				if (used + len <= sizeof copy)
					memcpy(copy + used, PQgetvalue(r, i, k), len);
				used += len;
			}
		PQclear(r);
		FCGX_PutStr(head, head_len, request.out);
		FCGX_PutStr(page, (int)n, request.out);
		FCGX_Finish_r(&request);
	}
	exit(0);
}

int
main(int argc, char **argv)
{
	static char page[256 * 1024];
	int socket, i;
	size_t n;

	if (argc != 5)
		return 2;
	n = read_file(argv[4], page, sizeof page);
	FCGX_Init();
	socket = FCGX_OpenSocket(argv[1], 1024);
	if (socket < 0 || n == 0)
		return 1;
	for (i = (int)strtol(argv[2], NULL, 10); i > 0; i--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(socket, argv[3], page, n);
		}
	while (wait(NULL) > 0)
		;
	return 0;
}
