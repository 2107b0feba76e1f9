/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
#include "web/handlers_event.h"
struct web;
/*
 * The handlers that routes.c names, by the file they are in; those of events are in a header
 * of their own.
 */

/* site.c */
enum err site_health(struct web *);
enum err site_metrics(struct web *);
enum err site_language(struct web *);

/* citizen/home.c, message.c, feed.c, cap.c, circular.c */
enum err citizen_home(struct web *);
enum err citizen_message_list(struct web *);
enum err citizen_message_filter(struct web *);
enum err citizen_message_show(struct web *);
enum err citizen_message_picture(struct web *);
enum err citizen_message_short(struct web *);
enum err citizen_feed(struct web *);
enum err citizen_feed_json(struct web *);
enum err citizen_cap_feed(struct web *);
enum err citizen_cap(struct web *);
enum err citizen_circular(struct web *);
enum err citizen_card(struct web *);

/* desk/announce.c */
enum err desk_announce(struct web *);
enum err desk_announce_do(struct web *);

/* desk/entry.c */
enum err desk_entry(struct web *);
enum err desk_entry_do(struct web *);

/* desk/forms.c */
enum err desk_forms(struct web *);
enum err desk_forms_print(struct web *);
enum err desk_forms_numbers(struct web *);
enum err desk_forms_void(struct web *);
enum err desk_forms_twice(struct web *);
enum err desk_forms_import(struct web *);
enum err desk_forms_import_show(struct web *);
enum err desk_forms_import_live(struct web *);

/* desk/attachment.c */
enum err desk_attachment(struct web *);

/* citizen/right.c */
enum err citizen_right_show(struct web *);
enum err citizen_right_draw(struct web *);
enum err citizen_right_link(struct web *);
enum err citizen_right_link_draw(struct web *);
enum err citizen_right_keep(struct web *);
/* api/survey.c */
enum err api_survey_list(struct web *);
enum err api_survey_show(struct web *);
enum err api_survey_answer(struct web *);

/* citizen/survey.c, survey_number.c, survey_answer.c, survey_send.c */
enum err citizen_survey_list(struct web *);
enum err citizen_survey_show(struct web *);
enum err citizen_survey_begin(struct web *);
enum err citizen_survey_named(struct web *);
enum err citizen_survey_named_begin(struct web *);
enum err citizen_survey_number(struct web *);
enum err citizen_survey_number_begin(struct web *);
enum err citizen_survey_question(struct web *);
enum err citizen_survey_answer(struct web *);
enum err citizen_survey_save(struct web *);
enum err citizen_survey_continue(struct web *);
enum err citizen_survey_continued(struct web *);
enum err citizen_survey_check(struct web *);
enum err citizen_survey_send(struct web *);
enum err citizen_survey_done(struct web *);
enum err citizen_survey_receipt(struct web *);
enum err citizen_survey_change(struct web *);

/* api/message.c */
enum err api_message_list(struct web *);
enum err api_message_show(struct web *);
enum err api_description(struct web *);

/* citizen/line.c */
enum err citizen_household(struct web *);
enum err citizen_household_make(struct web *);
enum err citizen_household_join(struct web *);
enum err citizen_household_joined(struct web *);
enum err citizen_household_invite(struct web *);
enum err citizen_household_name(struct web *);
enum err citizen_household_named(struct web *);
enum err citizen_household_leave(struct web *);
enum err citizen_household_left(struct web *);
enum err citizen_line(struct web *);
enum err citizen_line_code(struct web *);
enum err citizen_line_unlink(struct web *);
enum err citizen_line_unlinked(struct web *);
enum err citizen_line_link(struct web *);
enum err citizen_line_linked(struct web *);
enum err citizen_subscribe_line(struct web *);
enum err citizen_subscribe_code(struct web *);
enum err citizen_subscribe_code_done(struct web *);

/* hooks/callback.c */
enum err hook_called(struct web *);
enum err hook_called_secret(struct web *);

/* desk/home.c */
enum err desk_home(struct web *);

/* desk/help.c */
enum err desk_help(struct web *);

/* desk/message.c and message_*.c */
enum err desk_message_list(struct web *);
enum err desk_message_new(struct web *);
enum err desk_message_create(struct web *);
enum err desk_message_show(struct web *);
enum err desk_message_content(struct web *);
enum err desk_message_content_save(struct web *);
enum err desk_message_pictures(struct web *);
enum err desk_message_pictures_save(struct web *);
enum err desk_message_audience(struct web *);
enum err desk_message_audience_save(struct web *);
enum err desk_message_channels(struct web *);
enum err desk_message_channels_save(struct web *);
enum err desk_message_schedule(struct web *);
enum err desk_message_schedule_save(struct web *);
enum err desk_message_preview(struct web *);
enum err desk_message_circular(struct web *);
enum err desk_message_card(struct web *);
enum err desk_message_voice(struct web *);
enum err desk_message_test(struct web *);
enum err desk_message_tests(struct web *);
enum err desk_message_test_send(struct web *);

/* citizen/keep.c */
enum err citizen_keep(struct web *);
enum err citizen_keep_answer(struct web *);
enum err citizen_keep_done(struct web *);

/* citizen/email.c */
enum err citizen_my_email(struct web *);
enum err citizen_my_email_ask(struct web *);
enum err citizen_my_email_code(struct web *);
enum err citizen_my_email_add(struct web *);
enum err citizen_my_merge(struct web *);
enum err citizen_my_merged(struct web *);

/* citizen/merge.c */
enum err citizen_my_ended(struct web *);
enum err citizen_my_ended_keep(struct web *);

/* citizen/phone.c, subscribe_phone.c */
enum err citizen_my_phone(struct web *);
enum err citizen_my_phone_ask(struct web *);
enum err citizen_my_phone_code(struct web *);
enum err citizen_my_phone_add(struct web *);
enum err citizen_my_phone_remove(struct web *);
enum err citizen_my_phone_removed(struct web *);
enum err citizen_my_sms(struct web *);
enum err citizen_my_sms_ask(struct web *);
enum err citizen_my_sms_code(struct web *);
enum err citizen_my_sms_open(struct web *);
enum err citizen_subscribe_phone(struct web *);
enum err citizen_subscribe_phone_keep(struct web *);
enum err citizen_subscribe_phone_code(struct web *);
enum err citizen_subscribe_phone_done(struct web *);

/* citizen/subscribe.c */
enum err citizen_subscribe(struct web *);
enum err citizen_subscribe_email(struct web *);
enum err citizen_subscribe_email_keep(struct web *);
enum err citizen_subscribe_district(struct web *);
enum err citizen_subscribe_district_keep(struct web *);
enum err citizen_subscribe_topics(struct web *);
enum err citizen_subscribe_topics_keep(struct web *);
enum err citizen_subscribe_language(struct web *);
enum err citizen_subscribe_language_keep(struct web *);
enum err citizen_subscribe_check(struct web *);
enum err citizen_subscribe_ask(struct web *);
enum err citizen_subscribe_verify(struct web *);
enum err citizen_subscribe_again(struct web *);
enum err citizen_subscribe_confirm(struct web *);
enum err citizen_subscribe_confirmed(struct web *);
enum err citizen_subscribe_done(struct web *);

/* citizen/my.c */
enum err citizen_my_page(struct web *);
enum err citizen_my_link(struct web *);
enum err citizen_my_again(struct web *);
enum err citizen_my_again_ask(struct web *);
enum err citizen_my_again_code(struct web *);
enum err citizen_my_again_done(struct web *);
enum err citizen_my_link_send(struct web *);
enum err citizen_my_sent(struct web *);
enum err citizen_my_door(struct web *);
enum err citizen_my_opened(struct web *);
enum err citizen_my_sign_out(struct web *);
enum err citizen_my_districts(struct web *);
enum err citizen_my_districts_save(struct web *);
enum err citizen_my_topics(struct web *);
enum err citizen_my_topics_save(struct web *);
enum err citizen_my_language(struct web *);
enum err citizen_my_language_save(struct web *);
enum err citizen_my_pause(struct web *);
enum err citizen_my_paused(struct web *);
enum err citizen_my_resumed(struct web *);
enum err citizen_my_leave(struct web *);
enum err citizen_my_left(struct web *);
enum err citizen_my_leave_now(struct web *);

/* citizen/reach.c */
enum err citizen_my_channels(struct web *);
enum err citizen_my_channels_save(struct web *);

/* citizen/seen.c */
enum err citizen_seen(struct web *);
enum err citizen_seen_note(struct web *);

/* citizen/unsubscribe.c */
enum err citizen_unsubscribe(struct web *);
enum err citizen_unsubscribe_do(struct web *);
enum err citizen_unsubscribe_done(struct web *);
enum err citizen_one_click_page(struct web *);
enum err citizen_one_click(struct web *);

/* citizen/help.c */
enum err citizen_push(struct web *);
enum err citizen_push_keep(struct web *);
enum err citizen_push_renew(struct web *);
enum err citizen_devices(struct web *);
enum err citizen_device_try(struct web *);
enum err citizen_device_remove(struct web *);
enum err citizen_device_removed(struct web *);
enum err citizen_manifest(struct web *);
enum err citizen_offline(struct web *);
enum err citizen_help(struct web *);
enum err citizen_privacy(struct web *);

/* desk/outbox.c */
enum err desk_outbox_list(struct web *);
enum err desk_outbox_show(struct web *);
enum err desk_outbox_others(struct web *);

/* desk/approval.c */
enum err desk_approval_submit(struct web *);
enum err desk_approval_submit_do(struct web *);
enum err desk_approval_approve(struct web *);
enum err desk_approval_decide(struct web *);
enum err desk_approval_withdraw(struct web *);
enum err desk_approval_withdraw_do(struct web *);

/* desk/delivery.c */
enum err desk_delivery_status(struct web *);
enum err desk_delivery_live(struct web *);
enum err desk_delivery_unreached(struct web *);
enum err desk_delivery_resend(struct web *);
enum err desk_delivery_resend_do(struct web *);
enum err desk_delivery_stop(struct web *);
enum err desk_delivery_stop_do(struct web *);

/* desk/post.c */
enum err desk_correction(struct web *);
enum err desk_correction_make(struct web *);
enum err desk_post_again(struct web *);
enum err desk_post_again_do(struct web *);
enum err desk_post_withdraw(struct web *);
enum err desk_post_withdraw_do(struct web *);

/* desk/people.c */
enum err desk_people(struct web *);
enum err desk_people_find(struct web *);
enum err desk_people_show(struct web *);

/* desk/login.c */
enum err desk_login_form(struct web *);
enum err desk_login(struct web *);
enum err desk_login_code_form(struct web *);
enum err desk_login_code(struct web *);
enum err desk_login_recovery_form(struct web *);
enum err desk_login_recovery(struct web *);
enum err desk_login_enrol_form(struct web *);
enum err desk_login_enrol(struct web *);
enum err desk_login_codes_form(struct web *);
enum err desk_login_codes(struct web *);
enum err desk_unsent(struct web *);
enum err desk_again_form(struct web *);
enum err desk_again(struct web *);
enum err desk_logout(struct web *);

/* desk/invite.c */
enum err desk_invite_form(struct web *);
enum err desk_invite(struct web *);

/* desk/setting.c */
enum err desk_setting_index(struct web *);
enum err desk_setting_audit(struct web *);

/* desk/staff.c */
enum err desk_staff_list(struct web *);
enum err desk_staff_add(struct web *);
enum err desk_staff_new(struct web *);
enum err desk_staff_show(struct web *);
enum err desk_staff_save(struct web *);
enum err desk_staff_invite_form(struct web *);
enum err desk_staff_invite(struct web *);
enum err desk_staff_disable_form(struct web *);
enum err desk_staff_disable(struct web *);

/* desk/department.c, area.c, topic.c */
enum err desk_department_list(struct web *);
enum err desk_department_add(struct web *);
enum err desk_department_new(struct web *);
enum err desk_department_show(struct web *);
enum err desk_department_save(struct web *);
enum err desk_area_list(struct web *);
enum err desk_area_add(struct web *);
enum err desk_area_new(struct web *);
enum err desk_area_show(struct web *);
enum err desk_area_save(struct web *);
enum err desk_mail_sender(struct web *);
enum err desk_mail_sender_save(struct web *);
enum err desk_mail_sender_test(struct web *);
enum err desk_gateway_list(struct web *);
enum err desk_gateway_show(struct web *);
enum err desk_gateway_save(struct web *);
enum err desk_gateway_check(struct web *);
enum err desk_gateway_sign_in(struct web *);
enum err desk_gateway_callback(struct web *);
enum err desk_gateway_switch(struct web *);
enum err desk_gateway_switch_do(struct web *);
enum err desk_topic_list(struct web *);
enum err desk_topic_add(struct web *);
enum err desk_topic_new(struct web *);
enum err desk_topic_show(struct web *);
enum err desk_topic_save(struct web *);

/* desk/account.c */
enum err desk_account(struct web *);
enum err desk_account_sessions(struct web *);
enum err desk_account_password_form(struct web *);
enum err desk_account_password(struct web *);
enum err desk_account_factor_form(struct web *);
enum err desk_account_factor(struct web *);
enum err desk_account_app_form(struct web *);
enum err desk_account_app(struct web *);
enum err desk_account_codes_form(struct web *);
enum err desk_account_codes(struct web *);

/* operator/home.c */
enum err operator_home(struct web *);

/* desk: results of surveys */
enum err desk_result(struct web *);
enum err desk_result_cross(struct web *);
enum err desk_result_cross_csv(struct web *);
enum err desk_result_answers(struct web *);
enum err desk_result_answer(struct web *);
enum err desk_result_texts(struct web *);
enum err desk_result_texts_tag(struct web *);
enum err desk_result_words(struct web *);
enum err desk_result_design(struct web *);
enum err desk_result_design_save(struct web *);
enum err desk_result_publish(struct web *);
enum err desk_result_publish_do(struct web *);
enum err citizen_result(struct web *);
enum err citizen_result_csv(struct web *);
enum err citizen_result_json(struct web *);
enum err desk_population(struct web *);
enum err desk_population_load(struct web *);
enum err desk_population_template(struct web *);
enum err desk_export(struct web *);
enum err desk_export_ask(struct web *);
enum err desk_export_show(struct web *);
enum err desk_export_live(struct web *);
enum err desk_export_file(struct web *);
enum err desk_export_syntax(struct web *);
enum err desk_export_print(struct web *);
/* desk: surveys */
enum err desk_survey_list(struct web *);
enum err desk_survey_new(struct web *);
enum err desk_survey_create(struct web *);
enum err desk_survey_show(struct web *);
enum err desk_survey_details(struct web *);
enum err desk_survey_details_save(struct web *);
enum err desk_survey_privacy(struct web *);
enum err desk_survey_privacy_save(struct web *);
enum err desk_survey_period(struct web *);
enum err desk_survey_period_save(struct web *);
enum err desk_survey_quotas(struct web *);
enum err desk_survey_quota(struct web *);
enum err desk_survey_quota_save(struct web *);
enum err desk_survey_languages(struct web *);
enum err desk_survey_languages_save(struct web *);
enum err desk_survey_language(struct web *);
enum err desk_survey_language_save(struct web *);
enum err desk_survey_questions(struct web *);
enum err desk_survey_questions_do(struct web *);
enum err desk_survey_question_new(struct web *);
enum err desk_survey_question_new_do(struct web *);
enum err desk_survey_question(struct web *);
enum err desk_survey_question_save(struct web *);
enum err desk_survey_question_remove(struct web *);
enum err desk_survey_question_ways(struct web *);
enum err desk_survey_question_ways_save(struct web *);
enum err desk_survey_ways(struct web *);
enum err desk_survey_preview(struct web *);
enum err desk_survey_share(struct web *);
enum err desk_survey_poster(struct web *);
enum err desk_survey_qr(struct web *);
enum err desk_survey_paper(struct web *);
enum err desk_survey_publish(struct web *);
enum err desk_survey_publish_do(struct web *);
enum err desk_survey_close(struct web *);
enum err desk_survey_close_do(struct web *);
enum err desk_survey_reopen(struct web *);
enum err desk_survey_reopen_do(struct web *);

/* citizen/agenda.c, agenda_feed.c */
enum err citizen_agenda_list(struct web *);
enum err citizen_agenda_filter(struct web *);
enum err citizen_agenda_month(struct web *);
enum err citizen_agenda_places(struct web *);
enum err citizen_agenda_show(struct web *);
enum err citizen_agenda_ical(struct web *);
enum err citizen_agenda_atom(struct web *);
enum err citizen_agenda_csv(struct web *);
enum err citizen_agenda_one_ical(struct web *);
enum err citizen_agenda_one_schema(struct web *);
enum err citizen_event_picture(struct web *);
/* desk/checkin.c */
enum err desk_event_import(struct web *);
enum err desk_event_import_send(struct web *);
enum err desk_event_import_show(struct web *);
enum err desk_event_import_take(struct web *);
enum err desk_event_import_file(struct web *);
enum err desk_checkin(struct web *);
enum err desk_checkin_do(struct web *);
enum err desk_checkin_list(struct web *);
enum err desk_checkin_sync(struct web *);
enum err desk_door(struct web *);
enum err desk_door_make(struct web *);
/* desk/draw.c */
enum err citizen_draw(struct web *);
enum err citizen_draw_record(struct web *);
enum err desk_draw(struct web *);
enum err desk_draw_do(struct web *);

