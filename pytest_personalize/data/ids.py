"""Text ids as small integers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator


class _Indexes(dict[str, int]):
    """Text to index; an unknown text gets the next index at the moment it is looked up."""

    __slots__ = ("names",)

    def __init__(self, names: list[str], indexes: dict[str, int]) -> None:
        super().__init__(indexes)
        self.names = names

    def __missing__(self, text: str) -> int:
        index = len(self.names)
        self.names.append(text)
        self[text] = index
        return index


class IdTable:
    """Distinct texts and their indexes, in first-seen order; it only ever grows.

    Copies share their content until one of them grows, so that a copy costs next to nothing.
    """

    __slots__ = ("_indexes", "_shared")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._indexes = _Indexes([], {})
        self._shared = False
        for text in texts:
            self.intern(text)

    def intern(self, text: str) -> int:
        """The index of a text, which is added when it is new."""
        index = self._indexes.get(text)
        if index is None:
            self._own()
            index = self._indexes[text]
        return index

    def intern_into(self, codes: array[int], texts: Iterable[str]) -> None:
        """Append the indexes of many texts to ``codes``, adding the texts that are new."""
        self._own()
        codes.fromlist(list(map(self._indexes.__getitem__, texts)))  # grows once, as ``extend`` does not

    def get(self, text: str) -> int | None:
        """The index of a text, or None when it was never added."""
        return self._indexes.get(text)

    def since(self, length: int) -> list[str]:
        """The texts that were added after the table had ``length`` of them."""
        return self._indexes.names[length:]

    def fork(self) -> IdTable:
        """An independent copy."""
        copy = IdTable.__new__(IdTable)
        copy._indexes = self._indexes
        copy._shared = self._shared = True
        return copy

    def _own(self) -> None:
        if self._shared:
            self._indexes = _Indexes(self._indexes.names[:], self._indexes)
            self._shared = False

    def __getitem__(self, index: int) -> str:
        return self._indexes.names[index]

    def __len__(self) -> int:
        return len(self._indexes.names)

    def __contains__(self, text: object) -> bool:
        return text in self._indexes

    def __iter__(self) -> Iterator[str]:
        return iter(self._indexes.names)
