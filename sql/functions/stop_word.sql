-- Words that are in every text and tell nothing of it: those that are not listed among the
-- frequent ones (domain/vocabulary.c).
--
-- Japanese: the closed classes of words of school grammar (学校文法), 助詞, 助動詞, 接続詞, 指示語 and
-- 形式名詞, as far as they are longer than the two kana that are left out anyway, and what the
-- dictionary of ICU makes of polite endings; compared with stopwords.txt of Lucene's kuromoji.
-- English: articles, prepositions, conjunctions, pronouns, auxiliaries.
CREATE OR REPLACE FUNCTION stop_words() RETURNS TABLE (word text) LANGUAGE sql IMMUTABLE AS $$
  SELECT unnest(string_to_array(
    'から まで より だけ など ほど ばかり くらい ぐらい しか こそ さえ すら なら ながら ので のに けれど けれども けど とか やら なり だの つつ ものの にて '
    || 'について において に対して に関して によって により によると として とともに における に関する に対する にとって ために ための '
    || 'です でした でしょう ます ました ません ませ ましょう だった だろう である であり であれば ではない じゃない ない なかった なければ なくて ならない '
    || 'れる られる せる させる たい たかった らしい ようだ そうだ みたい みたいな べき ください くださる 下さい 下さる いただく いただき いただいて 頂く 頂き いたします 致します '
    || 'そして また または および 及び ならびに 並びに かつ しかし ただし だから それで それでは それから なので したがって つまり すなわち さらに ところが ところで なお あるいは もしくは もし '
    || 'これ それ あれ どれ この その あの どの ここ そこ あそこ どこ こちら そちら あちら どちら こんな そんな あんな どんな こう そう ああ どう これら それら そのため このような そのような こうした そうした '
    || 'こと もの ところ とき ため ほう わけ はず まま うち よう ふう 事 物 所 時 為 方 様 等 的 中 上 下 内 他 者 私 僕 自分 何 '
    || 'ある あり あった いる いた います いません あります ありません する して した しています しても される された できる できた できない でき 出来る なる なって なった なり なりました '
    || 'いう いって という と思う 思う 思い 思います とても もっと すぐ いつも たくさん あまり まだ もう ちょっと 少し かなり いろいろ すべて 全て 特に 例えば たとえば '
    || 'その他 '
    || 'a an and are as at be been but by can could do does for from had has have he her his i if in into is it its me my no not of on or our she should so such '
    || 'that the their them then there these they this to us was we were what when which who will with would you your', ' '))
$$;
