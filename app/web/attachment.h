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

/* Takes in the files of this question: w->fields has their ids in the hidden field then, for
 * questionnaire_read.  A file that is not taken is a problem of the field, said in the form;
 * the others are there all the same. */
enum err web_attachments(struct web *, struct form *, const char *purpose, int64_t owner, const char *code) MUST_USE;
/* What was wrong when they were taken in, once more: before questionnaire_read, which would
 * only say that there is none. */
void web_attachments_refused(struct web *, struct form *, const char *code);
/* What templates/part/question_file.html shows of them, into the field of the form: "files"
 * (query attachment_list) and "drop" (the beginning of the boxes' names). */
void web_attachments_show(struct web *, struct form *, const char *purpose, int64_t owner, const char *code);

/* The names of the files of an answer, instead of how many they are; of those in which a virus was found with that. */
enum err web_attachment_names(struct web *, const char *purpose, int64_t owner, const json_t *ids, json_t *lines) MUST_USE;
/* There is such a one among them: their question is asked once more. */
enum err web_attachments_gone(struct web *, const char *purpose, int64_t owner, const json_t *ids, bool *gone) MUST_USE;

/* A picture in a form: the file of the field "file", in both sizes.  *ids: what picture_take
 * gives, "" : none was sent; *problem: why it was not taken, NULL: it was. */
enum err web_picture(struct web *, const char *purpose, int64_t owner, const char **ids, const char **problem) MUST_USE;
/* w->fields as they were sent, but with this value of this field. */
enum err web_field_set(struct web *, const char *name, const char *value) MUST_USE;

/* Lets nginx hand it out.  ERR_NOT_FOUND: it is not clean. */
enum err web_attachment_send(struct web *, const json_t *attachment) MUST_USE;
