"""Records that are not what they should be (group I of the catalogue of faults)."""

from tests.bad.kit import Case, line, lines, said


def json_lines() -> list[Case]:
    bad, cut, shape = said("json-bad", 1, 2, 3, 4), said("json-cut", 1), said("json-shape", 1, 2)
    odd = said("json-odd", *range(8))
    nested = b'{"text": "never", "more": ' + b"[" * 1000 + b"]" * 1000 + b"}\n"
    keys = said("json-keys", "first", "last", "wide")
    long = "A long line. " * 200_000
    return [
        Case(
            "json-bad-lines",
            "I1",
            "one bad line costs one line",
            {
                "a.jsonl": line(bad[0])
                + b"{'text': 'single quotes'}\n"
                + line(bad[1])
                + b"\x00\xff\xfe binary \x80\n"
                + line(bad[2])
                + line("one of two")[:-1]
                + line("on a line")
                + b"{}{\n"
                + line(bad[3])
            },
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
            {
                "a.jsonl": line(shape[0])
                + b'[1, 2]\n"text"\n17\nnull\n{}\n{"text": null}\n{"text": 7}\n{"text": ["a"]}\n'
                b'{"text": {"a": 1}}\n{"text": true}\n' + line(shape[1])
            },
            {"a.jsonl": shape},
            {"a.jsonl": ("not_a_record",) * 4 + ("no_text",) * 2 + ("text_not_string",) * 4},
        ),
        Case(
            "json-numbers",
            "I9",
            "numbers that are none, or too long, cost at most their own line",
            {
                "a.jsonl": b"".join(
                    b'{"text": "%s", "n": %s}\n' % (text.encode(), value)
                    for text, value in zip(
                        odd[:6],
                        (b"NaN", b"-Infinity", b"1e999999", b"9" * 4000, b"0.1e-999", b"18446744073709551616"),
                        strict=True,
                    )
                )
            },
            {"a.jsonl": odd[:6]},
        ),
        Case(
            "json-long-integer",
            "I9",
            "an integer of 5000 digits, which Python refuses to read",
            {"a.jsonl": b'{"text": "never", "n": ' + b"9" * 5000 + b"}\n" + line(odd[6])},
            {"a.jsonl": odd[6:7]},
            {"a.jsonl": ("bad_json",)},
        ),
        Case(
            "json-deep-nesting",
            "I10",
            "nesting that would end the stack costs its record",
            {
                "a.jsonl": nested
                + b'{"text": "never", "more": '
                + b"[" * 100_000
                + b"]" * 100_000
                + b"}\n"
                + line(odd[7])
            },
            {"a.jsonl": odd[7:]},
            {"a.jsonl": ("not_a_record", "bad_json")},
        ),
        Case(
            "json-keys",
            "I11",
            "of two equal keys the last one counts; keys may be many and long",
            {
                "a.jsonl": b'{"text": "%s", "text": "%s"}\n' % (keys[0].encode(), keys[1].encode())
                + line(keys[2], **{f"key{n}": n for n in range(5000)}, **{"k" * 1_000_000: 1})
            },
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
