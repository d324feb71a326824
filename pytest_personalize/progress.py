"""How far jobs are, for people: a bar on a terminal, lines in the log elsewhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from pytest_personalize.service.kernel.resource import Resource

LOG: Final = logging.getLogger("pytest_personalize")
_WIDTH: Final = 30
_ERASED: Final = "\r\033[K"


class ProgressBar:
    """To be set as ``backend.on_progress``.

    On a terminal it draws a bar and takes it away at the end of the job; elsewhere every tenth of a job that counts
    more than one thing is a line of the logger ``pytest_personalize``, at INFO.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._logged: tuple[str, int] | None = None

    def __call__(self, job: Resource, done: int, total: int) -> None:
        """Show it."""
        if self._stream.isatty():
            filled = _WIDTH * done // max(total, 1)
            bar = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of {total:,}"
            self._stream.write(f"{_ERASED}{job.kind} {bar}" if done < total else _ERASED)
            self._stream.flush()
        elif total > 1 and (tenth := (job.arn, 10 * done // total)) != self._logged:
            self._logged = tenth
            LOG.info("%s: %s of %s", job.arn, f"{done:,}", f"{total:,}")
