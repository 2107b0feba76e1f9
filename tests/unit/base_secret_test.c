/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets, against the vectors of RFC 4231 (HMAC), RFC 5869 (HKDF), FIPS 180
 * (SHA-256) and the GCM specification that NIST adopted (AES-256).
 */
#include "base/secret.h"
#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

struct bytes { uint8_t data[160]; size_t n; };

static struct bytes
hex(const char *s)
{
	struct bytes b = { .n = strlen(s) / 2 };
	unsigned v;

	for (size_t i = 0; i < b.n; i++) {
		sscanf(s + 2 * i, "%2x", &v);
		b.data[i] = (uint8_t)v;
	}
	return b;
}

static void
test_sha256(void)
{
	uint8_t out[SECRET_HASH];

	secret_sha256("abc", 3, out);
	is_mem(out, hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad").data,
	    32, "SHA-256 of abc");
	secret_sha256("", 0, out);
	is_mem(out, hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").data,
	    32, "SHA-256 of nothing");
}

static void
test_hmac(void)
{
	static const struct { const char *key, *data, *mac; } rfc4231[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "dddddddddddddddddddddddddddddddddddddddddddddddddd"
		  "dddddddddddddddddddddddddddddddddddddddddddddddddd",
		  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
		{ "0102030405060708090a0b0c0d0e0f10111213141516171819",
		  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
		  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	};
	uint8_t out[SECRET_HASH], large[131];

	for (size_t i = 0; i < 4; i++) {
		struct bytes key = hex(rfc4231[i].key), data = hex(rfc4231[i].data);

		secret_hmac_of(key.data, key.n, data.data, data.n, out);
		is_mem(out, hex(rfc4231[i].mac).data, 32, "HMAC: RFC 4231 test case %zu", i + 1);
	}
	memset(large, 0xaa, sizeof(large));
	secret_hmac_of(large, sizeof(large), "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	is_mem(out, hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54").data, 32, "HMAC: RFC 4231 test case 6");
}

static void
test_hkdf(void)
{
	static const struct { const char *key, *salt, *info, *okm; } rfc5869[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
		  "f0f1f2f3f4f5f6f7f8f9",
		  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829"
		  "2a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
		  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283848586878889"
		  "8a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		  "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9"
		  "dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb"
		  "41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
	};
	uint8_t out[160], other[160];
	uint8_t key[SECRET_KEY] = { 1 };

	for (size_t i = 0; i < 3; i++) {
		struct bytes k = hex(rfc5869[i].key), s = hex(rfc5869[i].salt);
		struct bytes info = hex(rfc5869[i].info), okm = hex(rfc5869[i].okm);

		secret_hkdf((struct secret_bytes){ k.data, k.n }, (struct secret_bytes){ s.data, s.n },
		    (struct secret_bytes){ info.data, info.n }, out, okm.n);
		is_mem(out, okm.data, okm.n, "HKDF: RFC 5869 test case %zu", i + 1);
	}

	secret_derive(key, "lookup", out);
	secret_hkdf((struct secret_bytes){ key, 32 }, (struct secret_bytes){ "", 0 },
	    (struct secret_bytes){ "lookup", 6 }, other, 32);
	is_mem(out, other, 32, "derive is HKDF with the label as info");
	secret_derive(key, "seal", other);
	ok(memcmp(out, other, 32) != 0, "another label gives another key");
}

/* Nonce, cipher text and tag of test cases 13 to 16 of the GCM specification.
 * What is authenticated there is free of zero bytes, as a label is. */
static void
test_gcm(struct arena *a)
{
	static const char key[] =
	    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
	static const char plain[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
	static const char nonce[] = "cafebabefacedbaddecaf888";
	static const char cipher[] = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
	static const struct { int number, bytes; const char *label, *tag; } cases[] = {
		{ 15, 64, "", "b094dac5d93471bdec1a502270e3cc6c" },
		{ 16, 60, "\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2",
		  "76fc6ece0f4e1768cddf8853bb2d551b" },
	};
	struct bytes sealed;
	struct buf out;

	buf_init(&out, a);
	sealed = hex("000000000000000000000000" "530f8afbc74536b9a963b4f1c4cb738b");
	is_int(secret_open((uint8_t[32]){ 0 }, "", sealed.data, sealed.n, &out), ERR_OK,
	    "AES-256-GCM: test case 13 opens");
	is_int(out.len, 0, "to nothing");
	sealed = hex("000000000000000000000000" "cea7403d4d606b6e074ec5d3baf39d18"
	    "d0d1c8a799996bf0265b98b5d48ab919");
	is_int(secret_open((uint8_t[32]){ 0 }, "", sealed.data, sealed.n, &out), ERR_OK,
	    "AES-256-GCM: test case 14 opens");
	is_int(out.len, 16, "to 16 bytes");
	is_mem(out.data, (uint8_t[16]){ 0 }, 16, "of zero");

	for (size_t i = 0; i < 2; i++) {
		buf_reset(&out);
		sealed = hex(arena_printf(a, "%s%.*s%s", nonce, 2 * cases[i].bytes, cipher, cases[i].tag));
		is_int(secret_open(hex(key).data, cases[i].label, sealed.data, sealed.n, &out), ERR_OK,
		    "AES-256-GCM: test case %d opens", cases[i].number);
		is_int(out.len, cases[i].bytes, "to as many bytes");
		is_mem(out.data, hex(plain).data, out.len, "and the right ones");
	}
}

/* One context for many: neither what went before nor a failure is left in it. */
static void
test_opener(struct arena *a, const uint8_t key[SECRET_KEY], struct buf *sealed)
{
	struct secret_opener *o = secret_opener_new(key);
	struct buf out;

	buf_init(&out, a);
	is_int(secret_opener_open(o, "address.7", sealed->data, sealed->len, &out), ERR_OK, "an opener opens");
	is_int(secret_opener_open(o, "address.8", sealed->data, sealed->len, &out), ERR_INVALID, "… not under another label");
	is_int(secret_opener_open(o, "address.7", sealed->data, 27, &out), ERR_INVALID, "… nor a part");
	is_int(secret_opener_open(o, "address.7", sealed->data, sealed->len, &out), ERR_OK, "… and opens again");
	is_str(out.data, "hanako@example.jphanako@example.jp", "the same words both times");
	secret_opener_free(o);
}

static void
test_sealing(struct arena *a)
{
	static const char text[] = "hanako@example.jp";
	uint8_t key[SECRET_KEY], other[SECRET_KEY];
	struct buf one, two, out;
	int opened = 0;

	secret_random(key, sizeof(key));
	secret_random(other, sizeof(other));
	buf_init(&one, a);
	buf_init(&two, a);
	buf_init(&out, a);
	secret_seal(key, "address.7", text, strlen(text), &one);
	secret_seal(key, "address.7", text, strlen(text), &two);
	is_int(one.len, 12 + strlen(text) + 16, "nonce, cipher text, tag");
	ok(memcmp(one.data, two.data, one.len) != 0, "the same text is sealed differently each time");

	buf_adds(&out, "to: ");
	is_int(secret_open(key, "address.7", one.data, one.len, &out), ERR_OK, "it opens");
	is_str(out.data, "to: hanako@example.jp", "and is added to what was there");
	is_int(secret_open(key, "address.8", one.data, one.len, &out), ERR_INVALID,
	    "not under another label");
	is_int(secret_open(other, "address.7", one.data, one.len, &out), ERR_INVALID,
	    "not under another key");
	is_int(secret_open(key, "address.7", one.data, 27, &out), ERR_INVALID, "not when too short");
	is_int(secret_open(key, "address.7", "", 0, &out), ERR_INVALID, "not when empty");
	for (size_t bit = 0; bit < one.len * 8; bit++) {
		one.data[bit / 8] = (char)(one.data[bit / 8] ^ (1 << bit % 8));
		opened += secret_open(key, "address.7", one.data, one.len, &out) == ERR_OK;
		one.data[bit / 8] = (char)(one.data[bit / 8] ^ (1 << bit % 8));
	}
	is_int(opened, 0, "not with any one bit turned");
	is_str(out.data, "to: hanako@example.jp", "the result is not touched on failure");

	buf_reset(&one);
	secret_seal(key, "", "", 0, &one);
	buf_reset(&out);
	is_int(secret_open(key, "", one.data, one.len, &out), ERR_OK, "nothing can be sealed too");
	test_opener(a, key, &two);
}

static void
test_random(struct arena *a)
{
	static const char uuid_form[] = "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx";
	char *uuid = secret_uuid(a), *token = secret_token(a, 16);
	unsigned seen[6] = { 0 };
	bool good = true, fair = true;
	uint32_t r;

	is_int(strlen(uuid), 36, "a UUID has 36 characters");
	for (size_t i = 0; i < 36 && uuid[i] != '\0'; i++)
		good = good && (uuid_form[i] == 'x' ? strchr("0123456789abcdef", uuid[i]) != NULL :
		    uuid_form[i] == 'V' ? strchr("89ab", uuid[i]) != NULL : uuid[i] == uuid_form[i]);
	ok(good, "in the form of version 4: %s", uuid);
	ok(strcmp(uuid, secret_uuid(a)) != 0, "no two are alike");
	is_int(strlen(token), 22, "a token of 16 bytes has 22 characters");
	is_int(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 22,
	    "that stand in a URL as they are");
	ok(strcmp(token, secret_token(a, 16)) != 0, "no two are alike");

	good = true;
	for (int i = 0; i < 60000; i++) {
		r = secret_below(6);
		good = good && r < 6;
		seen[r % 6]++;
	}
	/* 10,000 each with a deviation of 91: a thousand off does not happen. */
	for (int i = 0; i < 6; i++)
		fair = fair && seen[i] > 9000 && seen[i] < 11000;
	ok(good, "below 6 is below 6");
	ok(fair, "and each comes as often");
	is_int(secret_below(1), 0, "below 1 there is 0");
	ok(secret_below(UINT32_MAX) < UINT32_MAX, "the largest range");
}

/* A forked worker must not repeat what its parent or sister drew. */
static void
test_random_after_fork(void)
{
	uint8_t mine[16], theirs[16] = { 0 };
	int pipes[2], status;
	pid_t child;

	secret_random(mine, sizeof(mine));
	if (pipe(pipes) < 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		secret_random(mine, sizeof(mine));
		_exit(write(pipes[1], mine, sizeof(mine)) != sizeof(mine));
	}
	secret_random(mine, sizeof(mine));
	ok(read(pipes[0], theirs, sizeof(theirs)) == sizeof(theirs) &&
	    memcmp(mine, theirs, sizeof(mine)) != 0, "a child draws other numbers");
	waitpid(child, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
}

static void
test_small(struct arena *a)
{
	char secret[] = "secret";
	struct buf out;
	uint8_t all[256];
	int wrong = 0;

	ok(secret_equal("abc", "abd", 2) && !secret_equal("abc", "abd", 3), "equal compares n bytes");
	secret_wipe(secret, 6);
	is_mem(secret, "\0\0\0\0\0\0", 6, "wipe wipes");
	is_str(secret_hex(a, "\x00\x7f\xff", 3), "007fff", "hexadecimal");
	is_str(secret_hex(a, "", 0), "", "of nothing");

	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	for (size_t n = 0; n <= 256; n++) {
		struct buf text;

		buf_init(&text, a);
		buf_init(&out, a);
		buf_add_base64url(&text, all, n);
		if (secret_unbase64url(a, text.data, &out) != ERR_OK || out.len != n ||
		    memcmp(out.data, all, n) != 0)
			wrong++;
	}
	is_int(wrong, 0, "base64url there and back");
	buf_init(&out, a);
	buf_adds(&out, "x");
	is_int(secret_unbase64url(a, "Zg==", &out), ERR_INVALID, "padding is refused");
	is_int(secret_unbase64url(a, "Zh", &out), ERR_INVALID, "left-over bits are refused");
	is_int(secret_unbase64url(a, "Zm9vY", &out), ERR_INVALID, "a letter too many is refused");
	is_int(secret_unbase64url(a, "Zm+/", &out), ERR_INVALID, "the other alphabet is refused");
	is_int(secret_unbase64url(a, "Zm9v\n", &out), ERR_INVALID, "line ends are refused");
	is_str(out.data, "x", "the result is not touched on failure");
}

static void
test_password(struct arena *a)
{
	/* The vector of the reference program: echo -n password |
	 * argon2 somesalt -id -t 2 -m 8 -p 1 */
	static const char known[] = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
	    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
	struct secret_cost cost = { .memory_kib = 64, .passes = 1 };
	char *encoded = secret_password_hash(a, cost, "hunter2");
	bool stale = true;

	ok(strncmp(encoded, "$argon2id$v=19$m=64,t=1,p=1$", 28) == 0, "the encoded form: %s", encoded);
	ok(strcmp(encoded, secret_password_hash(a, cost, "hunter2")) != 0, "each has its own salt");
	ok(secret_password_verify(cost, encoded, "hunter2", &stale) && !stale, "the password is right");
	ok(!secret_password_verify(cost, encoded, "hunter3", &stale), "another is wrong");
	ok(!secret_password_verify(cost, encoded, "", &stale), "none is wrong");
	cost.passes = 2;
	ok(secret_password_verify(cost, encoded, "hunter2", &stale) && stale,
	    "it is right and stale once the cost has changed");
	ok(secret_password_verify((struct secret_cost){ 256, 2 }, known, "password", &stale) && !stale,
	    "a hash of the reference program is right");
	ok(!secret_password_verify(cost, "", "", &stale), "an empty hash is never right");
	ok(!secret_password_verify(cost, "$argon2id$v=19$m=", "x", &stale), "nor is half a one");
}

static enum err
read_key_of(const char *path, mode_t mode, size_t size, uint8_t key[SECRET_KEY])
{
	static const char bytes[] = "0123456789abcdefghijklmnopqrstuv+";
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || fchmod(fd, mode) < 0)
		diag("%s: %s", path, strerror(errno));
	close(fd);
	return secret_read_key(path, key);
}

static void
test_key_file(struct arena *a)
{
	char folder[] = "/tmp/secret_test.XXXXXX", *path;
	uint8_t key[SECRET_KEY] = { 9 };

	if (!ok(mkdtemp(folder) != NULL, "a folder"))
		return;
	path = arena_printf(a, "%s/key", folder);
	is_int(secret_read_key(path, key), ERR_NOT_FOUND, "no key file");
	is_int(read_key_of(path, 0644, 32, key), ERR_INVALID, "one that others can read");
	is_int(read_key_of(path, 0640, 32, key), ERR_INVALID, "one that the group can read");
	is_int(read_key_of(path, 0600, 31, key), ERR_INVALID, "one that is too short");
	is_int(read_key_of(path, 0600, 33, key), ERR_INVALID, "one that is too long");
	is_int(secret_read_key(folder, key), ERR_INVALID, "a folder is no key file");
	is_int(key[0], 9, "the result is not touched on failure");
	is_int(read_key_of(path, 0600, 32, key), ERR_OK, "one that is right");
	is_mem(key, "0123456789abcdefghijklmnopqrstuv", 32, "is read");
	is_int(read_key_of(path, 0400, 32, key), ERR_OK, "also when nobody can write it");
	unlink(path);
	is_int(mkfifo(path, 0600), 0, "a FIFO");
	is_int(secret_read_key(path, key), ERR_INVALID, "is refused without waiting");
	unlink(path);
	rmdir(folder);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_sha256();
	test_hmac();
	test_hkdf();
	test_gcm(a);
	test_sealing(a);
	test_random(a);
	test_random_after_fork();
	test_small(a);
	test_password(a);
	test_key_file(a);
	arena_free(a);
	return done();
}
