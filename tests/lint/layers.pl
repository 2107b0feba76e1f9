# SPDX-License-Identifier: Apache-2.0
#
# Folders are layers: each row lists all that its files may include.  The
# libraries of the outside world have one place each, too.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

my %may = (
	base => [],
	db => ['base'],
	http => ['base'],
	channel => ['base'],
	feed => ['base'],
	domain => ['channel', 'db', 'base'],
	web => ['http', 'domain', 'channel', 'db', 'base'],
	courier => ['domain', 'channel', 'db', 'base'],
	relay => ['domain', 'feed', 'db', 'base'],
	cli => ['domain', 'channel', 'feed', 'db', 'base'],
);
# chromo routes prints the table that the workers serve.
my %besides = ('app/cli/routes.c' => { web => 1, http => 1 });

my @home = (
	[qr/^fcgi/, qr{^app/http/fcgi\.c$}],
	[qr/^libpq-fe\.h/, qr{^app/db/}],
	[qr/^curl\//, qr{^app/channel/}],
	[qr/^(?:openssl\/|argon2\.h)/, qr{^app/base/secret[a-z0-9_]*\.c$}],
	[qr/^cmark-gfm/, qr{^app/base/markdown[a-z_]*\.c$}],
	[qr/^gmime\//, qr{^app/(?:http/multipart|channel/email[a-z_]*)\.c$}],
	[qr/^unicode\//, qr{^app/base/}],
	[qr/^pthread\.h|^threads\.h/, qr{^$}],
	[qr/^setjmp\.h/, qr{^$}],
);

for my $file (files('app', qr/\.[ch]$/)) {
	my ($layer) = $file =~ m{^app/([^/]+)/};
	my @wrong;
	my %allowed = map { $_ => 1 } $layer, @{ $may{$layer} || [] };
	push @wrong, "there is no layer $layer" unless $may{$layer};
	for (lines($file, qr/^\s*#\s*include/)) {
		my ($n, $line) = @$_;
		if ($line =~ /"([^"]+)"/) {
			my $other = $1 =~ m{^([^/]+)/} ? $1 : '';
			push @wrong, "line $n: \"$1\" does not name its layer" if $line !~ m{"[a-z]+/};
			push @wrong, "line $n: $layer may not include $other"
				if $other && !$allowed{$other} && !($besides{$file} || {})->{$other};
		} elsif ($line =~ /<([^>]+)>/) {
			my $header = $1;
			for (@home) {
				push @wrong, "line $n: <$header> belongs elsewhere"
					if $header =~ $_->[0] && $file !~ $_->[1];
			}
		}
	}
	clean($file, @wrong);
}
done();
