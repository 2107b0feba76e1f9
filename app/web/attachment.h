/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/attachment.h"
#include "web/web.h"
/*
 * Files in forms, and files to be fetched.
 *
 * A question for files is a hidden field with the ids of those that are there ("q5", as
 * domain/questionnaire.h reads it), an <input type="file" name="q5_file">, and a box
 * "q5_drop_ID" for each that is to go again.  So a form that is shown once more has lost
 * nothing.
 */

/* Takes in the files of this question and gives the form with their ids in the hidden field:
 * for questionnaire_read.  A file that is not taken is a problem of the field, said in the
 * form; the others are there all the same. */
enum err web_attachments(struct web *, struct form *, const char *purpose, int64_t owner, const char *code,
    const struct fields **out) MUST_USE;
/* What templates/part/question_file.html lists of them: query attachment_list. */
json_t *web_attachments_shown(struct web *, const char *purpose, int64_t owner, const json_t *answers, const char *code);

/* Lets nginx hand it out.  ERR_NOT_FOUND: it is not clean. */
enum err web_attachment_send(struct web *, const json_t *attachment) MUST_USE;
