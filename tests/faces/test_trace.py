"""``--personalize-trace``: a page per test that shows what happened, whatever was in it, without network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.testing.graph import drawing
from pytest_personalize.testing.pages import POLICY, STYLE

Run = Callable[..., pytest.RunResult]

HOSTILE = "</title></style></pre><script>document.title='owned'</script><img src=x onerror=document.title='owned'>\"'&"
JOURNEY = f"""
    import datetime

    def test_it(personalize_backend, personalize_runtime):
        personalize_backend.clock.freeze(datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC))
        seeded = personalize_backend.seed("movies")
        personalize_backend.clock.advance(hours=3)
        create("films")
        personalize_backend.faults.fail_job("CreateDatasetGroup", "no space left")
        create("books")
        with pytest.raises(CLIENT.exceptions.ClientError):
            create({HOSTILE!r})
        with pytest.raises(CLIENT.exceptions.ClientError):
            personalize_runtime.get_recommendations(campaignArn={HOSTILE!r}, userId={HOSTILE!r})
"""


class Page(HTMLParser):
    """The elements of a page with their text, by name; ``class`` is asked for as in ``li.refused``."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes), []))
        if tag not in ("meta", "input"):
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened[0] == tag, f"{opened[0]} is closed as {tag}"

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def all(self, selector: str) -> list[str]:
        name, _, kind = selector.partition(".")
        return [
            "".join(texts)
            for tag, own, texts in self.elements
            if tag == name and (not kind or kind in (own.get("class") or "").split())
        ]

    @property
    def attributes(self) -> set[str]:
        return {name for _, own, _ in self.elements for name in own}


@pytest.fixture
def trace(run: Run, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Runs a module with traces; returns the pages by the names of their files."""

    def trace(module: str, *flags: str, **options: Any) -> dict[str, str]:
        folder = tmp_path / "traces"
        run(module, f"--personalize-trace={folder}", *flags, **options)
        return {file.name: file.read_text("utf-8") for file in sorted(folder.iterdir()) if file.name != "index.html"}

    return trace


@pytest.fixture
def journey(trace: Callable[..., dict[str, str]]) -> str:
    (page,) = trace(JOURNEY).values()
    return page


class TestFiles:
    def test_each_test_that_used_personalize_has_a_page(self, trace: Callable[..., dict[str, str]]) -> None:
        pages = trace("""
            @pytest.mark.parametrize("name", ["films", "books"])
            def test_it(personalize_backend, name):
                create(name)

            @mock_personalize
            def test_decorated():
                create("films")

            def test_nothing(): ...
        """)
        assert [re.sub("-[0-9a-f]{8}.html$", "", name).rpartition("nalize_has_a_page.")[2] for name in pages] == [
            "test_decorated",
            "test_it.books",
            "test_it.films",
        ]

    def test_hostile_names_of_tests_are_neither_paths_nor_markup(self, trace: Callable[..., dict[str, str]]) -> None:
        pages = trace(f"""
            @pytest.mark.parametrize("number", [1], ids=["{"x" * 300}../../../etc/<b>"])
            def test_it(personalize_backend, number): ...

            @pytest.mark.parametrize("number", [1], ids=["{"x" * 300}../../../etc/<i>"])
            def test_it_too(personalize_backend, number): ...
        """)
        assert len(pages) == 2
        assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,110}", name) for name in pages)
        assert all("../../../etc/<" in Page(text).all("h1")[0] for text in pages.values())

    def test_a_folder_that_cannot_be_made_is_an_error_before_the_tests(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        result = run("def test_it(): ...", f"--personalize-trace={tmp_path}/file/traces")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"ERROR: --personalize-trace: {tmp_path}/file/traces: Not a directory"])

    def test_a_page_that_cannot_be_written_is_a_warning(self, run: Run, tmp_path: Path) -> None:
        result = run(
            f"""
            def test_it(personalize_backend):
                import shutil
                shutil.rmtree({str(tmp_path / "traces")!r})
            """,
            f"--personalize-trace={tmp_path}/traces",
            "-Wdefault::pytest.PytestWarning",
        )
        result.assert_outcomes(passed=1, warnings=1)
        result.stdout.fnmatch_lines(["*--personalize-trace: *: No such file or directory"])

    def test_the_header_tells_where_they_are(self, run: Run, tmp_path: Path) -> None:
        result = run("def test_it(): ...", f"--personalize-trace={tmp_path}")
        result.stdout.fnmatch_lines([f"personalize: traces in {tmp_path}"])


class TestContent:
    def test_the_test_and_its_outcome(self, trace: Callable[..., dict[str, str]]) -> None:
        pages = trace("""
            def test_passes(personalize_backend): ...

            def test_fails(personalize_backend): raise LookupError

            def test_skips(personalize_backend): pytest.skip()

            def test_fails_late(failing): ...

            @pytest.fixture
            def failing(personalize_backend):
                yield
                raise LookupError
        """)
        outcomes = {Page(text).all("h1")[0].rpartition("::")[2]: text for text in pages.values()}
        assert Page(outcomes["test_passes"]).all("b.good") == ["passed"]
        assert Page(outcomes["test_fails"]).all("b.bad") == ["failed"]
        assert Page(outcomes["test_fails_late"]).all("b.bad") == ["failed"]
        assert Page(outcomes["test_skips"]).all("b.still") == ["skipped"]

    def test_the_calls_in_time(self, journey: str) -> None:
        page = Page(journey)
        summaries = [summary[: len("2026-01-01 15:00:00.000 personalize.C")] for summary in page.all("summary")[:4]]
        assert summaries == [
            "2026-01-01 15:00:00.000 personalize.C",
            "2026-01-01 15:00:00.000 personalize.C",
            "2026-01-01 15:00:00.000 personalize.C",
            "2026-01-01 15:00:00.000 personalize-r",
        ]
        assert [len(page.all("li.answered")), len(page.all("li.refused"))] == [2, 2]

    def test_how_long_the_clock_stood_still_between_calls(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            def test_it(personalize_backend):
                create("films")
                personalize_backend.clock.advance(days=2, hours=3)
                create("books")
        """).values()
        (jump,) = Page(text).all("p.jump")
        assert re.fullmatch(r"2 days, 3:00:0[0-9] later", jump)

    def test_parameters_answers_and_errors(self, journey: str) -> None:
        page = Page(journey)
        assert json.loads(page.all("pre")[0]) == {"name": "films"}
        arn = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films"
        assert json.loads(page.all("pre")[1]) == {"datasetGroupArn": arn}
        assert page.all("span.bad")[0].startswith("ValidationException: 1 validation error detected: Value")
        assert json.loads(page.all("pre")[5])["code"] == "ValidationException"

    def test_the_resources_with_their_status_and_reasons(self, journey: str) -> None:
        page = Page(journey)
        rows = [re.sub(r"\s+", " ", row) for row in page.all("tr")]
        assert any(row.startswith("ACTIVEdataset-grouparn:") and "dataset-group/films" in row for row in rows)
        assert any(row.startswith("CREATE FAILEDdataset-grouparn:") and "no space left" in row for row in rows)

    def test_a_drawing_of_what_was_made_from_what(self, journey: str) -> None:
        page = Page(journey)
        (everything,) = (int(text.split()[2].rstrip(",")) for text in page.all("summary") if text.startswith("All"))
        assert len(page.all("rect")) == everything + 2  # those of the test are drawn twice
        assert len(page.all("tr")) == everything + 2 + 2
        makers = {"dataset": 2, "schema": 0, "dataset-group": 0}  # of a dataset: its group and its schema
        kinds = [line.partition(": ")[0] for line in page.all("text") if ": " in line]
        assert len(page.all("path")) == sum(makers.get(kind, 1) for kind in kinds)
        assert {"campaign", "solution-version", "dataset-import-job", "filter", "event-tracker"} < set(kinds)

    def test_a_drawing_of_resources_that_name_each_other(self) -> None:
        groups = [
            DatasetGroup(
                name=name,
                dataset_group_arn=f"arn:aws:personalize:us-east-1:123456789012:dataset-group/{name}",
                role_arn=f"arn:aws:personalize:us-east-1:123456789012:dataset-group/{other}",
                creation_date_time=0.0,
                last_updated_date_time=0.0,
            )
            for name, other in (("a", "b"), ("b", "a"))
        ]
        assert Page(drawing(groups)).all("text.name") == ["a", "b"]

    def test_statuses_are_coloured_by_what_they_mean(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            def test_it(personalize_backend, video_dataset_group):
                arn, *_ = video_dataset_group.recommenders.values()
                CLIENT.stop_recommender(recommenderArn=arn)
                CLIENT.describe_recommender(recommenderArn=arn)
                personalize_backend.faults.fail_job("CreateDatasetGroup", "no space left")
                create("books")
                personalize_backend.transitions = "polls:2"
                create("films")
        """).values()
        page = Page(text)
        assert set(page.all("td.good")) == {"ACTIVE"}
        assert set(page.all("td.moving")) == {"CREATE PENDING"}
        assert set(page.all("td.still")) == {"INACTIVE"}
        assert set(page.all("td.bad")) == {"CREATE FAILED"}
        assert set(page.all("div.bad")) == {"no space left"}

    def test_several_backends_follow_each_other(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            def test_it(personalize_backend):
                create("outer")
                with mock_personalize(account_id="999999999999", region="eu-west-1"):
                    create("inner")
        """).values()
        assert Page(text).all("h2") == [
            "Backend 1: account 123456789012, us-east-1",
            "Backend 2: account 999999999999, eu-west-1",
        ]

    def test_resources_that_the_test_found_and_deleted(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            def test_it(shop_dataset_group):
                CLIENT.delete_filter(filterArn=shop_dataset_group.filters["up-to-price"])
        """).values()
        page = Page(text)
        assert "Resources that were there before and have gone: 1" in page.all("h3")
        gone = text.split("have gone: 1")[1].partition("</table>")[0]
        assert "filter/shop-up-to-price" in gone

    def test_more_resources_than_one_can_see_are_not_drawn(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            @pytest.mark.mock_personalize(quotas=None)
            def test_it(personalize_backend):
                for number in range(400):
                    create(f"films-{number}")
        """).values()
        page = Page(text)
        assert "Resources that the test made or changed: 400" in page.all("h3")
        assert page.all("div.graph") == []
        assert "dataset-group/films-399" in text

    def test_many_calls_and_large_answers_are_cut(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            def test_it(personalize_backend):
                for _ in range(2005):
                    CLIENT.list_dataset_groups()
                with pytest.raises(CLIENT.exceptions.ClientError):
                    create("x" * 100_000)
        """).values()
        page = Page(text)
        assert page.all("p.jump")[0] == "the last 2000 of 2006 calls"
        assert len(page.all("summary")) == 2000
        assert page.all("pre")[-2].endswith("x\n… 80016 more letters")
        assert len(page.all("span.bad")[0]) == 400


class TestSafety:
    def test_nothing_is_loaded_from_anywhere(self, journey: str) -> None:
        page = Page(journey)
        assert page.attributes.isdisjoint({"src", "href", "srcset", "action", "data", "onerror", "onload"})
        assert not page.all("script") + page.all("link") + page.all("img") + page.all("iframe")
        assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in journey
        assert "url(" not in journey
        assert "@import" not in journey

    def test_hostile_values_are_text(self, journey: str) -> None:
        page = Page(journey)
        assert json.loads(page.all("pre")[4]) == {"name": HOSTILE}
        assert HOSTILE in page.all("span.bad")[0]

    def test_invisible_characters_are_written_out(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace(r"""
            def test_it(personalize_runtime):
                with pytest.raises(personalize_runtime.exceptions.ClientError):
                    personalize_runtime.get_recommendations(campaignArn="arn", userId="a\u202eb\u0085c\x7fd")
        """).values()
        assert '"userId": "a\\u202eb\\u0085c\\u007fd"' in Page(text).all("pre")[0]


class TestFailure:
    def test_the_failed_assertion_is_on_the_page(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            def test_it(personalize_backend):
                personalize_backend.assert_called("PutEvents")
        """).values()
        (failure,) = Page(text).all("pre.failure")
        assert "AssertionError: expected PutEvents() at least once" in failure

    def test_every_phase_that_failed_is(self, trace: Callable[..., dict[str, str]]) -> None:
        (text,) = trace("""
            @pytest.fixture
            def failing(personalize_backend):
                yield
                raise LookupError("late")

            def test_it(failing): raise LookupError("early")
        """).values()
        early, late = Page(text).all("pre.failure")
        assert early.startswith("call:\n")
        assert "early" in early
        assert late.startswith("teardown:\n")
        assert "late" in late


class TestPreset:
    def test_its_resources_are_folded_and_those_of_the_test_marked(self, journey: str) -> None:
        page = Page(journey)
        (folded,) = page.all("details.all")
        assert "dataset-group/movies" in folded
        assert "dataset-group/movies" not in journey.partition("<details class")[0].partition("<ol")[2]
        assert {row.partition("{")[0].rpartition("/")[2] for row in page.all("tr.own")} == {"films", "books"}


class TestIndex:
    MODULE = """
        def test_fails(personalize_backend):
            with pytest.raises(CLIENT.exceptions.ClientError):
                create("!")
            raise LookupError

        @pytest.mark.parametrize("name", ["films", "<b>books</b>"])
        def test_passes(personalize_backend, name):
            CLIENT.list_schemas()
            CLIENT.list_schemas()

        def test_skips(personalize_backend): pytest.skip()

        def test_nothing(): ...
    """

    @pytest.fixture
    def result(self, run: Run, tmp_path: Path) -> pytest.RunResult:
        return run(self.MODULE, f"--personalize-trace={tmp_path}")

    def test_it_has_a_line_for_each_test(self, result: pytest.RunResult, tmp_path: Path) -> None:
        page = Page((tmp_path / "index.html").read_text("utf-8"))
        rows = list(zip(*[iter(page.all("td"))] * 4, strict=True))
        assert [(outcome, name.rpartition("::")[2], calls, errors) for outcome, name, calls, errors in rows] == [
            ("failed", "test_fails", "1", "ValidationException"),
            ("skipped", "test_skips", "0", ""),
            ("passed", "test_passes[<b>books</b>]", "2", ""),
            ("passed", "test_passes[films]", "2", ""),
        ]
        links = [own["href"] or "" for tag, own, _ in page.elements if tag == "a"]
        assert {*links, "index.html"} == {file.name for file in tmp_path.iterdir() if file.suffix == ".html"}

    def test_the_run_tells_where_it_is(self, result: pytest.RunResult, tmp_path: Path) -> None:
        result.stdout.fnmatch_lines([f"Amazon Personalize: pages of 4 tests in {tmp_path}/index.html"])

    def test_it_is_filtered_without_scripts(self, result: pytest.RunResult, tmp_path: Path) -> None:
        text = (tmp_path / "index.html").read_text("utf-8")
        page = Page(text)
        assert [label.strip() for label in page.all("label")] == [
            "all 4",
            "1 failed",
            "2 passed",
            "1 skipped",
            "1 with errors",
        ]
        assert not page.all("script")
        assert POLICY in text

    def test_a_run_without_pages_has_none(self, run: Run, tmp_path: Path) -> None:
        result = run("def test_it(): ...", f"--personalize-trace={tmp_path}")
        assert not (tmp_path / "index.html").exists()
        result.stdout.no_fnmatch_line("*pages of*")


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestContrast:
    SCHEMES: ClassVar = dict(zip(("light", "dark"), re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL), strict=True))

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("ground", ["back", "soft"])
    def test_every_colour_of_text_can_be_read(self, scheme: str, ground: str) -> None:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", self.SCHEMES[scheme]))
        texts = set(re.findall(r"(?<![-\w])color: var\(--(\w+)\)", STYLE))
        assert {"text", "dim", "good", "bad", "moving", "link"} == texts
        assert {name: contrast(colours[name], colours[ground]) for name in texts if name in colours}.keys() == texts
        assert not {name for name in texts if contrast(colours[name], colours[ground]) < 4.5}

    def test_no_text_is_faded(self) -> None:
        assert "opacity" not in STYLE


def browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless_shell")
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *names))), None)


@pytest.mark.skipif(browser() is None, reason="no Chromium or Chrome is installed here; CHROMIUM= names one")
class TestInChromium:
    """In a real browser, with scripts allowed so that an injected one would run."""

    MEASURE = """
        const box = (element) => element.getBoundingClientRect();
        document.querySelector("details.all").open = true;
        const inside = [...document.querySelectorAll("svg g")].filter((group) => {
            const rect = box(group.querySelector("rect"));
            const picture = box(group.closest("svg"));
            return [...group.querySelectorAll("text")].every((text) => box(text).right <= rect.right)
                && rect.right < picture.right && rect.bottom < picture.bottom;
        });
        const dot = (kind) => getComputedStyle(document.querySelector(kind), "::before").backgroundColor;
        document.body.dataset.measured = JSON.stringify({
            title: document.title,
            requests: performance.getEntriesByType("resource").length,
            wide: document.documentElement.scrollWidth > innerWidth,
            calls: document.querySelectorAll("ol.calls > li > details").length,
            strangers: document.querySelectorAll("img, body script:not(#measure), iframe, link").length,
            groups: document.querySelectorAll("svg g").length,
            inside: inside.length,
            dots: [dot("li.answered"), dot("li.refused")],
            folded: !document.querySelector("li.answered pre").checkVisibility(),
        });
    """

    def dom(self, page: str, tmp_path: Path) -> str:
        file = tmp_path / "page.html"
        file.write_text(page, "utf-8")
        command = [browser() or "", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1300,900"]
        done = subprocess.run(
            [*command, f"--user-data-dir={tmp_path}/profile", "--dump-dom", file.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return done.stdout

    def test_the_page_is_laid_out_and_nothing_in_it_runs(self, journey: str, tmp_path: Path) -> None:
        opened = journey.replace(POLICY, "script-src 'unsafe-inline'; style-src 'unsafe-inline'")
        body = opened.replace("</body>", f"<script id=measure>{self.MEASURE}</script></body>")
        dom = Page(self.dom(body, tmp_path))
        (measured,) = (own["data-measured"] for tag, own, _ in dom.elements if tag == "body")
        found = json.loads(measured or "")
        assert found["title"].endswith("::test_it")
        assert (found["requests"], found["strangers"], found["wide"]) == (0, 0, False)
        assert found["calls"] == 4
        assert found["groups"] == found["inside"] == len(Page(journey).all("rect"))
        assert found["dots"] == ["rgb(31, 111, 49)", "rgb(179, 38, 30)"]
        assert found["folded"]

    def test_the_policy_of_the_page_stops_what_would_get_in(self, journey: str, tmp_path: Path) -> None:
        intruder = "<script>document.body.dataset.owned = 1</script>"
        dom = self.dom(journey.replace("</body>", f"{intruder}</body>"), tmp_path)
        assert "data-owned" not in dom
