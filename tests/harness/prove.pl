#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# prove.pl FILE …: runs test files, which speak TAP, and ends with the line
# "N passed, N failed" counted from the TAP of all of them.  A file that dies,
# breaks its plan or says nothing counts as one failure more.  Status 0 only if
# none failed.
use strict;
use warnings;
use TAP::Harness;

my $root = $ENV{CHROMO_SOURCE} or die "CHROMO_SOURCE is not set\n";
my $jobs = $ENV{CHROMO_JOBS} || do { my $n = `nproc`; $n > 4 ? 4 : $n + 0 };

# By what a file runs.
sub command {
	my ($harness, $file) = @_;
	return ['node', '--test-reporter=tap', $file] if $file =~ /\.mjs$/;
	return ['perl', $file] if $file =~ /\.pl$/;
	return ['bash', $file] if $file =~ /\.sh$/;
	return [$file];
}

# A short name, and the path to run.
my @tests = map { my $name = $_; $name =~ s{^\Q$root\E/}{}; [$_, $name] } @ARGV;

my $harness = TAP::Harness->new({
	exec => \&command,
	jobs => $jobs,
	verbosity => $ENV{CHROMO_VERBOSE} ? 1 : 0,
	failures => 1,
	comments => 0,
	merge => 0,
	timer => 1,
});
my $all = $harness->runtests(@tests);

my ($passed, $failed) = (scalar $all->passed, 0);
for my $name ($all->descriptions) {
	my ($parser) = $all->parsers($name);
	my $bad = scalar $parser->failed;
	# Not a failed test, but the file itself: exit status, plan, no TAP at all.
	$bad ||= 1 if $parser->exit || $parser->wait || scalar $parser->parse_errors;
	$bad ||= 1 if $parser->skip_all;
	print STDERR "failed: $name\n" if $bad;
	$failed += $bad;
}
print "$passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
