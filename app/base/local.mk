# SPDX-License-Identifier: Apache-2.0
# The ground floor: nothing of ours below it.  A module a line, in order of name.
libbase_a_SOURCES = app/base/banned.h
libbase_a_SOURCES += app/base/arena.c app/base/arena.h
libbase_a_SOURCES += app/base/buf.c app/base/buf.h
libbase_a_SOURCES += app/base/clock.c app/base/clock.h
libbase_a_SOURCES += app/base/conf.c app/base/conf.h
libbase_a_SOURCES += app/base/csv.c app/base/csv.h
libbase_a_SOURCES += app/base/diff.c app/base/diff.h
libbase_a_SOURCES += app/base/err.c app/base/err.h
libbase_a_SOURCES += app/base/fields.c app/base/fields.h
libbase_a_SOURCES += app/base/file.c app/base/file.h
libbase_a_SOURCES += app/base/form.c app/base/form.h
libbase_a_SOURCES += app/base/calendar.c app/base/calendar.h
libbase_a_SOURCES += app/base/json.c app/base/json_parse.c app/base/json.h
libbase_a_SOURCES += app/base/log.c app/base/log.h
libbase_a_SOURCES += app/base/markdown.c app/base/markdown.h
libbase_a_SOURCES += app/base/mustache_compile.c app/base/mustache_program.h app/base/mustache_render.c \
	app/base/mustache.h app/base/mustache_scan.c app/base/mustache_scan.h app/base/mustache_store.c \
	app/base/mustache_store.h app/base/templates.c
libbase_a_SOURCES += app/base/proc.c app/base/proc.h
libbase_a_SOURCES += app/base/sandbox.c app/base/sandbox.h
libbase_a_SOURCES += app/base/upload.c app/base/upload.h app/base/upload_pdf.c app/base/upload_pdf.h app/base/secret_blind.c app/base/secret_blind.h app/base/secret_rsa.c app/base/secret_rsa.h
libbase_a_SOURCES += app/base/slot.c app/base/slot.h \
	app/base/secret.c app/base/secret.h
libbase_a_SOURCES += app/base/text.c app/base/text_email.c app/base/text_words.c app/base/text_phone.c app/base/text.h \
	app/base/text_x.c app/base/text_x.h app/base/text_x_url.c app/base/text_x_url.h
libbase_a_SOURCES += app/base/secret_p256.c app/base/secret_p256.h
libbase_a_SOURCES += app/base/turnstile.c app/base/turnstile.h
libbase_a_SOURCES += app/base/words.c app/base/words.h

# Its unit tests, two lines each.
check_PROGRAMS += tests/unit/base_arena_test
tests_unit_base_arena_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_calendar_test
tests_unit_base_calendar_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_buf_test
tests_unit_base_buf_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_csv_test
tests_unit_base_csv_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_turnstile_test
tests_unit_base_turnstile_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_diff_test
tests_unit_base_diff_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_err_test
tests_unit_base_err_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_json_test
tests_unit_base_json_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_log_test
tests_unit_base_log_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_fields_test
tests_unit_base_fields_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_text_test
tests_unit_base_text_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_text_x_test
tests_unit_base_text_x_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_clock_test
tests_unit_base_clock_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_secret_test
tests_unit_base_secret_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_conf_test
tests_unit_base_conf_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_words_test
tests_unit_base_words_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/spec/mustache_test
tests_spec_mustache_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_proc_test
tests_unit_base_proc_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_form_test
tests_unit_base_form_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_markdown_test
tests_unit_base_markdown_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_secret_blind_test
tests_unit_base_secret_blind_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_sandbox_test
tests_unit_base_sandbox_test_LDADD = $(LINK_BASE)
check_PROGRAMS += tests/unit/base_upload_test
tests_unit_base_upload_test_LDADD = $(LINK_BASE) $(VIPS_LIBS) $(MAGIC_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += tests/unit/base_upload_picture_test
tests_unit_base_upload_picture_test_LDADD = $(LINK_BASE) $(VIPS_LIBS) $(MAGIC_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += tests/unit/base_upload_pdf_test
tests_unit_base_upload_pdf_test_LDADD = $(LINK_BASE) $(ZLIB_LIBS)
