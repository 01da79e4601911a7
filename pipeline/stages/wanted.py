"""Which kinds go from the documents of which source (setting `tails.kinds_by_source`), and which site a source is."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.stages.tables import numbers
from pipeline.text.domains import registered_domain

KindsBySource = tuple[tuple[str, tuple[str, ...]], ...]  # (source, or `*.` and a domain; kinds)


def kinds_of(
    documents: pa.Table, doc: NDArray[np.int64], kinds: tuple[str, ...], by_source: KindsBySource
) -> list[frozenset[str]]:
    """The kinds that go from each of these documents (numbers, in order); `kinds` where nothing else is said."""
    rest = frozenset(kinds)
    if not by_source:
        return [rest] * len(doc)
    chosen = {name: frozenset(each) for name, each in by_source}
    known: dict[tuple[str | None, str | None], frozenset[str]] = {}
    at = pa.array(np.searchsorted(numbers(documents, "doc"), doc))
    out = []
    for source, url in zip(*(documents[name].take(at).to_pylist() for name in ("source", "url")), strict=True):
        host = host_of(url)
        if (source, host) not in known:
            known[source, host] = _chosen(chosen, source or "", host, rest)
        out.append(known[source, host])
    return out


def sites_of(documents: pa.Table) -> list[str]:
    """What stands for the source of each document where templates are counted: the given source, else the registered
    domain of its URL, else its folder.
    """
    return [
        registered_domain(source) if source == host_of(url).removeprefix("www.") else source or ""
        for source, url in zip(documents["source"].to_pylist(), documents["url"].to_pylist(), strict=True)
    ]


def host_of(url: str | None) -> str:
    """The host of a URL in small letters, "" without one."""
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:  # a bracket without its fellow
        return ""


def _chosen(chosen: Mapping[str, frozenset[str]], source: str, host: str, rest: frozenset[str]) -> frozenset[str]:
    """What is said of the source itself, else of its domain or the domain of the URL: the longest that fits."""
    if source in chosen:
        return chosen[source]
    for name in (source.lower(), host):
        labels = name.split(".")
        for at in range(len(labels)):
            domain = "*." + ".".join(labels[at:])
            if domain in chosen:
                return chosen[domain]
    return rest
