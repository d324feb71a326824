"""Which items stand near which in the histories of users."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from attrs import frozen

from pytest_personalize.recommenders.training import Histories


@frozen(eq=False)
class Neighbours:
    """For every item a short list of other items, strongest first, and how strong the association is (its mass).

    The list of item ``n`` is ``items[offsets[n]:offsets[n + 1]]``, and ``masses`` runs alongside.
    """

    offsets: array[int]
    items: array[int]
    masses: array[float]

    def of(self, item: int) -> Iterator[tuple[int, float]]:
        """The neighbours of an item and their masses, strongest first; none for an item that is not known."""
        if item + 1 >= len(self.offsets):
            return iter(())
        start, stop = self.offsets[item], self.offsets[item + 1]
        return zip(self.items[start:stop], self.masses[start:stop], strict=True)


def cooccurrences(histories: Histories, item_count: int, window: int) -> Iterator[tuple[int, Counter[int]]]:
    """For every item, how often each other item stands within ``window`` places of it in a history.

    The work is linear in the interactions: every place is read once for each of its 2 * ``window`` neighbours, by
    ``Counter`` over slices, which counts in C. There is one ``Counter``, whose counts are gone with the next item.
    """
    # Of every index one object: what is counted is then mostly found by identity, and lies in the cache.
    index = list(range(item_count + 1)).__getitem__
    gap = [index(item_count)] * window
    line = gap[:]
    for history in histories:
        line += map(index, history)
        line += gap
    places: list[list[int]] = [[] for _ in range(item_count + 1)]
    for place, item in enumerate(line):
        places[item].append(place)
    places.pop()
    reach = window + 1
    counts = Counter[int]()
    for item, own in enumerate(places):
        counts.clear()
        if own:
            near: list[int] = []
            for place in own:
                near += line[place - window : place + reach]
            counts.update(near)
            counts.pop(item)  # it stands near itself, and near the gaps at the ends of histories
            counts.pop(item_count, None)
            own.clear()
        yield item, counts


def strongest(counts: Mapping[int, int], discount: Sequence[float], keep: int) -> list[tuple[float, int]]:
    """The ``keep`` items of the largest count times discount, strongest first, equal ones by item index.

    Each comes after its mass, which is negative so that pairs sort in this order. Only pairs that occurred more than
    once are weighed. Most occur once, by chance; where there are few others the ones that were met first are taken in,
    up to a third of the places.
    """
    found = [(-count * discount[item], item) for item, count in counts.items() if count > 1]
    least = keep // 3
    if len(found) < least:
        found += [(-discount[item], item) for item, count in islice(counts.items(), least) if count == 1]
    found.sort()
    return found[:keep]


def neighbours(
    histories: Histories,
    *,
    item_count: int,
    window: int,
    keep: int,
    discount: Sequence[float],
    scale: Sequence[float],
    minimum: int = 1,
) -> Neighbours:
    """Find the neighbours of every item.

    Args:
        histories: Where items stand side by side.
        item_count: One more than the largest item index.
        window: How many places apart two items may stand.
        keep: How many neighbours an item has at most.
        discount: By item: what one co-occurrence with it counts.
        scale: By item: what all associations of the item are multiplied by.
        minimum: Pairs that occur fewer times are left out.
    """
    offsets, items, masses = array("I", (0,)), array("I"), array("f")
    for item, counts in cooccurrences(histories, item_count, window):
        if counts:  # which many items have not
            frequent: Mapping[int, int] = counts
            if minimum > 1:
                frequent = {other: count for other, count in counts.items() if count >= minimum}
            found = strongest(frequent, discount, keep)
            factor = -scale[item]
            items.fromlist([other for _, other in found])
            masses.fromlist([mass * factor for mass, _ in found])
        offsets.append(len(items))
    return Neighbours(offsets, items, masses)
