"""The charsets that are tried, and the languages that are written in each."""

# Letters beyond a-z are rare in some of these, so that many charsets read them alike; the first one named wins then.
_WEST = "en fr de es it pt nl sv da nb fi is ca gl ga gd cy"
_EAST = "pl cs sk hu ro hr sl"
_SLAVIC = "ru uk be bg sr mk"

# Charset, how unlikely it is before a byte is read (nats; guesses in steps of e² to e³, for what the web and old disks
# hold), languages. ISO-8859-16 differs from ISO-8859-2 in the mark below ş and ţ alone, which no letter can tell.
# Supersets stand for their subsets: cp1252 reads ISO-8859-1, cp874 TIS-620.
SINGLE = (
    ("cp1252", 0, _WEST),
    ("cp1251", 0, _SLAVIC),
    ("cp1250", 0, _EAST),
    ("iso8859-2", 1, _EAST),
    ("cp1253", 0, "el"),
    ("iso8859-7", 1, "el"),
    ("cp1254", 0, "tr"),
    ("cp1255", 0, "he"),
    ("iso8859-8", 2, "he"),
    ("cp1256", 0, "ar fa"),
    ("iso8859-6", 1, "ar"),
    ("cp1257", 0, "lt lv et"),
    ("iso8859-13", 3, "lt lv"),
    ("cp1258", 0, "vi"),
    ("cp874", 0, "th"),
    ("koi8-r", 0, "ru"),
    ("koi8-u", 1, "uk be ru"),
    ("iso8859-5", 2, _SLAVIC),
    ("cp866", 2, "ru uk be bg"),
    ("cp1125", 5, "uk"),
    ("mac_cyrillic", 3, _SLAVIC),
    ("cp855", 4, _SLAVIC),
    ("kz1048", 3, "kk"),
    ("ptcp154", 4, "kk"),
    ("iso8859-15", 2, _WEST),
    ("mac_roman", 4, _WEST),
    ("cp850", 4, _WEST),
    ("cp437", 5, _WEST),
    ("cp852", 5, _EAST),
    ("mac_latin2", 6, _EAST),
    ("mac_croatian", 8, "hr sl"),
    ("mac_romanian", 8, "ro"),
    ("iso8859-16", 9, "ro"),
    ("iso8859-3", 4, "eo tr"),
    ("iso8859-4", 5, "lt lv et"),
    ("cp775", 6, "lt lv et"),
    ("cp857", 6, "tr"),
    ("mac_turkish", 7, "tr"),
    ("cp737", 6, "el"),
    ("cp869", 7, "el"),
    ("mac_greek", 7, "el"),
    ("cp862", 6, "he"),
    ("cp865", 8, "nb da"),
    ("cp861", 8, "is"),
    ("mac_iceland", 8, "is"),
    ("cp500", 8, "en fr de es"),
    ("cp037", 9, "en fr de es"),
)

# How unlikely it is, languages, and the codecs that read it: the first that fits, where they differ in what they add.
DOUBLE = (
    (0, "zh zht", ("gb18030",)),
    (0, "zht", ("big5hkscs", "cp950")),
    (0, "ja", ("cp932", "shift_jis_2004")),
    (0, "ja", ("euc_jp", "euc_jis_2004")),
    (0, "ko", ("cp949",)),
    (6, "ko", ("johab",)),
)
