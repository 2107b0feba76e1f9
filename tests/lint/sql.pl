# SPDX-License-Identifier: Apache-2.0
#
# The SQL: what is there is used, and what reads well but loses rows while somebody else writes is
# not written (tests/isolation/letter_while_claimed.spec and readdress.spec show both).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

# Migrations are numbered without gaps and without doubles.
my @number = map { m{/(\d{4})_[a-z0-9_]+\.sql$} ? $1 + 0 : "bad name: $_" } files('sql/migrations', qr/\.sql$/);
clean('the numbers of the migrations', grep { defined } map {
	$number[$_] =~ /^\d+$/ && $number[$_] == $_ + 1 ? undef : "at $number[$_]" } 0 .. $#number);

# What is there is used: each query by C, each function by a query, another function or the schema.
my $c = join "\n", map { content($_) } files('app', qr/\.[ch]$/);
my %asked = map { s/_queue$//r => 1 } $c =~ /\bq_(\w+)/g;
for my $file (files('sql/queries', qr/\.sql$/)) {
	clean("each query of $file is asked", map { "$_ is not" } grep { !$asked{$_} } content($file) =~ /^-- name: (\w+)/mg);
}
my (%defined, %called);
for my $file (files(['sql/functions', 'sql/queries', 'sql/migrations'], qr/\.sql$/)) {
	my $text = content($file) =~ s/--.*//gr;
	$defined{$_} = $file for $file =~ m{^sql/functions/} ? $text =~ /\bFUNCTION (\w+)\s*\(/g : ();
	$text =~ s/\b(?:DROP|ALTER|GRANT|REVOKE)\b[^;]*\bFUNCTION\b[^;]*;|\bCREATE (?:OR REPLACE )?FUNCTION \w+//g;
	$called{$_} = 1 for $text =~ /\b(\w+)\s*\(/g;
}
clean('each function of sql/functions is called', map { "$_ in $defined{$_} is not" } grep { !$called{$_} } sort keys %defined);

# The statements of a file, without comments, each in one line.
sub statements {
	return map { s/\s+/ /gr } split /;/, content($_[0]) =~ s/--.*//gr;
}

# Functions that write: what such a one returns may be younger than the statement that calls it,
# which sees nothing of it in any table that it joins.
my %writes;
for my $file (files(['sql/functions', 'sql/migrations'], qr/\.sql$/)) {
	my $text = content($file) =~ s/--.*//gr;
	while ($text =~ /\bFUNCTION (\w+)\s*\((.*?)\bAS \$\$(.*?)\$\$/gs) {
		my ($name, $head, $body) = ($1, $2, $3);
		$writes{$name} = 1 if $head !~ /\b(?:STABLE|IMMUTABLE)\b/ && $body =~ /\b(?:INSERT INTO|UPDATE|DELETE FROM)\b/;
	}
}
my $inside = qr/(\((?:[^()]++|(?-1))*\))/;
for my $file (files(['sql/queries', 'sql/functions'], qr/\.sql$/)) {
	my (@joined, @locked);
	for my $statement (statements($file)) {
		push @joined, "$1() is" if $statement =~ /\bFROM (\w+)\(.*\bJOIN\b/ && $writes{$1};
		push @joined, "$1() is" if $statement =~ /\bJOIN (?:LATERAL )?(\w+)\(/ && $writes{$1};
		my $locks = $statement =~ /\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b|\b(?:UPDATE|DELETE FROM) \w+/;
		push @locked, substr $statement, 0, 60 if $locks && grep { /^\( ?SELECT\b.*\bUNION\b/ } $statement =~ /\bIN $inside/g;
	}
	clean("$file: what writes is joined to nothing", @joined);
	clean("$file: what is locked is not found in a UNION", @locked);
}
done();
