"""Records that are not what they should be (group I of the catalogue of faults)."""

from tests.bad.kit import Case, line, lines, said


def json_lines() -> list[Case]:
    return [*shapes(), *numbers(), *sizes()]


def shapes() -> list[Case]:
    bad, cut, shape = said("json-bad", 1, 2, 3, 4), said("json-cut", 1), said("json-shape", 1, 2)
    garbage = (b"{'text': 'single quotes'}\n", b"\x00\xff\xfe binary \x80\n", b'{"text": "one"} {"text": "two"}\n{}{\n')
    others = (
        b'[1, 2]\n"text"\n17\nnull\n{}\n{"text": null}\n{"text": 7}\n{"text": ["a"]}\n{"text": {}}\n{"text": true}\n'
    )
    return [
        Case(
            "json-bad-lines",
            "I1",
            "one bad line costs one line",
            {"a.jsonl": b"".join(line(text) + more for text, more in zip(bad, (*garbage, b""), strict=True))},
            {"a.jsonl": bad},
            {"a.jsonl": ("bad_json",) * 4},
        ),
        Case(
            "json-cut-last-line",
            "I2",
            "a last line without its end is not read as if it were whole",
            {"a.jsonl": line(cut[0]) + b'{"text": "this one is cut in the mid'},
            {"a.jsonl": cut},
            {"a.jsonl": ("bad_json",)},
        ),
        Case(
            "json-wrong-shape",
            "I9",
            "JSON that is no record with a text",
            {"a.jsonl": line(shape[0]) + others + line(shape[1])},
            {"a.jsonl": shape},
            {"a.jsonl": ("not_a_record",) * 4 + ("no_text",) * 2 + ("text_not_string",) * 4},
        ),
    ]


def numbers() -> list[Case]:
    odd = said("json-odd", *range(7))
    values = (b"NaN", b"-Infinity", b"1e999999", b"9" * 4000, b"0.1e-999", b"18446744073709551616")
    records = (b'{"text": "%s", "n": %s}\n' % (text.encode(), value) for text, value in zip(odd, values, strict=False))
    return [
        Case(
            "json-numbers",
            "I9",
            "numbers that are none, or too long, cost at most their own line",
            {"a.jsonl": b"".join(records)},
            {"a.jsonl": odd[:6]},
        ),
        Case(
            "json-long-integer",
            "I9",
            "an integer of 5000 digits, which Python refuses to read",
            {"a.jsonl": b'{"text": "never", "n": ' + b"9" * 5000 + b"}\n" + line(odd[6])},
            {"a.jsonl": odd[6:]},
            {"a.jsonl": ("bad_json",)},
        ),
    ]


def sizes() -> list[Case]:
    keys, deep = said("json-keys", "first", "last", "wide"), said("json-deep", 1)
    nested = (b'{"text": "never", "more": ' + b"[" * depth + b"]" * depth + b"}\n" for depth in (1000, 100_000))
    twice = b'{"text": "%s", "text": "%s"}\n' % (keys[0].encode(), keys[1].encode())
    long = "A long line. " * 200_000
    return [
        Case(
            "json-deep-nesting",
            "I10",
            "nesting that would end the stack costs its record",
            {"a.jsonl": b"".join(nested) + line(deep[0])},
            {"a.jsonl": deep},
            {"a.jsonl": ("not_a_record", "bad_json")},
        ),
        Case(
            "json-keys",
            "I11",
            "of two equal keys the last one counts; keys may be many and long",
            {"a.jsonl": twice + line(keys[2], **{f"key{n}": n for n in range(5000)}, **{"k" * 1_000_000: 1})},
            {"a.jsonl": keys[1:]},
        ),
        Case(
            "json-long-line",
            "I12",
            "a line of megabytes",
            {"a.jsonl": line(long.strip()) + line(said("json-long", 1)[0])},
            {"a.jsonl": (long.strip(), *said("json-long", 1))},
        ),
        Case(
            "json-empty-texts",
            "I17",
            "documents without any letter are documents",
            {"a.jsonl": lines("", "   ", "\n\n\n", "\t")},
            {"a.jsonl": ("", "   ", "\n\n\n", "\t")},
        ),
    ]


def ids() -> list[Case]:
    texts = said("json-ids", *range(9))
    values = [None, "", 17, {"a": 1}, "x" * 100_000, "../../../etc/passwd", "a\u0000b\u001b[31m", "/abs", "same"]
    equal = said("same-ids", 1, 2, 3)
    return [
        Case(
            "json-ids",
            "I18 S3",
            "an id is a label: never a path, whatever it holds",
            {"a.jsonl": b"".join(line(text, id=value) for text, value in zip(texts, values, strict=True))},
            {"a.jsonl": texts},
        ),
        Case(
            "json-same-ids",
            "I18",
            "records with one id all stay",
            {"a.jsonl": b"".join(line(text, id="json-same-ids") for text in equal)},
            {"a.jsonl": equal},
        ),
    ]


def cases() -> list[Case]:
    """All of them."""
    return [*json_lines(), *ids()]
