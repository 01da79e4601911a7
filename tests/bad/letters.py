"""Bytes that are odd text, or none (group N of the catalogue of faults)."""

from tests.bad.kit import Case, line, said

FRENCH = "Le garçon a déjà mangé à la crêperie où l'été dernier l'hôte naïf s'était assis près de la fenêtre."
SENTENCES = (
    FRENCH,
    "Elle s'est levée très tôt, a préparé le thé et est allée voir si la rivière avait gelé.",
    "Où étiez-vous passés ? La réunion a commencé à dix heures précises, et le maire s'est fâché.",
    "Les élèves de la troisième ont présenté une pièce écrite par leur professeur de français.",
    "À Noël, le marché couvert reste ouvert jusqu'à minuit ; on y sert des crêpes et du vin épicé.",
    "Le chêne planté par mon arrière-grand-père a été foudroyé pendant l'orage de la Saint-Médard.",
    "Déçu par l'accueil réservé à son livre, il préféra s'exiler à Genève où il mourut âgé.",
)
RUSSIAN = "Вчера вечером в старом городе открылась выставка, которую готовили почти три года местные художники."
JAPANESE = "昨日の夕方、古い町で展覧会が始まりました。地元の画家たちが三年近くかけて準備したものです。"
GREEK = "Χθες το βράδυ στην παλιά πόλη άνοιξε μια έκθεση που ετοίμαζαν σχεδόν τρία χρόνια ντόπιοι ζωγράφοι."


def cases() -> list[Case]:
    """All of them."""
    return [*unicode_forms(), *broken(), *marks()]


def unicode_forms() -> list[Case]:
    texts = dict(zip(("u8", "u16le", "u16be", "u32", "u16", "plain16", "none"), SENTENCES, strict=True))
    legacy = {"koi.txt": ("koi8_r", RUSSIAN), "sjis.txt": ("cp932", JAPANESE), "greek.txt": ("cp1253", GREEK)}
    return [
        Case(
            "enc-unicode-forms",
            "N2 N3",
            "byte order marks, UTF-16 and UTF-32, with and without a mark",
            {
                "a.txt": b"\xef\xbb\xbf" + texts["u8"].encode(),
                "b.txt": b"\xff\xfe" + texts["u16le"].encode("utf-16-le"),
                "c.txt": b"\xfe\xff" + texts["u16be"].encode("utf-16-be"),
                "d.txt": texts["u32"].encode("utf-32"),
                "e.txt": texts["u16"].encode("utf-16"),
                "f.txt": texts["plain16"].encode("utf-16-le"),
                "g.txt": texts["none"].encode(),
            },
            {f"{letter}.txt": (texts[name],) for letter, name in zip("abcdefg", texts, strict=True)},
        ),
        Case(
            "enc-legacy",
            "N1",
            "charsets of before",
            {name: text.encode(codec) for name, (codec, text) in legacy.items()},
            {name: (text,) for name, (_, text) in legacy.items()},
        ),
        Case(
            "enc-bom-lines",
            "N2",
            "a byte order mark before JSON lines is no part of the first one",
            {"a.jsonl": b"\xef\xbb\xbf" + line(said("bom-lines", 1)[0]) + line(said("bom-lines", 2)[0])},
            {"a.jsonl": said("bom-lines", 1, 2)},
        ),
    ]


def broken() -> list[Case]:
    long = "Une phrase déjà vérifiée, où l'été même a été noté près de la forêt. " * 3
    lone = said("surrogates", 1)[0]
    return [
        Case(
            "enc-bad-utf8",
            "N4",
            "a broken byte in good UTF-8 is replaced and said, and costs no other letter",
            {"a.txt": long.encode() + b"bris\xe9 " + b"(fin)"},
            {"a.txt": (long + "bris\ufffd (fin)",)},
        ),
        Case(
            "enc-cesu",
            "N4",
            "surrogates written as characters of their own are joined",
            {
                "a.txt": ("Déjà " * 9).encode()
                + "\U0001f600".encode("utf-16-be").hex().encode()[:0]
                + b"\xed\xa0\xbd\xed\xb8\x80 fin"
            },
            {"a.txt": ("Déjà " * 9 + "\U0001f600 fin",)},
        ),
        Case(
            "enc-binary",
            "N4",
            "what is no text in any charset is set aside",
            {"a.txt": bytes(range(256)) * 40, "b.txt": b"\x00\x01\x02\x03" * 500},
            {},
            {"a.txt": ("undecodable",), "b.txt": ("undecodable",)},
        ),
        Case(
            "enc-lone-surrogates",
            "N5",
            "lone surrogates in text, key and id",
            {"a.jsonl": b'{"text": "' + lone.encode() + b' \\ud800 end", "id": "x\\udfff", "k\\udc00": 1}\n'},
            {"a.jsonl": (lone + " \ufffd end",)},
        ),
    ]


def marks() -> list[Case]:
    apart = said("separators", 1)[0]
    stays = f"{apart}\u200b\u202eabc\u202c"
    flood = "e" + "\u0301" * 20_000
    return [
        Case(
            "enc-separators",
            "N6",
            "line ends of Unicode do not end a record",
            {"a.jsonl": b'{"text": "' + f"{apart} one\u2028two\u2029three\x85four".encode() + b'"}\n'},
            {"a.jsonl": (f"{apart} one\ntwo\nthree…four",)},
        ),
        Case(
            "enc-controls",
            "N6",
            "control characters and terminal escapes go, letters stay",
            {"a.jsonl": line(said("controls", 1)[0] + "\x00\x08 \x1b[31mred\x1b[0m end")},
            {"a.jsonl": (said("controls", 1)[0] + " red end",)},
        ),
        Case(
            "enc-invisible",
            "N6",
            "joiners and direction marks are text",
            {"a.jsonl": line(stays)},
            {"a.jsonl": (stays,)},
        ),
        Case(
            "enc-combining-flood",
            "N10",
            "twenty thousand accents on one letter",
            {"a.jsonl": line(flood + " end")},
            {"a.jsonl": ("é" + "\u0301" * 19_999 + " end",)},
        ),
        Case(
            "enc-mojibake",
            "N7",
            "mojibake is repaired, a text about it is not",
            {
                "a.jsonl": line("Le garÃ§on a dÃ©jÃ\xa0 mangÃ© Ã\xa0 la crÃªperie."),
                "b.jsonl": line(
                    "The letter é read as Latin-1 shows as two signs, the first of which is à with a tilde."
                ),
            },
            {
                "a.jsonl": ("Le garçon a déjà mangé à la crêperie.",),
                "b.jsonl": ("The letter é read as Latin-1 shows as two signs, the first of which is à with a tilde.",),
            },
        ),
    ]
