"""Names, links and things that are no files (group F of the catalogue of faults)."""

import os
import socket
from pathlib import Path

from tests.bad.kit import Case, Content, said, symlink

ODD_NAMES = (
    "-rf.txt",
    "line\nbreak.txt",
    "quo'te\".txt",
    "$(touch pwned).txt",
    "`id`.txt",
    "glob*?[a].txt",
    "x" * 240 + ".txt",
    "\u202egnp.txt",
    "sp ace .txt",
    "%s%n.txt",
    "{a,b}.txt",
    "a;rm -rf b.txt",
    "con.txt",
    "a\\b.txt",
)


UNFINISHED = ("a.txt.tmp", "a.jsonl.part", "b.partial", "c.txt~", "d.crdownload", ".hidden.txt")


def cases() -> list[Case]:
    """All of them."""
    return [*names(), *specials(), *sizes()]


def names() -> list[Case]:
    odd = {name: said("names", at) for at, name in enumerate(ODD_NAMES)}
    odd_files = {name: text[0].encode() for name, text in odd.items()}
    hive = {f"text=EVIL/lang={n}/part.jsonl": said("hive", n) for n in "ab"}
    same = {f"{n}/same.txt": said("same-names", n) for n in "abc"}
    deep = "/".join(["d" * 200] * 9) + "/deep.txt"
    return [
        Case(
            "fs-names",
            "F1 F2",
            "names are values: no option, no pattern, no code",
            odd_files,
            odd,
        ),
        Case(
            "fs-hive-looking",
            "F3",
            "a folder that looks like a partition makes no column",
            {name: b'{"text": "%s"}\n' % text[0].encode() for name, text in hive.items()},
            hive,
        ),
        Case(
            "fs-same-basename",
            "F4",
            "one name in three folders is three files",
            {name: text[0].encode() for name, text in same.items()},
            same,
        ),
        Case(
            "fs-deep-path",
            "F13",
            "a path of two thousand bytes",
            {deep: said("deep", 1)[0].encode()},
            {deep: said("deep", 1)},
        ),
        Case(
            "fs-unfinished",
            "F8 R6",
            "names of files that are still being written",
            dict.fromkeys(UNFINISHED, b"never unfinished"),
            passed=UNFINISHED,
        ),
    ]


def not_utf8(path: Path) -> None:
    (path.parent / os.fsdecode(b"caf\xe9.txt")).write_text("never, its name is no text")


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def hard_link(path: Path) -> None:
    (path.parent / "linked-from.txt").write_text(said("hard-link", 1)[0])
    path.hardlink_to(path.parent / "linked-from.txt")


def specials() -> list[Case]:
    links: dict[str, Content] = {
        "loop.txt": symlink("loop.txt"),
        "up": symlink(".."),
        "dangling.txt": symlink("nowhere"),
        "passwd.txt": symlink("/etc/passwd"),
        "zero.txt": symlink("/dev/zero"),
        "out": symlink("/etc"),
    }
    return [
        Case("fs-links", "F5", "links are not followed", links, passed=tuple(links)),
        Case(
            "fs-special",
            "F6",
            "pipes, sockets and folders with the name of a file are not opened",
            {
                "pipe.txt": os.mkfifo,
                "pipe.jsonl": os.mkfifo,
                "socket.txt": listening,
                "folder.txt/inside.txt": said("folder", 1)[0].encode(),
            },
            {"folder.txt/inside.txt": said("folder", 1)},
            passed=("pipe.txt", "pipe.jsonl", "socket.txt"),
        ),
        Case(
            "fs-not-utf8",
            "F1",
            "a name that is no UTF-8 is passed over and can be printed",
            {"x": not_utf8},
            passed=("caf\\udce9.txt",),
        ),
        Case(
            "fs-hard-link",
            "F10",
            "a second name of a file is known by content",
            {"the-link.txt": hard_link},
            {"linked-from.txt": said("hard-link", 1)},
        ),
    ]


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((300 << 20) + len(path.suffix))  # no two of one content


def aged(path: Path) -> None:
    path.write_text(said("times", path.name)[0])
    os.utime(path, {"old.txt": (0, 0), "new.txt": (4_102_444_800,) * 2, "before.txt": (-86_400,) * 2}[path.name])


def sizes() -> list[Case]:
    times = ("old.txt", "new.txt", "before.txt")
    return [
        Case(
            "fs-empty",
            "F9",
            "an empty text file is a document without a letter; an empty list has none",
            {"b.txt": b"", "c.txt": b" \n\n ", "d.jsonl": b"\n\n \n"},
            {"b.txt": ("",), "c.txt": (" \n\n ",)},
        ),
        Case(
            "fs-sparse",
            "F12",
            "a file that is large and holds nothing",
            {"a.txt": sparse, "b.jsonl": sparse},
            {},
            {"a.txt": ("too_large",), "b.jsonl": ("too_large",)},
        ),
        Case(
            "fs-times",
            "F11",
            "files of every age",
            dict.fromkeys(times, aged),
            {name: said("times", name) for name in times},
        ),
    ]
