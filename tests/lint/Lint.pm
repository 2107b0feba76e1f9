# SPDX-License-Identifier: Apache-2.0
#
# What the lint tests share: which files there are, and one line of TAP a file.
#
#	for my $f (files('app', qr/\.[ch]$/)) {
#		clean($f, map { "line $_->[0]: tab at the end" } lines($f, qr/\t$/));
#	}
#	done();
package Lint;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use Encode qw(decode);
use File::Find;
our @EXPORT = qw(files content lines has_words c_code c_strings clean done);

my $root = $ENV{CHROMO_SOURCE} || dirname(dirname(dirname(__FILE__)));
chdir $root or die "$root: $!\n";
my ($tests, $bad) = (0, 0);

# Paths from the top, sorted; never what is built or installed.
sub files {
	my ($folders, $pattern) = @_;
	my @found;
	my @folders = grep { -e } ref $folders ? @$folders : $folders;
	find({ no_chdir => 1, wanted => sub {
		if (-d && m{(?:^|/)(?:\.git|\.dev|node_modules|autom4te\.cache|build-aux|_build|_inst)$}) {
			$File::Find::prune = 1;
			return;
		}
		(my $path = $_) =~ s{^\./}{};
		push @found, $path if -f && !-l && $path =~ $pattern;
	} }, @folders) if @folders;
	return sort @found;
}

sub content {
	my ($path) = @_;
	open my $f, '<:raw', $path or die "$path: $!\n";
	local $/;
	return scalar <$f> // '';
}

# [number, text] of the lines that match.
sub lines {
	my ($path, $pattern) = @_;
	my $n = 0;
	return grep { $_->[1] =~ $pattern } map { [++$n, $_] } split /\n/, content($path), -1;
}

# Letters of a language other than C's; punctuation is not words.
sub has_words { return decode('UTF-8', $_[0]) =~ /[^\x00-\x7f\PL]/; }

my $token = qr{
	(?<comment> /\*.*?\*/ | //[^\n]* )
	| (?<string> "(?:[^"\\\n]|\\.)*" )
	| (?<char> '(?:[^'\\\n]|\\.)*' )
}xs;

# C without comments and without what is inside of strings; lines stay where
# they are.
sub c_code {
	my ($text) = @_;
	$text =~ s{$token}{
		my ($what, $is_string) = ($&, defined $+{string});
		my $lines = $what =~ tr/\n//;
		($is_string ? '""' : ' ') . "\n" x $lines;
	}ge;
	return $text;
}

# [line, inside] of the string literals, but those of #include.
sub c_strings {
	my ($text) = @_;
	my @found;
	while ($text =~ /$token/g) {
		next unless defined $+{string};
		my ($string, $start) = ($+{string}, $-[0]);
		my $before = substr $text, 0, $start;
		next if $before =~ /^\s*#\s*include\s*\z/m;
		push @found, [1 + ($before =~ tr/\n//), substr($string, 1, -1)];
	}
	return @found;
}

# One test: it passes when there is nothing to complain about.
sub clean {
	my ($name, @complaints) = @_;
	$tests++;
	$bad++ if @complaints;
	printf "%s %d - %s\n", @complaints ? 'not ok' : 'ok', $tests, $name;
	print "# $name: $_\n" for @complaints;
}

sub done {
	clean('there is something to look at', 'no file was found') unless $tests;
	print "1..$tests\n";
	exit($bad ? 1 : 0);
}

1;
