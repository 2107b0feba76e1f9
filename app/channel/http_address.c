/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are public, after IANA's registries of special-purpose
 * addresses (RFC 6890).  Of IPv6 that is what is allotted, 2000::/3, without its
 * reserved parts; an IPv4 address inside an IPv6 one is looked at as such.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "channel/http.h"

/* The first bits of the ranges where nothing of the public is. */
static bool
is_public4(uint32_t a)
{
	static const struct { uint32_t first; int bits; } barred[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 },
		{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 },
		{ 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 3 },
	};

	for (size_t i = 0; i < sizeof(barred) / sizeof(*barred); i++)
		if (a >> (32 - barred[i].bits) == barred[i].first >> (32 - barred[i].bits))
			return false;
	return true;
}

static uint32_t
number4(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool
is_public6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public4(number4(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)			/* 6to4 */
		return is_public4(number4(a + 2));
	if (a[0] >> 5 != 1)
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] >> 1) == 0)	/* 2001::/23: Teredo, benchmarks, ORCHID */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)
		return false;
	return !(a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10);	/* 3fff::/20: documentation */
}

bool
http_is_public(const struct sockaddr *s)
{
	if (s->sa_family == AF_INET)
		return is_public4(ntohl(((const struct sockaddr_in *)(const void *)s)->sin_addr.s_addr));
	if (s->sa_family == AF_INET6)
		return is_public6(((const struct sockaddr_in6 *)(const void *)s)->sin6_addr.s6_addr);
	return false;
}
