/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
struct web;
/*
 * The handlers of events and of those who sign up for them; see handlers.h.
 */

/* desk/event*.c, applicant*.c */
enum err desk_event_list(struct web *);
enum err desk_event_new(struct web *);
enum err desk_event_create(struct web *);
enum err desk_event_show(struct web *);
enum err desk_event_content(struct web *);
enum err desk_event_content_save(struct web *);
enum err desk_event_languages(struct web *);
enum err desk_event_languages_save(struct web *);
enum err desk_event_language(struct web *);
enum err desk_event_language_save(struct web *);
enum err desk_event_place(struct web *);
enum err desk_event_place_save(struct web *);
enum err desk_event_picture(struct web *);
enum err desk_event_picture_save(struct web *);
enum err desk_event_rules(struct web *);
enum err desk_event_rules_save(struct web *);
enum err desk_event_around(struct web *);
enum err desk_event_around_save(struct web *);
enum err desk_event_each(struct web *);
enum err desk_event_each_save(struct web *);
enum err desk_event_memo(struct web *);
enum err desk_event_memo_save(struct web *);
enum err desk_event_dates_page(struct web *);
enum err desk_event_dates_add(struct web *);
enum err desk_event_date(struct web *);
enum err desk_event_date_save(struct web *);
enum err desk_event_date_remove(struct web *);
enum err desk_event_date_off(struct web *);
enum err desk_event_date_off_do(struct web *);
enum err desk_event_questions(struct web *);
enum err desk_event_questions_do(struct web *);
enum err desk_event_question_new(struct web *);
enum err desk_event_question_new_do(struct web *);
enum err desk_event_question(struct web *);
enum err desk_event_question_save(struct web *);
enum err desk_event_question_remove(struct web *);
enum err desk_event_question_ways(struct web *);
enum err desk_event_question_ways_save(struct web *);
enum err desk_event_ways(struct web *);
enum err desk_event_publish(struct web *);
enum err desk_event_publish_do(struct web *);
enum err desk_event_off(struct web *);
enum err desk_event_off_do(struct web *);
enum err desk_event_end(struct web *);
enum err desk_event_end_do(struct web *);
enum err desk_event_notices(struct web *);
enum err desk_event_notices_send(struct web *);
enum err desk_applicant_list(struct web *);
enum err desk_applicant_new(struct web *);
enum err desk_applicant_on(struct web *);
enum err desk_applicant_begin(struct web *);
enum err desk_applicant_csv(struct web *);
enum err desk_applicant_xlsx(struct web *);
enum err desk_applicant_sheet(struct web *);
enum err desk_applicant_badges(struct web *);
enum err desk_applicant(struct web *);
enum err desk_applicant_do(struct web *);
enum err desk_applicant_cancel(struct web *);
enum err desk_applicant_cancelled(struct web *);
enum err desk_applicant_certificate(struct web *);

/* citizen/event_apply.c, event_send.c, event_ticket.c */
enum err citizen_apply(struct web *);
enum err citizen_apply_start(struct web *);
enum err citizen_apply_person(struct web *);
enum err citizen_apply_person_keep(struct web *);
enum err citizen_apply_contact(struct web *);
enum err citizen_apply_contact_keep(struct web *);
enum err citizen_apply_code(struct web *);
enum err citizen_apply_code_keep(struct web *);
enum err citizen_apply_q(struct web *);
enum err citizen_apply_q_keep(struct web *);
enum err citizen_apply_check(struct web *);
enum err citizen_apply_send(struct web *);
enum err citizen_ticket(struct web *);
enum err citizen_ticket_calendar(struct web *);
enum err citizen_ticket_paper(struct web *);
enum err citizen_ticket_leave(struct web *);
enum err citizen_ticket_left(struct web *);
enum err citizen_ticket_accept(struct web *);
enum err citizen_ticket_change(struct web *);
