# SPDX-License-Identifier: Apache-2.0
#
# The manual pages say what the program says: the commands of app/cli/main.c, the
# keys of app/base/conf.c with their defaults and meanings; and services name no
# page that is not there.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

# Entries of a page, as they read: "name" => "text".
sub entries {
	my ($page) = @_;
	my %found;
	while ($page =~ /^\.TP\n\.B (.+)\n((?:[^.\n].*\n)*)/mg) {
		my ($name, $text) = ($1, $2);
		s/\\-/-/g, s/\\e/\\/g, s/\s+/ /g, s/ $// for $name, $text;
		$found{$name} = $text;
	}
	return \%found;
}

sub same {
	my ($said, $meant) = @_;
	return ((map { "lacks: $_" } grep { !exists $said->{$_} } sort keys %$meant),
		(map { "$_ is \"$meant->{$_}\", not \"$said->{$_}\"" }
			grep { exists $said->{$_} && $said->{$_} ne $meant->{$_} } sort keys %$meant));
}

my $page = content('man/chromo.1');
my ($commands) = $page =~ /^\.SH COMMANDS\n(.*?)^\.SH/ms;
my $said = entries($commands // '');
my (%meant, $text);
$text = content('app/cli/main.c');
$meant{join ' ', grep { $_ ne '' } $1, $2, $3} = $4
	while $text =~ /\{ "(\w+)", "(\w*)", "([^"]*)",\s*"([^"]*)", cli_/g;
clean('man/chromo.1 has the commands', %meant ? () : 'none was found', same($said, \%meant),
	map { "does not exist: $_" } grep { !exists $meant{$_} } sort keys %$said);

%meant = ();
$text = content('app/base/conf.c');
while ($text =~ /^\tKEY\(\w+, (\w+), (NULL|"([^"]*)"),[^"]*"([^"]*)"\)/mg) {
	my ($key, $default, $value, $meaning) = ($1, $2, $3, $4);
	$meant{$key . ($default eq 'NULL' ? ' (required)' : $value eq '' ? '' : " = $value")} = $meaning;
}
$said = entries(content('man/chromo.conf.5'));
clean('man/chromo.conf.5 has the keys', %meant ? () : 'none was found', same($said, \%meant),
	map { "does not exist: $_" } grep { !exists $meant{$_} } sort keys %$said);

for my $unit (files('systemd', qr/\.in$/)) {
	clean("$unit: its documentation", map { "$_ is not there" }
		grep { my ($name, $section) = /^man:(.+)\((\d)\)$/ or die; !-e "man/$name.$section" }
		content($unit) =~ /\b(man:\S+\(\d\))/g);
}
done();
