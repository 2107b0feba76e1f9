/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/err.h"
/*
 * Connections to the relay, made by libcurl: name, TCP, TLS or STARTTLS with the
 * certificate checked, EHLO, AUTH.  From then on smtp.c speaks over them.
 *
 * Why not the whole transfer: libcurl waits for the answer to the final dot in
 * a blocking loop (smtp_done), inside the multi handle too, so one relay that
 * thinks for a minute about one letter would stop all others; and it does not
 * tell whether the final dot went out, on which the verdict hangs.  With
 * CURLOPT_CONNECT_ONLY, curl_easy_send and curl_easy_recv both are ours.  As
 * no request is libcurl's, it can repeat none by itself on a dead connection.
 */
struct smtp_link {
	CURL *easy;
	curl_socket_t fd;		/* CURL_SOCKET_BAD: not connected */
	bool pipelining, size;		/* what EHLO offered */
	unsigned letters;		/* begun on this connection */
	char error[CURL_ERROR_SIZE];
};

/* Whom it goes to.  All may be NULL. */
struct smtp_server {
	const char *key;		/* "smtp", "smtp2": how its settings begin */
	const char *url, *user, *password_file, *ca_file;
};

/* The settings of one link, which says that it is domain; connects nothing.  ERR_CHANNEL: logged. */
enum err smtp_link_open(struct smtp_link *, const struct smtp_server *, const char *domain) MUST_USE;
void smtp_link_close(struct smtp_link *, CURLM *);

void smtp_link_connect(struct smtp_link *, CURLM *);
/* After libcurl reported the connection: finds its socket. */
enum err smtp_link_connected(struct smtp_link *) MUST_USE;
void smtp_link_drop(struct smtp_link *, CURLM *);

/* Bytes moved; 0: not now; -1: the connection is gone. */
ssize_t smtp_link_send(struct smtp_link *, const void *, size_t n);
ssize_t smtp_link_recv(struct smtp_link *, void *, size_t n);
