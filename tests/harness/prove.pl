#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# prove.pl FILE …: runs test files, which speak TAP, and ends with the line
# "N passed, N failed" counted from the TAP of all of them.  A file that dies,
# breaks its plan or says nothing counts as one failure more.  Status 0 only if
# none failed.
#
# One more runs at once than there are processors, for most of them wait now and then; what
# compares times to a few per cent runs first and alone.  The slowest are named in front of the
# last line.
use strict;
use warnings;
use TAP::Harness;

my $root = $ENV{CHROMO_SOURCE} or die "CHROMO_SOURCE is not set\n";
my $logs = $ENV{CHROMO_TEST_LOG} || '/tmp';
my $jobs = $ENV{CHROMO_JOBS} || do { my $n = `nproc`; $n > 3 ? 4 : $n + 1 };

# What takes long comes first, so that none is left over at the end: by kind, and before its
# kind what takes a minute or more.
my @order = qw(browser/every_page browser/desk_survey browser/office browser/desk. browser/citizen browser/
    courier/x_posts http/parameters db/ courier/ http/ isolation/ harness/ lint/ unit/);
sub rank {
	my ($file) = @_;
	for (0 .. $#order) { return $_ if $file =~ m{/tests/\Q$order[$_]\E}; }
	return scalar @order;
}

# Browsers fill a processor each: after one comes a share of what rather waits.
sub woven {
	my @files = sort { rank($a) <=> rank($b) } @_;
	my @browsers = grep { m{/tests/browser/} } @files;
	my @others = grep { !m{/tests/browser/} } @files;
	my $share = int(grep({ m{/tests/(db|courier|http)/} } @others) / (@browsers || 1));
	return ((map { ($_, splice @others, 0, $share) } @browsers), @others);
}

# A short name, and the path to run.
my @tests = map { my $name = $_; $name =~ s{^\Q$root\E/}{}; [$_, $name] } woven(@ARGV);
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
	# failures is passed over: TAP::Parser reads too little YAML for it.  Line by line
	# (-u): while it has half a line TAP::Parser waits for the rest, and looks at nothing else.
	return ['bash', '-o', 'pipefail', '-c', 'exec 2>"$0"; "$@" | tee -a "$0" | sed -u "s/^TAP version 13$//"',
		log_of($file), @by, $file];
}

my $harness = TAP::Harness->new({
	exec => \&command,
	rules => { seq => ['**/http/enumeration.test.mjs', { par => '**' }] },
	jobs => $jobs,
	verbosity => $ENV{CHROMO_VERBOSE} ? 1 : 0,
	failures => 1,
	comments => 0,
	# Nothing comes by a file's own stderr, which ended above: watched, it would always be
	# ready, and whoever has nothing to say be waited for while others have long ended.
	merge => 1,
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
my @slow = sort { $b->[0] <=> $a->[0] } map {
	my ($parser) = $all->parsers($_);
	[$parser->end_time - $parser->start_time, $_];
} $all->descriptions;
print "slowest: ", join(', ', map { sprintf '%s %.0f s', $_->[1], $_->[0] } @slow[0 .. ($#slow < 9 ? $#slow : 9)]), "\n"
	if @slow > 1;
print "$passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
