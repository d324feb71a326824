"""Own data in one call: whatever form the rows have, a dataset group that was trained on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import numpy as np
import pandas as pd
import polars as pl
import pytest

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.remembered import Remembered
from pytest_personalize.testing import own_data
from pytest_personalize.testing.seeded import SeededGroup

WATCHED = {
    "ada": ["alien", "solaris", "gravity"],
    "bob": ["alien", "solaris", "moon"],
    "cleo": ["amelie", "paterson"],
    "eve": ["solaris", "gravity", "moon"],
}
PAIRS = [(user, film) for user, films in WATCHED.items() for film in films]
ROWS = [
    {"USER_ID": user, "ITEM_ID": film, "TIMESTAMP": 1700000000 + number} for number, (user, film) in enumerate(PAIRS)
]
CSV = "USER_ID,ITEM_ID,TIMESTAMP\n" + "".join(f"{row['USER_ID']},{row['ITEM_ID']},{row['TIMESTAMP']}\n" for row in ROWS)
FILMS = [{"ITEM_ID": film, "GENRES": "Space" if "a" in film else "Drama"} for film in ("alien", "moon", "amelie")]
ARN = "arn:aws:personalize:us-east-1:111122223333:campaign/home"


def pandas_frame() -> Any:
    return pd.DataFrame(ROWS)


def polars_frame() -> Any:
    return pl.DataFrame(ROWS)


FORMS: dict[str, Callable[[], object]] = {
    "mappings": lambda: ROWS,
    "an iterator of mappings": lambda: iter(ROWS),
    "CSV text": lambda: CSV,
    "CSV in bytes": lambda: CSV.encode(),
    "a frame of pandas": pandas_frame,
    "a frame of polars": polars_frame,
    "a lazy frame of polars": lambda: polars_frame().lazy(),
}


def fields_of(backend: PersonalizeBackend, schema: str) -> dict[str, str]:
    """The fields of a schema of the backend: type and attributes in one text."""
    return {
        field["name"]: " ".join(
            [
                field["type"] if isinstance(field["type"], str) else " or ".join(field["type"]),
                *(name for name, value in field.items() if value is True),
            ]
        )
        for field in json.loads(backend.schemas[schema].schema)["fields"]
    }


def schema_of_items(backend: PersonalizeBackend, rows: Sequence[Mapping[str, object]], **options: Any) -> Any:
    """What is worked out for items with these columns."""
    numbered = [{"ITEM_ID": str(number)} | dict(row) for number, row in enumerate(rows)]
    backend.seed_from("films", items=numbered, **options)
    return fields_of(backend, "films-items")


@pytest.mark.parametrize("form", FORMS)
def test_rows_come_in_many_forms(backend: PersonalizeBackend, form: str) -> None:
    films = backend.seed_from("films", interactions=FORMS[form]())

    assert list(films.interactions) == ROWS
    assert fields_of(backend, "films-interactions") == {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long"}


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_read_where_it_is(backend: PersonalizeBackend, tmp_path: Path, kind: type) -> None:
    file = tmp_path / "interactions.csv"
    file.write_text(CSV)

    assert list(backend.seed_from("films", interactions=kind(file)).interactions) == ROWS


def test_a_file_that_is_not_there_is_named(backend: PersonalizeBackend) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        backend.seed_from("films", interactions="nowhere.csv")


def test_pairs_get_times_in_their_order(backend: PersonalizeBackend) -> None:
    rows = backend.seed_from("films", interactions=PAIRS).interactions

    assert [(row["USER_ID"], row["ITEM_ID"]) for row in rows] == PAIRS
    assert all(int(late["TIMESTAMP"]) > int(early["TIMESTAMP"]) for early, late in pairwise(rows))


class TestWhatIsMade:
    @pytest.fixture
    def films(self, backend: PersonalizeBackend) -> SeededGroup:
        return backend.seed_from(
            "films",
            interactions=PAIRS,
            items=FILMS,
            recipes=["aws-sims", "arn:aws:personalize:::recipe/aws-popularity-count"],
            filters={"only-genre": "INCLUDE ItemID WHERE Items.GENRES IN ($G)"},
            arns={"aws-popularity-count": ARN},
        )

    def test_a_campaign_answers_from_the_data(self, films: SeededGroup, personalize_runtime: Any) -> None:
        answer = personalize_runtime.get_recommendations(
            campaignArn=films.campaigns["aws-sims"], itemId="gravity", numResults=2
        )

        assert {item["itemId"] for item in answer["itemList"]} < {"alien", "solaris", "moon"}

    def test_a_filter_applies(self, films: SeededGroup, personalize_runtime: Any) -> None:
        answer = personalize_runtime.get_recommendations(
            campaignArn=ARN, userId="ada", filterArn=films.filters["only-genre"], filterValues={"G": '"Drama"'}
        )

        assert [item["itemId"] for item in answer["itemList"]] == ["moon"]

    def test_it_says_what_is_there(self, films: SeededGroup, backend: PersonalizeBackend) -> None:
        assert backend.seeded["films"] is films
        assert films.users == list(WATCHED)
        assert films.items == ["alien", "moon", "amelie", "solaris", "gravity", "paterson"]
        assert set(films.solutions.values()) == {one.arn for one in backend.solutions.values()}
        assert films.campaigns["aws-popularity-count"] == ARN
        assert repr(films) == "<SeededGroup 'films' of own data: 4 users, 6 items>"
        assert not backend.calls


def test_recipes_of_a_domain_become_recommenders(backend: PersonalizeBackend, personalize_runtime: Any) -> None:
    films = backend.seed_from(
        "films",
        domain="VIDEO_ON_DEMAND",
        interactions=[row | {"EVENT_TYPE": "Watch"} for row in ROWS],
        recipes=["aws-vod-most-popular"],
    )

    arn = films.recommenders["Most popular"]
    answer = personalize_runtime.get_recommendations(recommenderArn=arn, userId="ada", numResults=1)
    assert answer["itemList"][0]["itemId"] == "solaris"


def test_a_user_segmentation_has_no_campaign(backend: PersonalizeBackend) -> None:
    films = backend.seed_from("films", interactions=ROWS, items=FILMS, recipes=["aws-item-affinity"])

    assert (list(films.solution_versions), list(films.campaigns)) == (["aws-item-affinity"], [])


def test_actions_are_own_data_too(backend: PersonalizeBackend, personalize_runtime: Any) -> None:
    offers = [{"ACTION_ID": f"offer-{number}", "VALUE": number} for number in range(3)]
    events = [
        {"USER_ID": user, "ACTION_ID": f"offer-{number % 3}", "TIMESTAMP": 1700000000 + number, "EVENT_TYPE": kind}
        for number, (user, kind) in enumerate((user, kind) for user in WATCHED for kind in ("TAKEN", "VIEWED") * 20)
    ]

    shop = backend.seed_from(
        "shop", interactions=ROWS, actions=offers, action_interactions=events, recipes=["aws-next-best-action"]
    )

    answer = personalize_runtime.get_action_recommendations(
        campaignArn=shop.campaigns["aws-next-best-action"], userId="ada"
    )
    assert {entry["actionId"] for entry in answer["actionList"]} == set(shop.actions)


class TestSchemas:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ([1, 2], "int"),
            ([1, 2**40], "long"),
            ([1, 2.5], "float"),
            ([1e300, 2.5], "double"),
            ([Decimal("1.5"), 2], "float"),
            ([True, False], "boolean"),
            (["Drama", "Space|Crime"], "string categorical"),
            ([["Space", "Crime"], ["Drama"]], "string categorical"),
            ([Enum("Genre", "DRAMA SPACE").DRAMA, 7], "int"),
            (["007", "008"], "string categorical"),
            ([f"Film {n}" for n in range(30)], "string"),
            (["A long story about a film on a distant moon"] * 3, "string textual"),
            ([1, None], "int or null"),
            ([1, float("nan")], "int or null"),
            (["Drama", ""], "string or null categorical"),
            ([date(2024, 1, 1), datetime(2024, 1, 2, tzinfo=UTC)], "int"),
        ],
    )
    def test_values_decide(self, backend: PersonalizeBackend, values: list[object], field: str) -> None:
        fields = schema_of_items(backend, [{"PLACE": number, "X": value} for number, value in enumerate(values)])

        assert sorted(fields["X"].split()) == sorted(field.split())

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (np.int64(7), 7),
            (np.float32(2.5), 2.5),
            (np.bool_(True), True),
            (np.str_("Drama"), "Drama"),
            (np.bytes_("Science-fiction", "utf-8"), "Science-fiction"),
            (np.array(["Space", "Crime"]), "Space|Crime"),
            (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ],
    )
    def test_a_value_of_numpy_is_what_it_is_in_python_and_any_other_its_text(
        self, backend: PersonalizeBackend, given: object, kept: object
    ) -> None:
        films = backend.seed_from("films", items=[{"ITEM_ID": "alien", "X": given, "YEAR": 1979}])

        (row,) = films.rows["items"]
        assert dict(row) == {"ITEM_ID": "alien", "X": kept, "YEAR": 1979}

    def test_names_that_are_reserved_decide(self, backend: PersonalizeBackend) -> None:
        row = {"CREATION_TIMESTAMP": 5, "GENRES": "Drama", "AVERAGE_RATING": 3, "DURATION": None}

        fields = schema_of_items(backend, [row], domain="VIDEO_ON_DEMAND")

        assert fields == {
            "ITEM_ID": "string",
            "CREATION_TIMESTAMP": "long",
            "GENRES": "string categorical",
            "AVERAGE_RATING": "float",
            "DURATION": "null or float",
        }

    def test_one_column_of_long_texts_is_textual(self, backend: PersonalizeBackend) -> None:
        fields = schema_of_items(backend, [{"SHORT": "word " * 10, "LONG": "word " * 20}])

        assert (fields["SHORT"], fields["LONG"]) == ("string", "string textual")

    def test_numbers_of_csv_are_numbers(self, backend: PersonalizeBackend) -> None:
        backend.seed_from("films", items="ITEM_ID,YEAR,PRICE,CODE,NEW\n1,1979,2.5,007,true\n2,,3,008,false\n")

        assert fields_of(backend, "films-items") == {
            "ITEM_ID": "string",
            "YEAR": "null or int",
            "PRICE": "float",
            "CODE": "string categorical",
            "NEW": "boolean",
        }

    def test_quoted_csv_is_read_as_an_import_reads_it(self, backend: PersonalizeBackend) -> None:
        long = "word, " * 30_000
        backend.seed_from("films", items=f'ITEM_ID,TITLE,YEAR\n1,"The \\"Alien\\", cut",1979\n2,"{long}",1972\n')

        fields = {"ITEM_ID": "string", "TITLE": "string textual", "YEAR": "int"}
        assert fields_of(backend, "films-items") == fields

    def test_whole_numbers_survive_the_gaps_of_pandas(self, backend: PersonalizeBackend) -> None:
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame({"ITEM_ID": ["a", "b", "c"], "YEAR": [1979, None, 1972], "SEEN": pandas.NaT})

        films = backend.seed_from("films", items=frame)

        assert [row["YEAR"] for row in films.rows["items"]] == [1979, None, 1972]

    @pytest.mark.parametrize("form", [json.dumps, dict])
    def test_they_can_be_given(self, backend: PersonalizeBackend, form: Callable[[Any], Any]) -> None:
        fields = [{"name": "ITEM_ID", "type": "string"}, {"name": "YEAR", "type": ["null", "double"]}]
        schema = {"type": "record", "name": "Items", "namespace": "own", "fields": fields, "version": "1.0"}

        backend.seed_from("films", items=[{"ITEM_ID": "alien", "YEAR": 1979}], schemas={"items": form(schema)})

        assert json.loads(backend.schemas["films-items"].schema) == schema


class TestRefusals:
    def test_a_bad_value_is_refused_in_the_words_of_the_service_with_its_row(self, backend: PersonalizeBackend) -> None:
        rows = [*ROWS[:3], ROWS[3] | {"TIMESTAMP": "yesterday"}]

        with pytest.raises(ValueError, match="'yesterday' is no long for TIMESTAMP") as refused:
            backend.seed_from("films", interactions=rows)

        assert refused.value.__notes__ == ["line 5 of interactions, row 3 counted from 0: bob,alien,yesterday"]

    def test_where_fields_are_missing_the_columns_that_are_there_are_told(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="the required field USER_ID") as refused:
            backend.seed_from("films", interactions=[{"USER": "ada", "ITEM": "alien"}])

        assert refused.value.__notes__ == ["columns of interactions: USER,ITEM"]
        assert not backend.dataset_groups

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"users": [{"USER_ID": "ada"}]}, "The Users schema is invalid: a metadata field is missing"),
            ({"interactions": [{"user_id": "ada"}]}, "user_id is a reserved word in another spelling: write USER_ID"),
            ({"interactions": ROWS, "domain": "ECOMMERCE"}, "the required field EVENT_TYPE"),
            ({"interactions": ROWS, "filters": {"f": "EXCLUDE nothing"}}, "Invalid"),
            ({"interactions": ROWS, "recipes": ["aws-simz"]}, "no recipe 'aws-simz'; did you mean 'aws-sims'"),
            (
                {"interactions": ROWS, "schemas": {"item": {}}},
                "no dataset 'item' to have a schema; did you mean",
            ),
            ({"interactions": []}, "interactions has no rows"),
            (
                {"items": pd.DataFrame([["alien", 1, 2]], columns=["ITEM_ID", "YEAR", "YEAR"])},
                "items has columns of the same name: ITEM_ID, YEAR, YEAR",
            ),
        ],
    )
    def test_what_cannot_be_made_says_why(
        self, backend: PersonalizeBackend, options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            backend.seed_from("films", **options)

    @pytest.mark.parametrize("options", [{"items": [("a", "b")]}, {"interactions": ["ab"]}])
    def test_a_row_that_is_none_is_named(self, backend: PersonalizeBackend, options: dict[str, Any]) -> None:
        with pytest.raises(TypeError, match=r"row 0 of \w+ is .*, and has to be a mapping"):
            backend.seed_from("films", **options)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"interactions": 3}, "interactions must be rows, a frame, a path or CSV text, not int"),
            ({"items": {"ITEM_ID": ["alien"]}}, "items must be rows, a frame, a path or CSV text, not dict"),
            ({"interactions": ROWS, "recipes": "aws-sims"}, "recipes must be a list of names, not the text 'aws-sims'"),
        ],
    )
    def test_what_is_no_list_is_refused(
        self, backend: PersonalizeBackend, options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(TypeError, match=message):
            backend.seed_from("films", **options)

    def test_minimums_of_the_backend_hold(self) -> None:
        with mock_personalize(minimums="aws") as backend, pytest.raises(ValueError, match="at least 1000 records"):
            backend.seed_from("films", interactions=ROWS)

    def test_a_name_is_taken_once(self, backend: PersonalizeBackend) -> None:
        backend.seed_from("films", interactions=ROWS)

        with pytest.raises(ValueError, match="exists already"):
            backend.seed_from("films", interactions=ROWS)


class TestOnceInAProcess:
    @pytest.fixture
    def builds(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The names of the groups that were really built meanwhile."""
        from pytest_personalize.testing import seeding

        names: list[str] = []
        build = seeding.build
        monkeypatch.setattr(seeding, "_KITS", Remembered(seeding.MOST_KITS))
        monkeypatch.setattr(seeding, "build", lambda plan, name, site: (names.append(name), build(plan, name, site))[1])
        return names

    def seeded(self, rows: Any, **options: Any) -> SeededGroup:
        with mock_personalize() as backend:
            return backend.seed_from("films", interactions=rows, **options)

    def test_equal_data_are_built_once(self, builds: list[str]) -> None:
        first = self.seeded(ROWS)
        second = self.seeded([{str(name): value for name, value in row.items()} for row in ROWS])

        assert builds == ["films"]
        assert first.users is not second.users

    def test_rows_that_change_in_place_are_built_again(self, builds: list[str]) -> None:
        rows = [dict(row) for row in ROWS]
        self.seeded(rows)
        rows[0]["ITEM_ID"] = "stalker"

        assert self.seeded(rows).items[0] == "stalker"
        assert builds == ["films", "films"]

    def test_objects_of_any_kind_are_told_apart(self, builds: list[str]) -> None:
        for day in (1, 1, 2):
            self.seeded([row | {"TIMESTAMP": datetime(2024, 1, day, tzinfo=UTC)} for row in ROWS])

        assert builds == ["films", "films"]

    def test_of_many_data_each_are_built_once(self, builds: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where their digests are not all kept."""
        monkeypatch.setattr(own_data, "MOST_DIGESTS", 1)
        for item in ("alien", "moon", "alien", "moon"):
            self.seeded([{"USER_ID": "ada", "ITEM_ID": item, "TIMESTAMP": 1700000000}])

        assert builds == ["films"] * 2

    def test_other_options_are_built_apart(self, builds: list[str]) -> None:
        for recipes in ([], ["aws-sims"], ["aws-popularity-count"]):
            self.seeded(ROWS, recipes=recipes)

        assert builds == ["films"] * 3

    def test_what_a_test_does_to_it_does_not_show_in_the_next(self) -> None:
        with mock_personalize() as backend:
            films = backend.seed_from("films", interactions=ROWS)
            event = {"eventType": "Watch", "itemId": "strange", "sentAt": 1}
            boto3.client("personalize-events", region_name="us-east-1").put_events(
                trackingId=films.tracking_id, userId="ada", sessionId="s", eventList=[event]
            )
        with mock_personalize() as backend:
            films = backend.seed_from("films", interactions=ROWS)
            assert len(backend.records(films.datasets["INTERACTIONS"])) == len(ROWS)


class TestFixture:
    def test_with_data_it_takes_own_data(self, personalize_seed: Callable[..., SeededGroup]) -> None:
        assert personalize_seed("films", interactions=PAIRS).users == list(WATCHED)

    @pytest.mark.parametrize("misspelt", [{"interaction": ROWS}, {"interactions": ROWS, "recipe": ["aws-sims"]}])
    def test_what_own_data_are_not_given_is_refused_as_such(
        self, personalize_seed: Callable[..., SeededGroup], misspelt: dict[str, Any]
    ) -> None:
        with pytest.raises(TypeError, match=r"seed_from\(\) got an unexpected keyword argument"):
            personalize_seed("films", **misspelt)

    def test_with_sizes_it_takes_a_preset(self, personalize_seed: Callable[..., SeededGroup]) -> None:
        assert len(personalize_seed("shop", users=10, items=20, interactions=200, ids="numeric").users) == 10


def test_it_can_be_saved(backend: PersonalizeBackend, tmp_path: Path) -> None:
    backend.seed_from("films", interactions=ROWS, recipes=["aws-sims"])
    backend.save(tmp_path / "films.json")

    films = PersonalizeBackend.load(tmp_path / "films.json").seeded["films"]

    assert films.preset is None
    assert dict(films.solutions) == dict(backend.seeded["films"].solutions)
    assert list(films.interactions) == ROWS
