"""Words that turn a sentence round: of two texts, one with and one without such a word say different things.

From general knowledge of the languages named; the commonest forms only, as tokens (see `reference.tokens`: "don't"
is "don" and "t"; in scripts written without spaces a token is one character). A word that a language lacks here costs
nothing but the check. Left out: what negates by an ending (Japanese, Finnish in part), and what is mostly another word
("n" in French elision is the conjunction of Igbo).
"""

import functools

NEGATIONS = {
    "Amharic": "አይደለም የለም",
    "Arabic": "لا لم لن ليس ليست",
    "Bengali": "না নয় নেই",
    "Chinese, Japanese": "不 没 沒 未 無 无 非 否",
    "Czech, Slovak": "není nie nikdy",
    "Danish, Norwegian, Swedish": "ikke ikkje inte icke aldrig aldri ingen",
    "Dutch": "niet geen nooit",
    "English": "not no never cannot t nobody nothing none neither nor without",
    "Esperanto": "ne neniam neniu",
    "French": "pas jamais aucun aucune sans",
    "German": "nicht kein keine keinen keinem keiner keines nie niemals ohne",
    "Greek": "δεν μην όχι χωρίς",
    "Hausa": "babu",
    "Hebrew": "לא אין בלי",
    "Hindi": "नहीं मत बिना",
    "Hungarian": "nem sem soha nincs",
    "Indonesian, Malay": "tidak bukan tanpa tak",
    "Italian": "non mai senza nessun",
    "Korean": "안 못 않다 않는 않았다 없다 없는",
    "Persian": "نه نیست بدون",
    "Polish": "nie nigdy bez",
    "Portuguese": "não nunca sem nenhum nenhuma",
    "Romanian": "nu niciodată fără",
    "Russian, Ukrainian": "не нет ни никогда ні немає",
    "Spanish": "nunca jamás sin ningún ninguna tampoco",
    "Swahili": "hapana si",
    "Tamil": "இல்லை அல்ல",
    "Turkish": "değil yok hiç",
    "Vietnamese": "không chẳng",
    "Yoruba": "kò",
}


@functools.cache
def negations() -> frozenset[str]:
    """Tokens that negate."""
    return frozenset(word for words in NEGATIONS.values() for word in words.split())
