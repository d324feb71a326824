"""Words of textual columns, and their inverse document frequency."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

from pytest_personalize.data.columns import Column, TextColumn

KEYWORDS = 8
"""How many words of a text are kept as its labels."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP_WORDS = frozenset(
    """
    about after all and any are been but can for from had has have her his how into its more not one our out she some
    that the their them then there these they this was were what when which who will with you your
    """.split()  # noqa: SIM905  # a list would take fifty lines
)


def words(text: str) -> list[str]:
    """The words of a text but for stop words, lower case, in their order."""
    return [word for word in _WORD.findall(text.casefold()) if word not in _STOP_WORDS]


def idf(documents: Sequence[Iterable[str]]) -> dict[str, float]:
    """The inverse document frequency of the words that at least two documents share."""
    shared = Counter(word for document in documents for word in set(document))
    most = len(documents) + 1
    return {word: log(most / documents) for word, documents in sorted(shared.items()) if documents > 1}


def keywords(column: Column) -> list[tuple[str, ...]]:
    """The rarest shared words of every row of a textual column, in alphabetical order."""
    assert isinstance(column, TextColumn)
    texts = [sorted(set(words(text))) for text in column.vocabulary]
    weight = idf(texts)
    best = [
        tuple(sorted(sorted((w for w in text if w in weight), key=lambda w: (-weight[w], w))[:KEYWORDS]))
        for text in texts
    ]
    return list(map(best.__getitem__, column.codes))
