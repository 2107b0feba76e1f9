/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit of bench smtp: libcurl's own SMTP as plainly as it can be used, the
 * same letter of 4 kB N times over C connections, nothing composed or recorded.
 *
 *	smtp_bare URL N C
 *
 * Says one line: {"letters":N,"seconds":S,"per_second":R}.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEXT = 4096, CONNECTIONS_MAX = 256 };

struct reader { size_t at; };

static char text[TEXT];

static size_t
give(char *out, size_t size, size_t n, void *context)
{
	struct reader *r = context;
	size_t left = TEXT - r->at;

	n *= size;
	if (n > left)
		n = left;
	memcpy(out, text + r->at, n);
	r->at += n;
	return n;
}

static void
make_text(void)
{
	static const char head[] = "From: a@example.jp\r\nTo: b@example.jp\r\nSubject: bare\r\n\r\n";

	memset(text, 'x', sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	for (size_t i = sizeof(head) + 75; i + 2 < TEXT; i += 78)
		memcpy(text + i, "\r\n", 2);
	memcpy(text + TEXT - 2, "\r\n", 2);
}

int
main(int argc, char **argv)
{
	static struct reader readers[CONNECTIONS_MAX];
	struct curl_slist *to = curl_slist_append(NULL, "<b@example.jp>");
	long n, c, started = 0, finished = 0, failed = 0;
	struct timespec t0, t1;
	double seconds;
	CURLM *multi;
	int running;

	if (argc != 4)
		return 2;
	n = strtol(argv[2], NULL, 10);
	c = strtol(argv[3], NULL, 10);
	if (n < 1 || c < 1 || c > CONNECTIONS_MAX)
		return 2;
	make_text();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, c * 2);

	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (long i = 0; i < c && started < n; i++, started++) {
		CURL *easy = curl_easy_init();

		curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(easy, CURLOPT_MAIL_FROM, "<a@example.jp>");
		curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_INFILESIZE, (long)TEXT);
		curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(easy, CURLOPT_READDATA, &readers[i]);
		curl_easy_setopt(easy, CURLOPT_PRIVATE, &readers[i]);
		curl_multi_add_handle(multi, easy);
	}
	while (finished < started) {
		CURLMsg *m;
		int left;

		curl_multi_perform(multi, &running);
		while ((m = curl_multi_info_read(multi, &left)) != NULL) {
			CURL *easy = m->easy_handle;
			struct reader *r = NULL;

			finished++;
			failed += m->data.result != CURLE_OK;
			curl_easy_getinfo(easy, CURLINFO_PRIVATE, (void *)&r);
			curl_multi_remove_handle(multi, easy);
			if (started == n)
				continue;
			r->at = 0;
			started++;
			curl_multi_add_handle(multi, easy);
			running++;
		}
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);

	seconds = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	if (failed > 0) {
		fprintf(stderr, "smtp_bare: %ld of %ld failed\n", failed, n);
		return 1;
	}
	printf("{\"letters\":%ld,\"seconds\":%.3f,\"per_second\":%.0f}\n", n, seconds,
	    (double)n / seconds);
	return 0;
}
