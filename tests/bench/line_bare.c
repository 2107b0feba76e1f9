/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit of bench line: libcurl's multi interface as plainly as it can be used, one
 * and the same body N times over C connections, nothing composed, read or recorded.
 *
 *	line_bare URL CA_FILE N C BYTES
 *
 * Says one line: {"calls":N,"seconds":S,"per_second":R}.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS_MAX = 256 };

static size_t
drop(char *data, size_t size, size_t n, void *context)
{
	(void)data;
	(void)context;
	return size * n;
}

static CURL *
make(const char *url, const char *ca_file, const char *body, long bytes, struct curl_slist *headers)
{
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	return easy;
}

int
main(int argc, char **argv)
{
	long n, c, bytes, started = 0, finished = 0, failed = 0;
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	struct timespec t0, t1;
	double seconds;
	CURLM *multi;
	char *body;
	int running;

	if (argc != 6)
		return 2;
	n = strtol(argv[3], NULL, 10);
	c = strtol(argv[4], NULL, 10);
	bytes = strtol(argv[5], NULL, 10);
	if (n < 1 || c < 1 || c > CALLS_MAX || bytes < 1 || (body = malloc((size_t)bytes)) == NULL)
		return 2;
	memset(body, 'x', (size_t)bytes);
	curl_slist_append(headers, "Authorization: Bearer 0123456789abcdef0123456789abcdef");
	curl_slist_append(headers, "X-Line-Retry-Key: 123e4567-e89b-12d3-a456-426614174000");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, c * 2);

	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (; started < c && started < n; started++)
		curl_multi_add_handle(multi, make(argv[1], argv[2], body, bytes, headers));
	while (finished < started) {
		CURLMsg *m;
		int left;

		curl_multi_perform(multi, &running);
		while ((m = curl_multi_info_read(multi, &left)) != NULL) {
			CURL *easy = m->easy_handle;
			long status = 0;

			curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
			finished++;
			failed += m->data.result != CURLE_OK || status != 200;
			curl_multi_remove_handle(multi, easy);
			if (started == n) {
				curl_easy_cleanup(easy);
				continue;
			}
			started++;
			curl_multi_add_handle(multi, easy);
			running++;
		}
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	curl_multi_cleanup(multi);
	curl_slist_free_all(headers);
	free(body);

	seconds = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	if (failed > 0) {
		fprintf(stderr, "line_bare: %ld of %ld failed\n", failed, n);
		return 1;
	}
	printf("{\"calls\":%ld,\"seconds\":%.3f,\"per_second\":%.0f}\n", n, seconds, (double)n / seconds);
	return 0;
}
