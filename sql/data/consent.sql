-- The text that people agree to, by version: Markdown, its headings from # down; {{tenant}} is the
-- municipality, {{contact}} whom to ask.  A published version never changes: what
-- somebody agreed to can always be read.  A new text is a new version.

INSERT INTO consent_document (version, language, text, published) VALUES
('2026-11', 'ja', $text$
{{tenant}}（以下「市町村」といいます）は、お知らせをお届けするために、次の情報をお預かりします。

# お預かりする情報

- お知らせの届け先：メールアドレス、携帯電話の番号、LINEや端末へ届けるための番号のうち、お選びになったもの
- お選びになった地区（ご自宅、お勤め先、ご実家など）
- 知りたい分野と、ことば
- いつ、どのお知らせを送ったか、届いたかどうかの記録
- この文章に同意された日時

お名前、住所、マイナンバーはお預かりしません。

# 何に使うか

お知らせをお届けすること、届いたかを確かめること、お問い合わせにお答えすることだけに使います。個人が分からない形の人数の集計にも使います。

# だれに渡すか

ほかの人や会社に渡したり、売ったりすることはありません。システムの運用を任せている事業者は、市町村の指示のもとでだけ扱います。法律で定められている場合を除きます。

# どう守るか

届け先は暗号にして保存します。広告や、行動を調べるための仕組みは使いません。

# いつまで持つか

退会すると、届け先をすぐに消します。送ったお知らせの記録は、だれのものか分からない番号だけで残ります。確認のメールから登録されなかったときは、入力された内容を1日で消します。

# やめたいとき、確かめたいとき

登録した内容を見る、直す、休む、やめることは、マイページからいつでもできます。届いたメールの一番下のリンクからも、すぐにやめられます。同意を取り消すことは、退会することと同じです。取り消しても、それまでにお送りしたことの適法性は変わりません。

# お問い合わせ

{{contact}}
$text$, timestamptz '2026-11-01 00:00+09'),
('2026-11', 'en', $text$
{{tenant}} ("the municipality") keeps the following information in order to send you messages.

# What we keep

- Where messages go: of your e-mail address, mobile phone number, and the numbers by which LINE or your device is reached, those that you choose
- The districts you choose (home, work, your parents' home and so on)
- The topics you want to hear about, and your language
- A record of which messages were sent to you, when, and whether they arrived
- The date and time at which you agreed to this text

We do not keep your name, street address or My Number.

# What we use it for

Only to send you messages, to check that they arrived, and to answer your questions. We also count people in a way that identifies nobody.

# Whom we share it with

We do not give or sell it to other people or companies. The company that runs the system handles it only on the instructions of the municipality. The only exception is where the law requires otherwise.

# How we protect it

Addresses and numbers are stored encrypted. There is no advertising, and nothing on this site tracks what you do.

# How long we keep it

When you leave, we delete them at once. Records of sent messages remain only under a number that leads to nobody. If you do not confirm your registration by the link in our e-mail, what you typed is deleted after one day.

# How to stop, or to see what we keep

On your page (My page) you can see, correct, pause or end your registration at any time. The link at the bottom of every e-mail also lets you stop at once. Withdrawing your consent is the same as leaving; it does not affect what was sent before.

# Contact

{{contact}}
$text$, timestamptz '2026-11-01 00:00+09')
ON CONFLICT DO NOTHING;
