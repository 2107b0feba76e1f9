# SPDX-License-Identifier: Apache-2.0
#
# One page without a database, for the gallery.
noinst_PROGRAMS += tests/browser/render
tests_browser_render_LDADD = $(LINK_BASE)
