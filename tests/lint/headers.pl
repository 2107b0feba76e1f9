# SPDX-License-Identifier: Apache-2.0
#
# Each header compiles alone, also as the first one; and what banned.h forbids
# does not compile.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;
use File::Temp qw(tempdir);

my $cc = $ENV{CC} || 'cc';
my $dir = tempdir(CLEANUP => 1);
my @flags = split ' ', `pkg-config --cflags jansson libpq fcgi libcurl gmime-3.0 pangocairo 2>/dev/null`;
my @command = ($cc, qw(-std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -Iapp), @flags);

sub compile {
	my ($text, @more) = @_;
	open my $f, '>', "$dir/t.c" or die $!;
	print $f $text;
	close $f;
	open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command, @more, "$dir/t.c" or die $!;
	my @said = <$out>;
	close $out;
	return ($? == 0, @said);
}

for my $header (files('app', qr/\.h$/)) {
	(my $name = $header) =~ s{^app/}{};
	my ($good, @said) = compile("#include \"$name\"\n#include \"$name\"\nint main(void) { return 0; }\n");
	chomp @said;
	clean($header, $good ? () : @said[0 .. (@said > 5 ? 4 : $#said)]);
}
for my $call ('strcpy(a, b)', 'sprintf(a, "%s", b)', 'system(b)', 'atoi(b)', 'strtok(a, b)', 'localtime(0)') {
	my ($good) = compile("void f(char *a, const char *b);\nvoid f(char *a, const char *b) { (void)a; (void)b; (void)$call; }\n",
		'-include', 'app/base/banned.h');
	clean("$call does not compile", $good ? 'it does' : ());
}
done();
