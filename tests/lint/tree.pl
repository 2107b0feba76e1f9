# SPDX-License-Identifier: Apache-2.0
#
# The tree: no path of anybody's machine in it, one list of packages, static
# error pages that need nothing from outside.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

my $text_file = qr/(?:\.(?:c|h|sql|html|txt|subject|po|md|mk|am|ac|in|conf|sh|mjs|pl|pm|css|js|json|awk|service|socket|target|sample|[1578])|^dev)$/;
my $home = join '|', '/ho' . 'me/\w', '/ro' . 'ot/', '/wo' . 'rk/', '/tm' . 'p/chromo/', '/Us' . 'ers/';
for my $file (files('.', $text_file)) {
	next if $file =~ m{^(?:configure|aclocal|Makefile\.in)} || $file =~ /package-lock\.json$/;
	my $text = content($file);
	my @wrong;
	push @wrong, "line $_->[0]: a path of one machine" for lines($file, qr{(?<![\w.])(?:$home)});
	push @wrong, 'does not end with a newline' if $text ne '' && $text !~ /\n\z/ && $file !~ /\.(?:json|min\.js)$/;
	push @wrong, 'carriage returns' if $text =~ /\r\n/ && $file !~ m{^tests/};
	push @wrong, 'no licence line' if $file =~ /(?:\.(?:sh|mjs|pl|pm|awk|mk|am|in)|^dev)$/
		&& $file !~ m{\.json\.in$} && $text !~ /SPDX-License-Identifier: Apache-2\.0/;
	# What two merged into one another, and make takes for a file.
	push @wrong, 'an assignment in the middle of a list' if $file =~ /\.mk$/ && $text =~ /\\\n\w+ *\+?=/;
	clean($file, @wrong);
}

# What is built from a list is in the tarball by the same list.
my %made = map { $_ => 1 } map { content($_) =~ m{\bapp/[\w/]+\.[ch]\b}g } files('app', qr/\.mk$/);
clean('every source is named in a local.mk', map { "$_ is not" } grep { !$made{$_} } files('app', qr/\.[ch]$/));
my %times;
$times{$_}++ for map { m{\bapp/[\w/]+\.[ch]\b}g } map { content($_) =~ /^lib\w+_a_SOURCES \+?=((?:.*\\\n)*.*)/mg } files('app', qr/\.mk$/);
clean('… once in a library', map { "$_ is there $times{$_} times" } grep { $times{$_} > 1 } sort keys %times);

# Every library package that configure names is installed by ./dev.
my %listed = map { $_ => 1 } content('tests/harness/packages.txt') =~ /^\w+\t(\S+)$/mg;
my %named = map { $_ => 1 } content('configure.ac') =~ /\b(lib[\w.+-]+-dev)\b/g;
clean('configure and packages.txt agree', map { "$_ is not in tests/harness/packages.txt" }
	grep { !$listed{$_} } sort keys %named);

# One <style> for all error pages: nginx names the hash of it.
my %style;
for my $page (files('nginx/error', qr/\.html$/)) {
	my $text = content($page);
	my ($css) = $text =~ m{<style>(.*?)</style>}s;
	push @{ $style{ $css // '' } }, $page;
	clean("$page stands alone",
		$text =~ /\b(?:src|srcset|action)=|url\(|\@import|<link|<script|https?:/ ? 'it asks for something else' : (),
		$text =~ /<html lang="ja">/ ? () : 'no language',
		$text =~ /<title>[^<]+<\/title>/ ? () : 'no title');
}
clean('the error pages share one style', keys %style == 1 ? () : map { "@$_" } values %style);

done();
