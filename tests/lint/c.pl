# SPDX-License-Identifier: Apache-2.0
#
# C as style.md wants it: no SQL (R22), no HTML and no words in it, no shell (R23), files
# that can be read at one sitting.
#
# A string that must hold one of these (a parser's own marks) says so on its
# line:  /* lint: markup */, /* lint: sql */, /* lint: words */.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

for my $file (files(['app', 'tests'], qr/\.[ch]$/)) {
	my $text = content($file);
	my @line = split /\n/, $text, -1;
	my @wrong;
	my $product = $file =~ m{^app/};

	push @wrong, 'the first line is not the licence'
		unless $text =~ m{\A/\* SPDX-License-Identifier: Apache-2\.0 \*/\n};
	push @wrong, 'is ' . (@line - 1) . ' lines long' if @line - 1 > 500;
	push @wrong, 'no comment at the head' if $file =~ m{^app/.*\.c$} && $text !~ m{\A[^\n]*\n+/\*};
	push @wrong, 'no #pragma once' if $file =~ /\.h$/ && $text !~ /^#pragma once$/m;

	for my $n (1 .. @line) {
		my $l = $line[$n - 1];
		push @wrong, "line $n: white space at the end" if $l =~ /[ \t]$/;
		push @wrong, "line $n: an issue instead" if $l =~ /\b(?:TODO|FIXME|XXX)\b/;
		(my $wide = $l) =~ s/\t/        /g;
		push @wrong, "line $n: wider than 140" if length($wide) > 140 && $wide !~ /[^\x00-\x7f]/;
	}

	my $code = c_code($text);
	my $n = 0;
	for (split /\n/, $code) {
		$n++;
		push @wrong, "line $n: SQL text is given to the server outside of db/"
			if /\bPQ(?:exec|execParams|sendQuery|sendQueryParams|prepare|sendPrepare)\s*\(/ && $product && $file !~ m{^app/db/};
		push @wrong, "line $n: a shell or another program" if $product && $file !~ m{/banned\.h$} && /\b(?:system|popen|exec[lv]p?e?)\s*\(/;
		push @wrong, "line $n: setjmp" if /\b(?:set|long)jmp\s*\(/;
	}

	if ($product) {
		for (c_strings($text)) {
			my ($at, $string) = @$_;
			my $said = $line[$at - 1] =~ m{/\* lint: (\w+) \*/} ? $1 : '';
			push @wrong, "line $at: HTML in \"$string\""
				if $string =~ m{</?[a-zA-Z]} && $said ne 'markup' && $file !~ m{^app/cli/};
			push @wrong, "line $at: SQL in \"$string\""
				if $string =~ m{\b(?:SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE (?:TABLE|ROLE)|set_config)\b}
				&& $said ne 'sql' && $file !~ m{^app/db/};
			push @wrong, "line $at: words in \"$string\""
				if has_words($string) && $said ne 'words';
		}
	}
	clean($file, @wrong);
}
done();
