/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Web Push without a network: push_rate bare|chromo N, JSON {"per_second"} of processor time.
 *
 *	bare	what cannot be left out, by OpenSSL's own functions: a fresh pair of keys and
 *		an agreement with the device's point
 *	chromo	what the channel does for a device: its address read and looked at, the body
 *		encrypted, the town's card taken from where it is kept (it is signed twice a day)
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/secret.h"
#include "channel/webpush.h"
#include "channel/webpush_cards.h"

static const char text[] = "{\"body\":\"港一丁目で水が出ません。給水車は港公園に来ています。くわしくはページをご覧ください。\","
    "\"tag\":\"abcdefghijklmnopqrstuvwx\",\"title\":\"断水のお知らせ\",\"url\":\"https://minato.example.jp/messages/7\"}";

static double
processor(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
must_be(int good)
{
	if (!good)
		abort();
}

static void
bare(int n, const uint8_t point[P256_POINT])
{
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *peer = NULL;

	must_be(maker != NULL && EVP_PKEY_keygen_init(maker) == 1 && EVP_PKEY_CTX_set_group_name(maker, "P-256") == 1 &&
	    EVP_PKEY_generate(maker, &peer) == 1);
	for (int i = 0; i < n; i++) {
		EVP_PKEY *own = NULL;
		EVP_PKEY_CTX *context;
		uint8_t shared[32];
		size_t size = sizeof(shared);

		must_be(EVP_PKEY_generate(maker, &own) == 1 && EVP_PKEY_set1_encoded_public_key(peer, point, P256_POINT) == 1);
		context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
		must_be(context != NULL && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1 &&
		    EVP_PKEY_derive(context, shared, &size) == 1);
		EVP_PKEY_CTX_free(context);
		EVP_PKEY_free(own);
	}
	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(maker);
}

static void
chromo(int n, const char *address, const json_t *account)
{
	struct webpush_cards *cards = webpush_cards_new();
	struct p256 *p = p256_open();
	struct arena *a = arena_new();

	for (int i = 0; i < n; i++) {
		struct webpush_address to;
		json_t *j;
		struct buf body;

		must_be(json_parse(a, address, strlen(address), &j) == ERR_OK &&
		    webpush_address_read(a, "fcm.googleapis.com *.push.apple.com", j, &to) == ERR_OK &&
		    webpush_card_of(cards, account, to.origin) != NULL);
		buf_init(&body, a);
		must_be(webpush_encrypt(p, &to.receiver, text, sizeof(text) - 1, &body) == ERR_OK);
		arena_reset(a);
	}
	arena_free(a);
	p256_close(p);
	webpush_cards_free(cards);
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct p256_key *device = p256_key_new();
	uint8_t point[P256_POINT];
	int n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
	struct buf address;
	json_t *account, *keys;
	double began;

	json_setup();
	if (n <= 0)
		return 2;
	p256_key_write(device, NULL, point);
	p256_key_free(device);
	keys = webpush_keys_new(a);
	account = json_keep(a, json_pack("{s:i, s:i, s:{s:s}, s:O}", "id", 1, "version", 1,
	    "settings", "subject", "mailto:kouhou@minato.example.jp", "secrets", keys));
	buf_init(&address, a);
	buf_adds(&address, "{\"endpoint\":\"https://fcm.googleapis.com/fcm/send/"
	    "eFGhi-jklMNO:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ\","
	    "\"auth\":\"BTBZMqHH6r4Tts7J_aSIgg\",\"p256dh\":\"");
	buf_add_base64url(&address, point, sizeof(point));
	buf_adds(&address, "\"}");
	began = processor();
	if (strcmp(argv[1], "bare") == 0)
		bare(n, point);
	else
		chromo(n, address.data, account);
	printf("{\"per_second\":%.0f}\n", n / (processor() - began));
	arena_free(a);
	return 0;
}
