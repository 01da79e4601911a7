"""Which languages a text may be in, by a vote of its commonest words.

Words of tails of one language are words of texts of another: "Teil." is a telephone in Irish and a part in German. So a
cue counts only in a text whose language it may be. Only languages that share a script are in the table: a phrase in
Greek or Thai letters proves its language by itself. The words are the commonest of each language by general
knowledge, some of them in several languages; near ones, such as Danish and Norwegian, both win the vote, and that is
meant.
"""

from collections.abc import Sequence

from pipeline.text.cues import folded_words

FEWEST_WORDS = 12  # of a text that can vote
FEWEST_VOTES = 0.03  # for the best language, by word
NEAR_BEST = 0.6  # of the votes of the best language
MOST_CHARS = 1200  # that are looked at

_WRITTEN = {
    "en": "the of and to in that is was for on with as at by from his he it are this be have not they which you",
    "de": "der die und das von zu den mit ist des auf für im dem nicht ein eine sich als auch wird bei oder er sie",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er ook als door naar wordt",
    "sv": "och att det som en på är av för med till den inte har de ett om var jag han",
    "da": "og at det er en til af på som for med den ikke der har de et om var jeg han blev",
    "no": "og at det er en til av på som for med den ikke har de et om var jeg han ble",
    "is": "og að í á er sem til við það var um með fyrir ekki hann af",
    "fi": "ja on ei että oli se hän kun mutta myös ovat joka tai kuin ole sen",
    "et": "ja on ei et see oli ka kui ning mis oma aga ta kes selle",
    "lv": "un ir no ar par uz kas ka arī bija lai kā tas pēc gada",
    "lt": "ir kad su į iš yra bet buvo kaip apie tai jis po dėl",
    "pl": "i w na z do się nie że to jest o po od za jak oraz przez dla",
    "cs": "a v na se že je s z o do to ve pro jsou byl by jako",
    "sk": "a v na sa že je s z o do to vo pre sú bol by ako",
    "hr": "i u na je da se za su od s koji što kao ne bi nije",
    "sr": "i u na je da se za su od s koji što kao ne bi nije и у на је да се за су од који што као не би није",
    "sl": "in v na je da se za so z ki ni pri tudi kot bi po",
    "sq": "dhe të në e për me një që nga është si i ka",
    "hu": "a az és hogy nem is egy meg volt de ez csak el már mint",
    "ro": "și de în la a cu nu pe din că o care este pentru mai un",
    "it": "di che e il la per un in del non una è con le i si da della sono nel",
    "es": "de la que el en y a los se del las un por con una para no su al lo es",
    "pt": "de que e o a do da em um para com não uma os se no na por mais as dos",
    "ca": "de la i que el en a les els un per amb una del no és al",
    "gl": "de a que e o do da en un para con unha os non no se ao na",
    "eu": "eta da ez du ere bat dira izan dute baina zuen egin den",
    "fr": "de la le et les des en un du une que est pour dans qui par au il pas sur ne se",
    "cy": "y yn a i o ei mae ar yr gan am wedi ac i'r oedd",
    "ga": "an na agus ar i le go ag is a bhí do sé ná leis",
    "tr": "ve bir bu için da de ile olarak çok daha gibi ne olan o en",
    "az": "və bir bu üçün ki ilə da də olan o ilə olub edir",
    "id": "yang dan di dengan untuk dari ini itu pada tidak dalam akan ke juga",
    "ms": "yang dan di dengan untuk dari ini itu pada tidak dalam akan ke telah",
    "vi": "và của là có được trong cho không những một các với này đã người",
    "sw": "na ya wa kwa ni katika za kuwa la cha hiyo alisema kama hii",
    "ha": "da na ya a ta ne ba cikin wannan su shi don wani kuma ce an",
    "ig": "na nke bụ ya n ndị ka ọ a ga ha dị ihe bu nwere",
    "yo": "ni ti ó tí àwọn náà sì fún pé kan o awon lati won ati",
    "xh": "ukuba kwaye kodwa xa oko kunye le uthi kwi ngo ukuze ke abantu",
    "zu": "ukuthi futhi kodwa uma ukuba njengoba kanye lo uthe ngoba ukuze abantu",
    "eo": "la de kaj en al por ke estas ne kun li tio oni el estis per",
    "ru": "и в не на что он с как по это из за от для было его к",
    "uk": "і в не на що та з до за як від це для його був у й",
    "be": "і ў не на што з да за як ад гэта для яго быў у",
    "bg": "и на в да се не за е от са с че по като",
    "mk": "и на во да се не за е од со што го",
    "kk": "және бұл мен деп бір үшін де да бар еді осы",
    "ar": "في من على أن إلى التي عن هذا مع كان الذي ما لا",
    "fa": "و در به از که این را با است برای آن می",
    "ur": "کے میں کی ہے اور کا نے سے کو پر کہ",
}
_KNOWN = frozenset(_WRITTEN)
EVERYWHERE = frozenset({"any", "en"})  # pages in all languages have English buttons


def _weighed() -> dict[str, dict[str, float]]:
    """Word -> language -> its vote: the fewer languages have the word, the more it says."""
    having: dict[str, list[str]] = {}
    for language, written in _WRITTEN.items():
        for word in dict.fromkeys(folded_words(written)):
            having.setdefault(word, []).append(language)
    return {word: dict.fromkeys(languages, 1 / len(languages)) for word, languages in having.items()}


_VOTES = _weighed()


def languages_of(texts: Sequence[str]) -> frozenset[str]:
    """The languages that sentences may be in; empty if they are too few, or in none of the table.

    >>> sorted(languages_of(["Der Hafen ist im Winter nicht auf, und die Boote bleiben bei der alten Brücke."]))
    ['de']
    """
    words = folded_words(" ".join(texts)[:MOST_CHARS])
    if len(words) < FEWEST_WORDS:
        return frozenset()
    votes: dict[str, float] = {}
    for word in words:
        for language, vote in _VOTES.get(word, {}).items():
            votes[language] = votes.get(language, 0.0) + vote
    best = max(votes.values(), default=0.0)
    if best < FEWEST_VOTES * len(words):
        return frozenset()
    return frozenset(language for language, vote in votes.items() if vote >= NEAR_BEST * best)


def may_be_in(of: Sequence[str], text: frozenset[str]) -> bool:
    """Whether words of these languages may stand in a text in one of `text`'s."""
    return any(each in EVERYWHERE or each in text or each not in _KNOWN for each in of)
