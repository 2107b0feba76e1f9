/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to the relay; see smtp_link.h for what is libcurl's and why.
 */
#include "channel/smtp_link.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/secret.h"

/* libcurl hands every line that the server says until we take over.  What was
 * offered before STARTTLS does not count after it (RFC 3207 4.2): a 220, which
 * greets and answers STARTTLS, starts the list anew. */
static size_t
hear_offer(char *line, size_t size, size_t n, void *context)
{
	struct smtp_link *link = context;

	n *= size;
	if (n >= 4 && memcmp(line, "220", 3) == 0)
		link->pipelining = link->size = false;
	else if (n >= 14 && memcmp(line, "250", 3) == 0 && strncasecmp(line + 4, "PIPELINING", 10) == 0)
		link->pipelining = true;
	else if (n >= 8 && memcmp(line, "250", 3) == 0 && strncasecmp(line + 4, "SIZE", 4) == 0)
		link->size = true;
	return n;
}

static bool
is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	    strcmp(host, "[::1]") == 0;
}

/* Reads scheme and host, and puts the domain where libcurl takes the name for
 * EHLO from, the path, so that no machine's name is told. */
static bool
read_url(const struct smtp_server *server, const char *domain, CURL *easy, bool *loopback)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL, *path = NULL, *whole = NULL;
	bool good = false;

	if (url == NULL)
		return false;
	if (server->url != NULL &&
	    curl_url_set(url, CURLUPART_URL, server->url, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
	    /* A password in the configuration would be shown by conf_print. */
	    curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	    (strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0)) {
		*loopback = strcmp(scheme, "smtp") == 0 && is_loopback(host);
		if (strcmp(path, "/") == 0 && domain != NULL)
			curl_url_set(url, CURLUPART_PATH, domain, 0);
		good = curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK &&
		    curl_easy_setopt(easy, CURLOPT_URL, whole) == CURLE_OK;
	}
	curl_free(whole);
	curl_free(path);
	curl_free(user);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(url);
	return good;
}

static bool
read_password(const char *path, char *out, size_t size)
{
	FILE *f = path == NULL ? NULL : fopen(path, "re");
	bool good;

	if (f == NULL)
		return false;
	good = fgets(out, (int)size, f) != NULL;
	fclose(f);
	if (good)
		out[strcspn(out, "\r\n")] = '\0';
	return good && out[0] != '\0';
}

static void
ask_for_tls(CURL *easy, const struct smtp_server *server, bool loopback)
{
	/* On the way to another machine mail is encrypted and the relay known,
	 * or nothing is sent.  To this same machine it is encrypted if offered;
	 * the usual self-signed certificate there is checked against
	 * the file of certificates or, without one, not at all. */
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(loopback ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (server->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file);
	else if (loopback) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

enum err
smtp_link_open(struct smtp_link *link, const struct smtp_server *server, const char *domain)
{
	CURL *easy = curl_easy_init();
	char password[256];
	bool loopback = false;

	memset(link, 0, sizeof(*link));
	link->fd = CURL_SOCKET_BAD;
	if (easy == NULL)
		log_panic("smtp.memory");
	link->easy = easy;

	if (!read_url(server, domain, easy, &loopback)) {
		log_error("smtp.configuration key=%s_url", server->key);
		return ERR_CHANNEL;
	}
	if (server->user != NULL) {
		if (!read_password(server->password_file, password, sizeof(password))) {
			log_error("smtp.configuration key=%s_password_file", server->key);
			return ERR_CHANNEL;
		}
		curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, password);
		secret_wipe(password, sizeof(password));
	}
	ask_for_tls(easy, server, loopback);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Ours is the limit; libcurl's would name the same failure differently. */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 3600000L);
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, 3600L);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, hear_offer);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, link);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, link->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, link);
	return ERR_OK;
}

void
smtp_link_close(struct smtp_link *link, CURLM *multi)
{
	smtp_link_drop(link, multi);
	curl_easy_cleanup(link->easy);
	link->easy = NULL;
}

void
smtp_link_connect(struct smtp_link *link, CURLM *multi)
{
	link->letters = 0;
	link->error[0] = '\0';
	if (curl_multi_add_handle(multi, link->easy) != CURLM_OK)
		log_panic("smtp.add_handle");
}

enum err
smtp_link_connected(struct smtp_link *link)
{
	if (curl_easy_getinfo(link->easy, CURLINFO_ACTIVESOCKET, &link->fd) != CURLE_OK ||
	    link->fd == CURL_SOCKET_BAD)
		return ERR_CHANNEL;
	return ERR_OK;
}

/* With CONNECT_ONLY this closes the connection at once, without a QUIT to wait
 * for; a handle that is in no multi is left as it is. */
void
smtp_link_drop(struct smtp_link *link, CURLM *multi)
{
	link->fd = CURL_SOCKET_BAD;
	curl_multi_remove_handle(multi, link->easy);
}

ssize_t
smtp_link_send(struct smtp_link *link, const void *data, size_t n)
{
	size_t moved = 0;
	CURLcode c = curl_easy_send(link->easy, data, n, &moved);

	if (c == CURLE_AGAIN)
		return 0;
	return c == CURLE_OK ? (ssize_t)moved : -1;
}

ssize_t
smtp_link_recv(struct smtp_link *link, void *data, size_t n)
{
	size_t moved = 0;
	CURLcode c = curl_easy_recv(link->easy, data, n, &moved);

	if (c == CURLE_AGAIN)
		return 0;
	return c == CURLE_OK && moved > 0 ? (ssize_t)moved : -1;
}
