"""What in these pages is made of the code: each ``<!-- made: name -->`` in a page gives way to it when Sphinx reads it.

So a page cannot say what the code does not. The names are those of ``MADE``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from made import drawing, fidelity, recommenders, reference

PLACE: Final = re.compile(r"^<!-- made: (\S+) -->$", re.MULTILINE)

MADE: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "commands": reference.commands_list,
    "divergences": fidelity.divergences_list,
    "fixtures": reference.fixtures_list,
    "flags": reference.flags_table,
    "ini": reference.ini_table,
    "operations": fidelity.operations_table,
    "quotas": reference.quotas_table,
    "recommenders": recommenders.recommenders,
    "steps": reference.steps_table,
    "summary": fidelity.summary,
    "unknowns": fidelity.unknowns_table,
    "way": drawing.drawing,
}


def filled(page: str) -> str:
    """A page with everything in it that is made; KeyError for a name that nothing is made under."""
    return PLACE.sub(lambda place: "\n".join(MADE[place[1]]()), page)
