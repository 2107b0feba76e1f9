-- What each role may do.  Loaded again after every migration; a table that is
-- not named here is closed to the programs.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM chromo_web, chromo_courier, chromo_relay, chromo_report;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO chromo_web, chromo_report;
REVOKE ALL ON schema_migration, throttle FROM chromo_web, chromo_report;
REVOKE ALL ON staff_session, citizen_session, link, staff_recovery, tenant_key, letter, subscribe_draft,
  gateway, gateway_sign_in, gateway_event, line_link, address_code, response_draft, right_key, right_drawn, right_address, attachment, paper_entry, door, lottery, application_draft, event_import, paper_import, paper_import_line FROM chromo_report;

GRANT INSERT, UPDATE ON department, district, topic, staff, citizen, contact, message, subscribe_draft, letter TO chromo_web;
GRANT INSERT ON once TO chromo_web;
GRANT INSERT, UPDATE, DELETE ON district_postcode, staff_role, staff_department, staff_recovery, staff_session,
  citizen_session, link, message_rendering, subscribe_draft TO chromo_web;
GRANT INSERT ON approval, audit, batch, tenant_key TO chromo_web;
GRANT INSERT, UPDATE ON consent TO chromo_web;
GRANT DELETE ON contact TO chromo_web;              -- 退会 erases the address
GRANT USAGE ON SEQUENCE citizen_id_seq, contact_id_seq TO chromo_web;
GRANT UPDATE (contact, mail_from, mail_name, mail_reply) ON tenant TO chromo_web;
GRANT UPDATE (version) ON tenant_host TO chromo_web; -- tenant_changed()
GRANT USAGE ON SEQUENCE tenant_host_version TO chromo_web;
GRANT UPDATE (state, finished, verdict, unknown) ON batch TO chromo_web; -- message_stop()
-- SMS: numbers that are proved, receipts that come in, what the month costs
GRANT INSERT, UPDATE, DELETE ON address_code TO chromo_web;
GRANT UPDATE (receipt, receipt_at, reason) ON delivery TO chromo_web, chromo_courier;
GRANT INSERT, UPDATE ON sms_month TO chromo_web, chromo_courier;
GRANT SELECT, INSERT, UPDATE ON sms_early TO chromo_web, chromo_courier;
GRANT DELETE ON sms_early TO chromo_courier;
GRANT SELECT ON sms_month TO chromo_courier;
GRANT SELECT (tenant_id, browser, ends), UPDATE (ends), DELETE ON address_code TO chromo_courier; -- sweep()
GRANT INSERT, UPDATE ON gateway TO chromo_web;
GRANT UPDATE (breaker, reason, failures, until, changed, quota, used) ON gateway_health TO chromo_web; -- gateway_save
GRANT INSERT, UPDATE, DELETE ON gateway_sign_in TO chromo_web;
GRANT INSERT, UPDATE, DELETE ON line_link TO chromo_web;
GRANT INSERT ON gateway_event TO chromo_web;
-- questionnaires: an edition never changes; a response only by its receipt or the count
GRANT INSERT, UPDATE ON questionnaire, survey, response TO chromo_web;
GRANT INSERT ON questionnaire_edition TO chromo_web;
GRANT INSERT, UPDATE, DELETE ON question, response_draft, survey_counter TO chromo_web;
-- rights, files, paper (right_mix() is the owner's), messages about surveys
GRANT INSERT ON survey_message TO chromo_web;
GRANT SELECT ON survey_message TO chromo_courier;
GRANT INSERT ON right_key, right_drawn, right_address TO chromo_web;
GRANT INSERT, UPDATE ON paper_form TO chromo_web;
GRANT INSERT ON paper_import TO chromo_web;
GRANT INSERT, UPDATE, DELETE ON paper_entry, attachment TO chromo_web;
GRANT SELECT, UPDATE, DELETE ON attachment TO chromo_courier;
-- events
GRANT INSERT, UPDATE ON event, event_slot, event_quota, application, lottery, checkin, door TO chromo_web;
GRANT INSERT, UPDATE ON event_import TO chromo_web;
GRANT DELETE ON event_slot, event_quota TO chromo_web;   -- while nobody has signed up
GRANT SELECT ON event, event_slot, event_quota, application TO chromo_courier;
GRANT UPDATE ON event_slot, event_quota, application TO chromo_courier;  -- offers that pass on
GRANT UPDATE (seats, over, held) ON checkin TO chromo_courier;           -- … to who is in without a seat
GRANT SELECT ON lottery TO chromo_courier;
GRANT INSERT, UPDATE, DELETE ON application_draft TO chromo_web;
GRANT INSERT, UPDATE ON event_notice TO chromo_web;
GRANT SELECT ON event_notice, checkin, survey TO chromo_courier;         -- what people are told around a date
GRANT UPDATE (sent, people) ON event_notice TO chromo_courier;
GRANT SELECT (tenant_id, hash, ends), UPDATE (ends), DELETE ON application_draft TO chromo_courier; -- sweep()
-- results: counts, the population, what was published, files that are asked for
GRANT INSERT, UPDATE ON tally_design, tally, result_publication, population_file, export TO chromo_web;
GRANT INSERT, UPDATE, DELETE ON tally_cell, population, response_tag TO chromo_web;
GRANT INSERT, UPDATE ON cross_kept TO chromo_web;
-- the clerk: counts, and makes files
GRANT SELECT ON questionnaire, questionnaire_edition, survey, response, tally_design, tally_cell, tally, response_tag, cross_kept, export TO chromo_courier;
GRANT UPDATE ON cross_kept TO chromo_courier;
GRANT INSERT, UPDATE ON tally_design, tally_cell, tally TO chromo_courier;
GRANT DELETE ON tally_cell TO chromo_courier;            -- groups that are counted anew
GRANT UPDATE (counted) ON response TO chromo_courier;
-- … and keeps answers of files (courier/import.c): paper_import_keep()
GRANT SELECT ON paper_import, paper_form, paper_entry, survey_counter, district_postcode TO chromo_courier;
GRANT UPDATE (state, line, percent, kept, faults, turn, lease, bytes, finished) ON paper_import TO chromo_courier;
GRANT UPDATE (void) ON paper_form TO chromo_courier;     -- FOR UPDATE
GRANT INSERT ON response TO chromo_courier;
GRANT SELECT, INSERT, DELETE ON paper_import_line TO chromo_courier;
GRANT INSERT, UPDATE ON survey_counter TO chromo_courier;
GRANT DELETE ON paper_entry TO chromo_courier;
GRANT UPDATE (state, written, bytes, finished, lease) ON export TO chromo_courier;

GRANT SELECT ON tenant, tenant_host, tenant_key, message, message_rendering, approval, topic, district, citizen, contact, batch,
  delivery, letter, message_move, department, gateway, gateway_health TO chromo_courier;
GRANT INSERT, UPDATE ON gateway_health TO chromo_courier;
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_server TO chromo_courier;
GRANT SELECT, INSERT, UPDATE ON mail_bar TO chromo_courier;
GRANT UPDATE ON batch, letter TO chromo_courier;
GRANT INSERT ON batch, delivery, audit, letter TO chromo_courier;
GRANT UPDATE (state, code, reason, detail, at, provider_id, parts) ON delivery TO chromo_courier; -- a doubt that was cleared up
GRANT SELECT (tenant_id, id, email, state) ON staff TO chromo_courier; -- whom to tell that a message went out
GRANT UPDATE (state, failures, failed, reason, asks, asked, narrowed) ON contact TO chromo_courier;
GRANT UPDATE (reach, vital_only) ON citizen TO chromo_courier;
GRANT UPDATE (state, published, finished, told, recipients, planned_to, step, next_step, updated, revision, hash, submitter_id, corrected_by) ON message TO chromo_courier;
GRANT SELECT ON seen TO chromo_courier;
GRANT INSERT, DELETE, UPDATE (how, at) ON seen TO chromo_web;
-- households: names are for those who are in one
GRANT INSERT, UPDATE, DELETE ON household, household_member TO chromo_web;
REVOKE ALL ON household, household_member FROM chromo_report;
GRANT SELECT (tenant_id, token, created), UPDATE (created), DELETE ON once TO chromo_courier; -- sweep()
GRANT SELECT (tenant_id, hash, updated), UPDATE (updated), DELETE ON subscribe_draft TO chromo_courier;
GRANT SELECT (tenant_id, hash, ends), UPDATE (ends), DELETE ON link TO chromo_courier;
GRANT SELECT (tenant_id, hash, created), UPDATE (created), DELETE ON citizen_session, staff_session TO chromo_courier;
GRANT SELECT (tenant_id, hash, ends), UPDATE (ends), DELETE ON line_link TO chromo_courier;
GRANT SELECT (tenant_id, hash, ends), UPDATE (ends), DELETE ON response_draft TO chromo_courier;
GRANT SELECT (tenant_id, id, received), UPDATE (received), DELETE ON gateway_event TO chromo_courier;
GRANT DELETE ON letter TO chromo_courier;
GRANT SELECT (tenant_id, back, back_at) ON letter TO chromo_web;
-- Posts on X, and tokens that are renewed.
GRANT SELECT, INSERT, UPDATE ON post TO chromo_courier;
GRANT UPDATE (state, withdraw, looks, try, due, finished, gateway_id, first_try, code, reason, detail, valid_until)
  ON post TO chromo_web; -- post_withdraw(), post_again()
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_renewal TO chromo_courier;
GRANT UPDATE (secrets, version) ON gateway TO chromo_courier;
REVOKE ALL ON gateway_renewal FROM chromo_web, chromo_report;
-- Row locks (SELECT … FOR UPDATE) ask for UPDATE on a column, which these have.
