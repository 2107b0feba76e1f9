# SPDX-License-Identifier: Apache-2.0
#
# Escaping makes a value harmless in text and in a quoted attribute, and
# nowhere else.  So a tag of Mustache stands nowhere else.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Lint;

# Attributes that are followed: their values were checked by C.
my $followed = qr/^(?:href|src|action|formaction|hx-(?:get|post)|poster|data|srcset)$/;

sub at { my ($text, $where) = @_; return 'line ' . (1 + (substr($text, 0, $where) =~ tr/\n//)); }

# Mail has no style sheet: there an attribute may hold the style.
sub look {
	my ($text, $mail) = @_;
	my @wrong;

	# Comments of the template and sections do not count as values; their place
	# is kept, so that lines are right.
	# Nor is {{<part/x}} a tag of HTML.
	(my $t = $text) =~ s/\{\{!.*?\}\}|\{\{<[^}]*\}\}/' ' x length $&/gse;

	while ($t =~ /\{\{(?:\{\s*([\w.]+)\s*\}|&\s*([\w.]+)\s*)\}\}/g) {
		my $key = $1 // $2;
		push @wrong, at($t, $-[0]) . ": $key is not escaped, and its name does not end in _html"
			unless $key =~ /_html$/;
	}
	while ($t =~ m{<(script|style)\b([^>]*)>(.*?)</\1\s*>}gs) {
		my ($tag, $attributes, $inside, $where) = ($1, $2, $3, $-[0]);
		# Data is no script; json_html made it.
		next if $inside =~ /^\{\{\{\s*[\w.]*ld_html\s*\}\}\}$/ && $attributes =~ /^ type="application\/ld\+json"$/;
		push @wrong, at($t, $where) . ": <$tag> with something in it" if $inside =~ /\S/;
	}

	# Sections and blocks inside of a tag may hold whole attributes.
	while ($t =~ m{<([a-zA-Z][\w:-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>}g) {
		my ($tag, $rest, $where) = ($1, $2, $-[0]);
		push @wrong, at($t, $where) . ": <$tag> has an attribute in single quotes" if $rest =~ /=\s*'[^']*\{\{/;
		while ($rest =~ /([@\w:.-]+)\s*=\s*("[^"]*"|[^\s"'>]+)/g) {
			my ($name, $value) = (lc $1, $2);
			my $line = at($t, $where);
			push @wrong, "$line: $name is not quoted" unless $value =~ /^"/;
			push @wrong, "$line: $name runs a script" if $name =~ /^on|^hx-on|^@|^x-on/;
			push @wrong, "$line: style in an attribute" if $name eq 'style' && !$mail;
			push @wrong, "$line: $name runs a script" if $value =~ /^"\s*(?:javascript|data|vbscript):/i;
			push @wrong, "$line: an address of somebody else's in $name"
				if $name =~ /^(?:src|srcset|poster)$/ && $value =~ m{^"\s*(?:https?:)?//}i
				|| $tag eq 'link' && $name eq 'href' && $value =~ m{^"\s*(?:https?:)?//}i;
			if ($name =~ $followed) {
				# Behind a fixed beginning of the path a value is only a part
				# of it; at the beginning it is the whole address.  path is that of
				# the page itself.
				push @wrong, "$line: $name begins with $1, whose name does not end in _url"
					if $value =~ /^"(?:\{\{[#^\/\$][^}]*\}\})*\{\{\s*([\w.]+)\s*\}\}/ && $1 !~ /(?:^|[._])url$|^path$/;
			}
		}
		my $bare = $rest;
		$bare =~ s/"[^"]*"//g;
		$bare =~ s/\{\{[#^\/\$>][^}]*\}\}//g;
		push @wrong, at($t, $where) . ": a value outside of quotes in <$tag>" if $bare =~ /\{\{/;
	}

	# Words are in templates/po/.
	(my $visible = $t) =~ s/\{\{.*?\}\}//gs;
	for ($visible =~ /[\x80-\xff]+/g) {
		push @wrong, "words in the template: $_" if has_words($_);
	}
	return @wrong;
}

# The lint can fail.
for ('<a href={{x_url}}>', '<p onclick="{{x}}">', '<p style="color:red">', '{{{body}}}', '{{& body }}',
	'<a href="{{link}}">', '<script>var x = "{{x}}";</script>', '<script>{{{ld_html}}}</script>',
	'<script type="application/ld+json">{{ld_html}}</script>', "<p title='{{x}}'>", '<p {{x}}>',
	'<img src="https://example.com/x.png">', "<p>\xe3\x81\x82</p>") {
	clean("refuses $_", look($_) ? () : 'it does not');
}
for ('<a href="{{x_url}}">{{x}}</a>', '<a href="/a/{{id}}">', '{{{body_html}}}', '<p{{#a}} class="{{a}}"{{/a}}>',
	'<form action="{{$action_url}}/x{{/action_url}}">', '{{<part/x}}{{$a}}{{b}}{{/a}}{{/part/x}}<p>', '<script src="/static/x.js" nonce="{{nonce}}"></script>',
	'<script type="application/ld+json">{{{x.ld_html}}}</script>') {
	clean("accepts $_", look($_));
}

for my $file (files('templates', qr/\.(?:html|xml)$/)) {
	clean($file, look(content($file), $file =~ m{/mail/}), content($file) =~ /\A\{\{!/ ? () : 'no comment at the head that says what it is');
}
for my $file (files('templates', qr/\.(?:txt|subject)$/)) {
	clean($file, content($file) =~ /\{\{[{&]/ ? 'there is nothing to leave unescaped' : ());
}

# What is there is used: each template is shown by C or stands in another, each style is a
# template's, a script's or C's.  "mail/%s" and class="c-tag--{{state}}" use all of that beginning.
my $pages = join "\n", map { content($_) } files('templates', qr/\.(?:html|xml|txt|subject)$/);
my $c = join "\n", map { map { $_->[1] } c_strings(content($_)) } files('app', qr/\.[ch]$/);
my %shown = map { s/\.(?:html|xml|txt|subject)$//r => 1 } $pages =~ /\{\{[><]\s*([\w\/]+)/g, grep { m{/} } split /\n/, $c;
my %named = map { $_ => 1 } split /\n/, $c;
my @begins = map { s/%s.*//r } grep { m{^\w[\w/]*/%s} } split /\n/, $c;
my @kinds = map { s/%s$//r } grep { /^\w+_%s$/ } split /\n/, $c;
clean('each template is shown', grep { my ($name, $last) = m{^templates/(.*?([^/]+))\.\w+$};
	!$shown{$name} && !(($named{$last} || grep { index($last, $_) == 0 } @kinds) && grep { index($name, $_) == 0 } @begins) } files('templates', qr/\.(?:html|xml|txt|subject)$/));
my $script = join "\n", map { content($_) } files('nginx/static/js', qr/(?<!\.min)\.js$/);
my %worn = map { $_ => 1 } "$pages\n$c\n$script" =~ /[\w-]+/g;
my @grown = $pages =~ /([\w-]+(?:--|__))\{\{/g;
for my $file (grep { !/leaflet/ } files('nginx/static/css', qr/\.css$/)) {
	my %class = map { $_ => 1 } content($file) =~ s{/\*.*?\*/}{}gsr =~ /\.(c-[\w-]+)/g;
	clean("each style of $file is used", grep { my $class = $_; !$worn{$class} && !grep { index($class, $_) == 0 } @grown } sort keys %class);
}
done();
