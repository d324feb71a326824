"""``--personalize-record``: keeps what the real runtime answers to tests that pass through, by parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_personalize.service.kernel.declared import ARNS
from pytest_personalize.shapes.models import error_codes
from pytest_personalize.testing.declarations import MEMBERS, SERVICE
from pytest_personalize.testing.report import written

SENT: Final = "personalize_recorded"
"""What workers of pytest-xdist send under."""

MOST_OF_HTTP: Final = 300
"""From this status on an answer is an error."""

Recording = dict[str, dict[str, dict[str, Any]]]
"""ARN -> parameters as text -> the request and its answer, as ``backend.answers.load`` reads them."""


class Recorder:
    """A plugin of pytest that writes a file for ``backend.answers.load``; it is told of every call that went out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: Recording = {}

    def __call__(self, operation: Any, request: Any, answer: Any) -> Any:
        """The answer, kept; one that is awaited is kept when it comes."""
        if operation.service_model.service_name != SERVICE:
            return answer
        if hasattr(answer, "__await__"):
            return self._awaited(operation.name, request["body"], answer)
        self._keep(operation.name, request["body"], *answer)
        return answer

    async def _awaited(self, operation: str, body: Any, answer: Any) -> Any:
        come = await answer
        self._keep(operation, body, *come)
        return come

    def _keep(self, operation: str, body: Any, http: Any, parsed: Any) -> None:
        """One request; what was refused for the moment is none. Of equal ones the last stands."""
        parameters = json.loads(body or "{}")
        arn = next((parameters.pop(name) for name in ARNS if name in parameters), None)
        if arn is None or operation not in MEMBERS:
            return
        kept: dict[str, Any] = {"parameters": parameters}
        if http.status_code < MOST_OF_HTTP:
            kept["items"] = parsed.get(MEMBERS[operation][0], [])
        elif (code := parsed["Error"]["Code"]) in error_codes(SERVICE, operation):
            kept |= {"raises": code, "message": parsed["Error"]["Message"]}
        else:
            return
        self._found.setdefault(arn, {})[json.dumps(parameters, sort_keys=True)] = kept

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker of pytest-xdist hands over what it has."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[SENT] = self._found

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        for arn, kept in getattr(node, "workeroutput", {}).get(SENT, {}).items():
            self._found.setdefault(arn, {}).update(kept)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Write the file, unless no answer came, and say so."""
        count, place = sum(map(len, self._found.values())), ""
        if count:
            found = {arn: {"requests": [kept[each] for each in sorted(kept)]} for arn, kept in self._found.items()}
            place = " in " + written(self._path, json.dumps(found, indent=2, sort_keys=True) + "\n")
        terminalreporter.line(f"personalize: {count} answers of the runtime recorded{place}")
