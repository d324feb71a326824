"""The words of the presets: people read their ids in failing tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

PEOPLE: Final = (
    *("ada", "ben", "cleo", "dan", "eve", "finn", "gita", "hugo", "iris", "jon", "kira", "leo", "mona", "ned", "olga"),
    *("paul", "quinn", "rosa", "sam", "tess", "uma", "vera", "will", "xena", "yuri", "zoe", "amir", "bea", "carl"),
    *("dora", "emil", "fay", "gus", "hana", "ivan", "jada", "kurt", "lena", "max", "nina", "otto", "pia", "raul"),
    *("sita", "tom", "ute", "vic", "wren", "yael", "zack"),
)

GOODS: Final[Mapping[str, Sequence[str]]] = {
    "kitchen": ("mug", "kettle", "pan", "bowl", "jug", "ladle", "teapot", "tray"),
    "garden": ("spade", "rake", "bench", "hose", "lantern", "planter", "trowel", "swing"),
    "desk": ("lamp", "notebook", "pen", "ruler", "globe", "clock", "folder", "stapler"),
    "toys": ("kite", "drum", "puzzle", "robot", "puppet", "train", "marble", "castle"),
    "clothes": ("scarf", "hat", "coat", "glove", "belt", "boot", "shirt", "apron"),
}
"""Category to nouns."""

MAKES: Final = (
    *("blue", "oak", "brass", "red", "linen", "glass", "green", "iron", "paper", "silver", "woollen", "yellow"),
)

FILMS: Final[Mapping[str, Sequence[str]]] = {
    "Drama": ("lighthouse", "harbour", "letter", "orchard", "promise", "winter", "sister", "bridge"),
    "Comedy": ("wedding", "holiday", "butler", "parrot", "neighbour", "recipe", "hotel", "bicycle"),
    "Crime": ("alibi", "ransom", "witness", "vault", "detective", "ledger", "forger", "getaway"),
    "Space": ("comet", "android", "colony", "signal", "orbit", "portal", "engine", "moon"),
    "Adventure": ("desert", "jungle", "treasure", "voyage", "summit", "river", "caravan", "storm"),
}
"""Genre to nouns."""

TITLES: Final = (
    *("the", "the-last", "the-secret", "beyond-the", "the-silent", "return-to-the", "the-lost", "one-more"),
    *("farewell-to-the", "the-golden", "under-the", "the-other"),
)

OFFERS: Final = (
    *("join-the-club", "download-the-app", "read-the-newsletter", "invite-a-friend", "write-a-review", "go-paperless"),
    *("save-a-card", "try-premium", "complete-your-profile", "follow-a-brand"),
)
