# SPDX-License-Identifier: Apache-2.0
#
# The words: Japanese and English have the same keys with the same names in
# them; every key that is used exists; every key that exists is used.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

sub catalogue {
	my ($path) = @_;
	my (%text, @wrong, $key, $into);
	my $n = 0;
	for (split /\n/, content($path)) {
		$n++;
		next if /^\s*(?:#|$)/;
		if (/^msgid\s+"(.*)"$/) {
			($key, $into) = ($1, undef);
			push @wrong, "line $n: $key a second time" if exists $text{$key};
		} elsif (/^msgstr\s+"(.*)"$/) {
			$text{$key} = $1;
			$into = $key;
		} elsif (/^"(.*)"$/ && defined $into) {
			$text{$into} .= $1;
		} else {
			push @wrong, "line $n: $_";
		}
	}
	delete $text{''};
	for (sort keys %text) {
		push @wrong, "$_ is empty" if $text{$_} eq '';
		push @wrong, "$_ is not a key" unless /^[a-z][a-z0-9_]*$/;
	}
	return (\%text, @wrong);
}

sub names { my ($s) = @_; my %n = map { $_ => 1 } $s =~ /\{\{\s*([\w.]+)\s*\}\}/g; return join ' ', sort keys %n; }

my %all;
for my $file (files('templates/po', qr/\.po$/)) {
	my ($lang) = $file =~ /([\w-]+)\.po$/;
	($all{$lang}, my @wrong) = catalogue($file);
	clean($file, @wrong);
}
my $ja = $all{ja} || {};
for my $lang (sort grep { $_ ne 'ja' } keys %all) {
	my $other = $all{$lang};
	clean("ja and $lang have the same keys",
		(map { "$lang lacks $_" } grep { !exists $other->{$_} } sort keys %$ja),
		(map { "ja lacks $_" } grep { !exists $ja->{$_} } sort keys %$other));
	clean("ja and $lang name the same things", map { "$_: {{@{[names($ja->{$_})]}}} and {{@{[names($other->{$_})]}}}" }
		grep { exists $other->{$_} && names($ja->{$_}) ne names($other->{$_}) } sort keys %$ja);
}

# Used by name: {{t.key}} and whole literals in C and SQL.  Used through data: a
# literal that is the beginning of the key ("state_%s", 'state_').
my (%used, %beginning, @missing);
for my $file (files('templates', qr/\.(?:html|xml|txt|subject)$/)) {
	for (lines($file, qr/\{\{/)) {
		my ($n, $line) = @$_;
		for my $key ($line =~ /\{\{[{&#^]?\s*t\.([\w]+)/g) {
			$used{$key} = 1;
			push @missing, "$file:$n: t.$key" unless exists $ja->{$key};
		}
	}
}
for my $file (files('app', qr/\.[ch]$/)) {
	my $text = content($file);
	for (c_strings($text)) {
		$used{$_->[1]} = 1;
		$beginning{$1} = 1 if $_->[1] =~ /^([a-z][a-z0-9_]*_)(?:%s)?$/;
	}
	$text =~ s{/\*.*?\*/}{}gs;
	while ($text =~ /\b(?:(?:words_get|web_problem)\s*\([^;"(){}]*,|web_tell\s*\([^;"(){}]*,\s*"\w+"\s*,)\s*"([^"]+)"\s*[,)]/g) {
		push @missing, "$file: $1" unless exists $ja->{$1};
	}
}
for my $file (files(['sql'], qr/\.sql$/)) {
	my $text = content($file);
	$used{'audit_' . $1 =~ s/\./_/r} = 1 while $text =~ /\baudit_write\('([a-z_]+\.[a-z_]+)'/g;
	for my $literal ($text =~ /'([a-z][a-z0-9_]*)'/g) {
		$used{$literal} = 1;
		$beginning{$literal} = 1 if $literal =~ /_$/;
	}
}
clean('every key that is used exists', @missing);

# The audit record is read by people: each act that is written by name has its words.
my %act;
for my $file (files(['sql'], qr/\.sql$/)) {
	my $text = content($file);
	$act{$1} = $file while $text =~ /\baudit_write\('([a-z_]+\.[a-z_]+)'/g;
}
clean('every act of the audit record has words', map { "$act{$_}: $_" }
	grep { !exists $ja->{'audit_' . s/\./_/r} } sort keys %act);
my @idle = grep {
	my $key = $_;
	# "subject_required" is field subject's own word for "form_required" (base/form.h).
	my ($field, $kind) = $key =~ /^(\w+?)_(required|too_long|choice|choose_some|number|email|postcode|code|date|datetime)$/;
	!$used{$key} && !(defined $field && exists $ja->{"form_$kind"} && $used{$field}) && !grep { index($key, $_) == 0 } keys %beginning;
} sort keys %$ja;
clean('every key is used', map { "$_ is not" } @idle);
done();
