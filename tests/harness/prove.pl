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
my $logs = $ENV{CHROMO_TEST_LOG} || '/tmp';
my $jobs = $ENV{CHROMO_JOBS} || do { my $n = `nproc`; $n > 4 ? 4 : $n + 0 };

# A short name, and the path to run.
my @tests = map { my $name = $_; $name =~ s{^\Q$root\E/}{}; [$_, $name] } @ARGV;
my %name = map { $_->[0] => $_->[1] } @tests;

# All that a file says.
sub log_of { (my $name = $name{$_[0]}) =~ s{/}{-}g; return "$logs/$name.err"; }

# By what a file runs.
sub command {
	my ($harness, $file) = @_;
	my @by = $file =~ /\.mjs$/ ? ('node', '--test-reporter=tap')
	    : $file =~ /\.pl$/ ? 'perl'
	    : $file =~ /\.sh$/ ? 'sh' : ();
	open my $f, '<', $file;
	@by = 'bash' if @by && $by[0] eq 'sh' && (<$f> // '') =~ /bash/;
	# Without the line that announces version 13 the YAML that node puts behind its
	# failures is passed over: TAP::Parser reads too little YAML for it.
	return ['bash', '-o', 'pipefail', '-c', 'exec 2>"$0"; "$@" | tee -a "$0" | sed "s/^TAP version 13$//"',
		log_of($file), @by, $file];
}

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

# What failed, with what was said about it; or else how it ended.
sub told {
	open my $f, '<', $_[0] or return;
	my @lines = <$f>;
	my ($more, @told) = (0);
	for (@lines) {
		$more = 18 if /^\s*not ok/;
		$more = 0 if /^\s*ok/;
		push @told, $_ if $more-- > 0;
	}
	@told = @lines > 20 ? @lines[-20 .. -1] : @lines unless @told;
	return @told > 60 ? (@told[0 .. 59], "…\n") : @told;
}

my ($passed, $failed) = (scalar $all->passed, 0);
for my $name ($all->descriptions) {
	my ($parser) = $all->parsers($name);
	my $bad = scalar $parser->failed;
	# Not a failed test, but the file itself: exit status, plan, no TAP at all.
	$bad ||= 1 if $parser->exit || $parser->wait || scalar $parser->parse_errors;
	$bad ||= 1 if $parser->skip_all;
	$failed += $bad;
	next unless $bad;
	my ($file) = grep { $name{$_} eq $name } keys %name;
	print STDERR "\nfailed: $name\n", map { "    $_" } told(log_of($file));
}
print "$passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
