/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "channel/fields.h"
#include "web/web.h"
/*
 * What a town types in for each kind of gateway (channel/fields.h).  The words of a field are
 * gateway_<kind>_<name> and …_hint.  A secret that is not
 * required and is there has a box beside it, <name>_clear, by which it is taken away.
 */
/* Puts what is stored into the form; secrets only as "set". */
void gateway_fields_fill(struct web *, struct form *, const struct gateway_form *, const json_t *account);
/* Reads what was typed; problems stand beside the fields.  settings and secrets begin with those
 * of the account (NULL: a new one) and are the arena's. */
void gateway_fields_read(struct web *, struct form *, const struct gateway_form *, const json_t *account,
    json_t **settings, json_t **secrets, const char **url);
/* Something came along with what was pasted and was taken away: people are told. */
bool gateway_fields_cleaned(struct web *, const struct gateway_form *);
/* The rows that templates/desk/gateway/field.html shows: the field of the form with label, hint and kind.
 * more: those that are folded. */
json_t *gateway_fields_rows(struct web *, struct form *, const struct gateway_form *, bool more);
