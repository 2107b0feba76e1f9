/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/survey_desk.h"
#include "web/desk/question.h"
#include "web/web.h"
/*
 * What the pages of one survey share.
 */

/* The survey of {survey}, also put into the view as "survey". */
enum err desk_survey_open(struct web *, json_t **survey) MUST_USE;
/* What its questions lack and it itself: survey_lacks. */
enum err desk_survey_lacks(struct web *, const json_t *survey, json_t **lacks) MUST_USE;
/* A survey as the owner of its questions. */
extern const struct question_owner desk_survey_owner;
