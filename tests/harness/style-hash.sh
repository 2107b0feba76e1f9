#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# style-hash.sh PAGE: the hash of its <style>, as a Content-Security-Policy names it.
set -eu
hash=$(awk '/<style>/ { on = 1; sub(/.*<style>/, "") } /<\/style>/ { sub(/<\/style>.*/, ""); printf "%s", $0; exit } on { print }' "$1" |
    openssl dgst -sha256 -binary | openssl base64 -A)
echo "sha256-$hash"
