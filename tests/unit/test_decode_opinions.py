"""What letters say of bytes that are not UTF-8, what a declaration may decide, and lines in two encodings."""

import hashlib

import pytest

from pipeline.text.charsets.mixed import MIXED
from pipeline.text.charsets.opinions import BYTES_REPLACED, NOT_AS_DECLARED
from pipeline.text.decode import Decoded, UndecodableError, decode
from tests.news import CHINESE, FRENCH, JAPANESE, RUSSIAN

# --- readings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Zażółć gęślą jaźń, powiedział wczoraj prezydent, a następnie wyjechał do Łodzi.", "cp852"),
        ("Οι κάτοικοι της Αθήνας ψηφίζουν σήμερα για το νέο δημοτικό συμβούλιο.", "iso8859-7"),
        ("הממשלה אישרה אתמול את תקציב המדינה לשנה הבאה לאחר דיון ארוך.", "cp1255"),
        ("وافقت الحكومة أمس على ميزانية الدولة للعام المقبل بعد نقاش طويل.", "cp1256"),
        ("Vyriausybė vakar patvirtino kitų metų biudžetą po ilgų diskusijų.", "cp1257"),
        ("Hükümet dün uzun tartışmalardan sonra gelecek yılın bütçesini onayladı.", "iso8859-9"),
        ("คณะรัฐมนตรีอนุมัติงบประมาณประจำปีหน้าเมื่อวานนี้หลังการอภิปรายยาวนาน", "cp874"),
        ("ГОВОРЯТ, ЧТО В ПУСТЫНЕ ПЕСОК РАСКАЛЁН НАСТОЛЬКО, ЧТО НА НЁМ МОЖНО ЖАРИТЬ МЯСО.", "koi8-r"),
        ("Ол кеше қаладан келіп, үйіне жаңа кітаптар әкелді.", "kz1048"),
    ],
)
def test_short_texts_in_older_charsets(text: str, codec: str) -> None:
    found = decode(text.encode(codec))
    assert (found.text, found.certain, found.repairs) == (text, True, ())
    assert text.encode(found.encoding) == text.encode(codec)  # ISO-8859-9 has the name of its superset


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("La situazione economica del paese è molto complessa e richiede delle riforme.", "cp1252"),
        ("El partido de Fútbol comienza esta tarde en la capital de la provincia.", "mac_roman"),
        ("Das Gute und das Böse sind oft nicht zu unterscheiden.", "cp437"),
        ("Keiner von uns hatte eine Vorstellung davon, was sie jeden Tag ertragen mußte.", "cp437"),
        ("Wir haben nur noch zwei Tage; das mußte er wissen, und kurz vor dem Ende wußte er es.", "cp850"),
        ("La distribuzione nasce dai bisogni degli utilizzatori e di chi la sviluppa. È una sola.", "cp1252"),
        ("Verordnung, Arbeit § 1 Absatz, Dienst § 2 Absatz, gilt nicht im Dienst der Bundeswehr.", "cp1252"),
        ("Verordnung zum Gesetz (BEG§172DV 58), Datum der Ausfertigung", "cp1252"),
        ("He doesn’t know what they’re doing — and it isn’t easy.", "gb18030"),
        ("As he said, “nobody knows” … and nobody asked.", "big5"),
        ("Die Frist nach § 4 beginnt mit dem Tag der Zustellung an den Betroffenen.", "cp1252"),
        ("Посмотрите на GitHub: README, LICENSE, src, docs, tests, build, main.", "koi8-r"),
    ],
)
def test_one_or_two_characters_are_read_as_the_rest_of_the_text_has_it(text: str, codec: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_very_short_bodies_are_never_certain() -> None:
    for text, codec in (
        ("정부는", "cp949"),
        ("été", "cp1252"),
        ("мир", "cp1251"),
        ("これは", "cp932"),
        ("中国人", "gb18030"),
    ):
        assert not decode(text.encode(codec)).certain


def test_clear_readings_are_certain_and_close_ones_are_not() -> None:
    assert decode((RUSSIAN * 4).encode("cp1251")).certain
    assert decode((FRENCH * 4).encode("mac_roman")) == Decoded(FRENCH * 4, "mac-roman", certain=True)
    assert not decode("bug №1".encode("cp1251")).certain  # one symbol says nothing


def test_the_same_bytes_give_the_same_answer_whatever_was_read_before() -> None:
    bodies = [(FRENCH * 2).encode("cp850", "ignore"), RUSSIAN.encode("koi8-r"), JAPANESE.encode("euc_jp"), b"\xe9\xe8"]
    first = [decode(body) for body in bodies]
    assert [decode(body) for body in reversed(bodies)] == first[::-1]


# --- what is declared ---------------------------------------------------------------------------------------------


def test_what_is_declared_decides_where_the_letters_do_not() -> None:
    body = "Škoda žije".encode("iso8859-2")
    assert decode(body, "ISO-8859-2") == Decoded("Škoda žije", "iso8859-2", certain=True)
    assert decode((RUSSIAN * 4).encode("cp1251"), "windows-1251").certain
    assert decode("ไทย".encode("utf-16-le") * 20, "utf-16-le").text == "ไทย" * 20
    assert decode("½ l".encode("cp1252"), "iso8859-15").text == "œ l"


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "koi8-r", "gbk", "shift_jis"])
def test_a_declared_encoding_that_makes_nonsense_does_not_win_and_it_is_said(declared: str) -> None:
    found = decode((RUSSIAN * 4).encode("cp1251"), declared)
    assert found.text == RUSSIAN * 4
    assert found.repairs in {(NOT_AS_DECLARED,), ()}
    if declared in {"iso-8859-1", "windows-1252", "koi8-r"}:  # the others do not even fit
        assert found.repairs == (NOT_AS_DECLARED,)


def test_a_declared_encoding_that_is_not_tried_is_read_by_its_name() -> None:
    text = "Забони тоҷикӣ ҳамчун забони давлатӣ эътироф шудааст ва дар тамоми ҷумҳурӣ истифода мешавад."
    assert decode(text.encode("koi8-t"), "koi8-t").text == text


# --- lines in UTF-8 beside lines in another charset ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "codec"), [(FRENCH, "cp1252"), (RUSSIAN, "koi8-r"), (FRENCH, "mac_roman"), (RUSSIAN, "cp1251")]
)
def test_each_line_is_read_by_its_own_charset(text: str, codec: str) -> None:
    body = b"\n".join([text.encode(), text.encode(codec), b"plain", text.encode(), text.encode(codec), b""])
    assert decode(body) == Decoded(f"{text}\n{text}\nplain\n{text}\n{text}\n", "utf-8", certain=True, repairs=(MIXED,))


def test_lines_of_two_bytes_a_character_are_not_told_apart() -> None:
    body = (CHINESE * 3).encode() + (CHINESE * 3).encode("gb18030")
    assert MIXED not in decode(body).repairs


def test_one_line_that_may_be_debris_is_marked() -> None:
    found = decode(FRENCH.encode() + b"\nr\xe9daction de l'article\n" + FRENCH.encode())
    assert found.text == f"{FRENCH}\nrédaction de l'article\n{FRENCH}"
    assert (found.certain, found.repairs) == (False, (MIXED,))


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "mac_roman"])
def test_legacy_text_is_not_taken_for_mixed(codec: str) -> None:
    assert decode("\n".join([FRENCH] * 5).encode(codec, "ignore")).repairs == ()


def test_damaged_utf8_is_not_taken_for_mixed() -> None:
    text = "\n".join([FRENCH] * 4)
    body = text.encode().replace("été".encode(), b"\xc3t\xc3\xa9", 1)
    assert decode(body).text == text.replace("été", "\ufffdté", 1)
    assert decode(body).repairs == (BYTES_REPLACED,)


def test_a_line_in_both_is_no_line_of_either() -> None:
    both = "été ".encode() + (FRENCH * 4).encode("cp1252")
    assert MIXED not in decode(b"\n".join([FRENCH.encode(), both, FRENCH.encode()])).repairs


@pytest.mark.parametrize("line", ["中文中文中文中文", "日本日本日本日本"])
def test_lines_without_a_character_of_utf8_may_have_two_bytes_a_character(line: str) -> None:
    body = b"\n".join([(CHINESE * 3).encode(), line.encode("gb18030")])
    assert MIXED not in decode(body).repairs


def test_halves_of_utf8_are_no_line_of_another_charset() -> None:
    halves = b"Pas d\x80\x99impression ni d\x80\x99aide, pas d\x80\x99erreur."
    assert MIXED not in decode(b"\n".join([FRENCH.encode(), halves, FRENCH.encode()])).repairs


# --- bytes that are no text ---------------------------------------------------------------------------------------


def test_noise_is_refused_though_it_fits_many_charsets() -> None:
    noise = bytes(160 + hashlib.sha256(b"%d" % at).digest()[0] % 96 for at in range(400))
    with pytest.raises(UndecodableError, match="no encoding fits"):
        decode(noise)
    assert not decode(noise, "latin-1").certain


def test_text_on_mainframes() -> None:
    text = "The committee decided yesterday that the old records would be moved to another building."
    assert decode(text.encode("cp500")).text == text
