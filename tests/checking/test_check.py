"""``pytest_personalize.check``: every problem of what is given, each at its place."""

from __future__ import annotations

import inspect
import io
import json
import re
from typing import Any

import pytest

from pytest_personalize import CheckFailed, Problems, check
from pytest_personalize.checking.rules import RULES
from pytest_personalize.data.avro import parse_schema
from pytest_personalize.data.csv_import import CsvTrial, import_csv
from pytest_personalize.data.errors import CsvError
from pytest_personalize.data.records import Records
from pytest_personalize.service.control import recipes, solution_rules, solutions, training_columns
from pytest_personalize.service.control.recipes import RECIPES

Found = list[tuple[int, int, str]]


def places(problems: Problems) -> Found:
    return [(each.line, each.column, each.code) for each in problems]


def schema_of(*fields: dict[str, Any], name: str = "Items") -> str:
    return json.dumps({"type": "record", "name": name, "fields": list(fields)}, indent=1)


HEADER = b"ITEM_ID,PRICE,GENRE\n"

BROKEN_DATA: dict[str, tuple[bytes, Found]] = {
    "values": (
        HEADER + b"i1,cheap,Drama\ni2,2,Drama\n,,Drama\n \t,1e39,\n",
        [
            (2, 4, "wrong-type"),
            (4, 1, "missing-value"),
            (4, 2, "missing-value"),
            (5, 1, "blank-id"),
            (5, 4, "wrong-type"),
        ],
    ),
    "lengths": (
        HEADER + b'"' + b"i" * 257 + b'",1,' + b"d" * 1001 + b"\n",
        [(2, 1, "too-long"), (2, 263, "too-long")],
    ),
    "quotes over lines": (
        HEADER + b'i1,1,"one\ntwo"\ni2,x,"a ""b"", c"\ni3,1,"open\ni4,1,\n',
        [(2, 1, "multiline-record"), (4, 4, "wrong-type"), (5, 1, "malformed-record")],
    ),
    "number of values": (
        HEADER + b'i1,1\ni2,1,"a,b"\ni3,1,a,b\ni4,1,"a"b\n',
        [(2, 1, "too-few-values"), (4, 1, "too-many-values"), (5, 1, "malformed-record")],
    ),
    "encoding": (
        HEADER + "i1,1,caf\u00e9\n".encode() + "i2,1,caf\u00e9\n".encode("latin-1") + b"i3,x,\n",
        [(3, 9, "not-utf8"), (4, 4, "wrong-type")],
    ),
    "NUL bytes": (
        HEADER + b"i1,1,Dr\0ama\ni2,\0,\n",
        [(2, 6, "nul-byte"), (3, 4, "nul-byte"), (3, 4, "wrong-type")],
    ),
    "UTF-16": (
        "ITEM_ID,PRICE,GENRE\r\ni1,1,\r\n".encode("utf-16"),
        [(1, 1, "not-utf8")],
    ),
    "header": (
        b"ITEM_ID,Price,ITEM_ID\ni1,x,i1\n",
        [(1, 1, "missing-columns"), (1, 15, "repeated-column")],
    ),
    "header and values": (
        b"\xef\xbb\xbfGENRE,ITEM_ID,NOTE\r\n,i1,\r\n\r\nDrama,,x\r\n",
        [(1, 1, "missing-columns"), (4, 7, "missing-value")],
    ),
    "semicolons": (b"ITEM_ID;PRICE;GENRE\ni1;1,5;Drama\n", [(1, 1, "separator")]),
    "tabs": (b"GENRE\tITEM_ID\tPRICE\ni1\t1.5\tDrama\n", [(1, 1, "separator")]),
    "empty": (b"", [(1, 1, "missing-columns")]),
    "compressed": (b"\x1f\x8b\x08\x00", [(1, 1, "compressed")]),
}


class TestData:
    @pytest.mark.parametrize("name", BROKEN_DATA)
    def test_all_is_found_in_one_pass(self, items: str, name: str) -> None:
        data, found = BROKEN_DATA[name]
        assert places(check(schema=items, data=data)) == found

    @pytest.mark.parametrize("name", BROKEN_DATA)
    def test_the_first_is_what_an_import_says(self, items: str, name: str) -> None:
        data, _ = BROKEN_DATA[name]
        records = Records()
        records.add_dataset("ITEMS", parse_schema(items))
        with pytest.raises(CsvError) as refusal:
            import_csv([("data", data)], records, "ITEMS", "FULL")
        assert check(schema=items, data=data)[0].message == refusal.value.problem

    def test_places_are_right_in_a_large_file(self, items: str) -> None:
        data = bytearray(HEADER + b"".join(b"i%05d,1.5,Drama|Music\n" % number for number in range(20_000)))
        lines = [1_000, 7_777, 19_999]
        for line in lines:
            begin = len(HEADER) + (line - 2) * len(b"i00000,1.5,Drama|Music\n")
            data[begin + 7 : begin + 10] = b"two"
        assert places(check(schema=items, data=bytes(data))) == [(line, 8, "wrong-type") for line in lines]

    def test_a_record_split_where_the_file_is_cut_for_reading_is_one_problem(self, items: str) -> None:
        split = b'i,1,"' + b"one\n" * 3 + b'end"\n'
        for before in range(380, 420):
            data = HEADER + b"i%05d,1.5,Drama|Music\n" % 1 * before + split + b"i,1,\n" * 1000
            assert places(check(schema=items, data=data)) == [(before + 2, 1, "multiline-record")]

    def test_it_is_read_once_from_front_to_back(self, items: str) -> None:
        class Pipe(io.RawIOBase):
            """What can be read, and neither told nor sought."""

            def __init__(self) -> None:
                self.left = io.BytesIO(HEADER + b"i1,1,\ni2,x,\n" * 5000)

            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                return self.left.readinto(buffer)

        trial = CsvTrial("pipe", io.BufferedReader(Pipe()), parse_schema(items))
        assert len(list(trial.problems())) == 5000
        assert trial.rows == 10_000

    def test_event_types_without_an_end_are_found_although_nothing_is_kept(self, interactions: str) -> None:
        rows = "".join(f"u,i,5,type{number}\n" for number in range(2**16))
        found = check(schema=interactions, data="USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n" + rows)
        assert places(found) == [(1, 1, "too-many-event-types")]

    def test_milliseconds_are_a_warning(self, interactions: str) -> None:
        data = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu,i,1700000000000,View\n"
        (found,) = check(schema=interactions, data=data, minimums=None)
        assert (found.code, found.level) == ("milliseconds", "warning")
        assert "2023-11-14 22:13:20 UTC" in found.message

    def test_milliseconds_are_told_of_once_at_the_first_whatever_else_is_wrong(self, interactions: str) -> None:
        rows = "u,i,1700000000,View\n" * 2000 + ",i,1700000000000,View\nu,i,1700000000001,View\nu,i,soon,\n" * 3
        data = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n" + rows
        found = places(check(schema=interactions, data=data, minimums=None))
        assert [place for place in found if place[2] == "milliseconds"] == [(2002, 4, "milliseconds")]
        assert [place[0] for place in found if place[2] == "wrong-type"] == [2004, 2007, 2010]

    def test_an_import_of_interactions_needs_as_many_as_at_aws(self, interactions: str) -> None:
        data = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n" + "u,i,5,View\n" * 600
        (found,) = check(schema=interactions, data=data)
        assert found.message == "An import of interactions needs at least 1000 records; the files have 600."
        assert not check(schema=interactions, data=[data, data])

    def test_records_of_a_file_that_cannot_be_read_are_not_counted(self, interactions: str) -> None:
        assert [each.code for each in check(schema=interactions, data="USER,ITEM\nu,i\n")] == ["missing-columns"]

    def test_several_datasets_are_checked_together(self, items: str, interactions: str) -> None:
        events = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu,i,soon,View\n"
        found = check(schema=[items, interactions], data=["ITEM_ID,PRICE,GENRE\ni,x,\n", events], minimums=None)
        assert [(each.file, each.line, each.code) for each in found] == [
            ("data 1", 2, "wrong-type"),
            ("data 2", 2, "wrong-type"),
        ]


class TestSchemas:
    @pytest.mark.parametrize(
        ("schema", "found"),
        [
            (
                schema_of(
                    {"name": "ITEM_ID", "type": ["null", "string"]},
                    {"name": "Price", "type": "decimal"},
                    {"name": "GENRE", "type": "int", "categorical": True},
                ),
                [(13, 12, "field-type"), (17, 12, "field-attribute"), (6, 12, "required-field")],
            ),
            (schema_of({"name": "ITEM_ID", "type": "string"}), [(1, 1, "metadata-count")]),
            (schema_of({"name": "ITEM_ID", "type": "string"}, name="Films"), [(1, 1, "schema")]),
            ('{\n "type": "record"\n "name": "Items"}', [(3, 2, "invalid-json")]),
            (b'{"type": "record",\n "name": "\xe9"}', [(2, 11, "not-utf8")]),
        ],
    )
    def test_all_is_found(self, schema: str, found: Found) -> None:
        assert places(check(schema=schema)) == found

    def test_the_type_is_held_against_the_schema(self, items: str) -> None:
        (found,) = check(schema=items, type="USERS")
        assert (found.code, found.message) == ("type-of-schema", "schema is for datasets of type ITEMS, not USERS.")

    def test_data_of_a_broken_schema_are_not_judged(self) -> None:
        found = check(schema=schema_of({"name": "ITEM_ID", "type": "string"}), data="A,B\n1,2\n")
        assert [each.code for each in found] == ["metadata-count"]

    def test_the_domain_counts(self, items: str) -> None:
        assert not check(schema=items)
        assert {each.code for each in check(schema=items, domain="ECOMMERCE")} == {"required-field"}


class TestFilters:
    def test_all_is_found(self, items: str) -> None:
        expressions = {
            "fields": 'INCLUDE ItemID WHERE Items.GENRES IN ("Drama") AND Items.PRICE = "x" OR Items.GENRE < 4',
            "syntax": "INCLUDE ItemID\nWHERE Items.GENRE LIKE 4",
            "fine": "INCLUDE ItemID WHERE Items.PRICE < $MOST",
        }
        found = check(schema=items, filters=expressions)
        assert [(each.file, each.line, each.column, each.code) for each in found] == [
            ("fields", 1, 22, "filter-rule"),
            ("fields", 1, 66, "filter-rule"),
            ("fields", 1, 73, "filter-rule"),
            ("syntax", 2, 19, "filter-syntax"),
        ]

    def test_the_fields_of_all_filters_count_together(self) -> None:
        names = [f"F{number}" for number in range(21)]
        schema = schema_of({"name": "ITEM_ID", "type": "string"}, *({"name": name, "type": "int"} for name in names))
        filters = [f"INCLUDE ItemID WHERE Items.{name} > 1" for name in names]
        assert not check(schema=schema, filters=filters[:20])
        assert [each.file for each in check(schema=schema, filters=filters)] == ["filter 21"]


SOLUTION: dict[str, Any] = {
    "recipeArn": "arn:aws:personalize:::recipe/aws-user-personalization",
    "solutionConfig": {
        "algorithmHyperParameters": {"hidden_dimension": "3000", "colour": "red"},
        "optimizationObjective": {"itemAttribute": "GENRE"},
        "trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["ITEM_ID", "YEAR"]}},
        "hpoConfig": {"hpoResourceConfig": {"maxNumberOfTrainingJobs": "400"}},
    },
}


class TestSolutions:
    def test_all_is_found(self, items: str) -> None:
        assert [each.code for each in check(schema=items, solution=SOLUTION)] == [
            "bad-value",
            "hyperparameter",
            "bad-value",
            "objective-attribute",
            "column-needed",
            "no-such-column",
        ]

    def test_each_is_at_what_is_wrong(self, items: str) -> None:
        rows = [each.row[each.column - 1 :] for each in check(schema=items, solution=SOLUTION) if each.row]
        assert [row.split()[0].strip(",:") for row in rows] == [
            *('"3000"', '"colour"', '"400"', '"GENRE"', '"ITEM_ID"', '"YEAR"')
        ]

    def test_columns_of_every_dataset_are_looked_at(self, items: str) -> None:
        columns = {"excludedDatasetColumns": {"USERS": ["AGE"], "ITEMS": ["YEAR"], "THINGS": ["SIZE"]}}
        found = check(schema=items, solution={"trainingDataConfig": columns}, recipe="aws-user-personalization")
        assert [each.code for each in found] == ["no-dataset-for-columns", "no-such-column", "no-dataset-for-columns"]

    def test_a_configuration_alone_needs_a_recipe(self, items: str) -> None:
        config = {"algorithmHyperParameters": {"bptt": "33"}}
        assert [each.code for each in check(schema=items, solution=config)] == ["recipe-or-automl"]
        found = check(schema=items, solution=config, recipe="aws-user-personalization")
        assert [each.code for each in found] == ["bad-value"]

    @pytest.mark.parametrize(
        ("given", "codes"),
        [
            ({"performHPO": "yes", "recipeArn": 4}, ["violations", "violations"]),
            ({"recipeArn": "arn:aws:personalize:::recipe/none"}, ["not-found"]),
            ({"recipeArn": RECIPES["aws-ecomm-recommended-for-you"].arn}, ["domain-recipe"]),
            ({**SOLUTION, "solutionConfig": {"hpoConfg": {}}}, ["unknown-member"]),
            pytest.param(
                {"recipeArn": RECIPES["aws-sims"].arn, "performIncrementalUpdate": True},
                ["recipe-lacks"],
                marks=pytest.mark.needs_member("CreateSolutionRequest.performIncrementalUpdate"),
            ),
        ],
    )
    def test_the_request_is_held_against_the_model_and_the_recipe(
        self, items: str, given: dict[str, Any], codes: list[str]
    ) -> None:
        assert [each.code for each in check(schema=items, solution=given)] == codes

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("[1]\n", (1, 1, "body")),
            ('{\n "name",\n', (2, 8, "invalid-json")),
            (b'{\n "name": "caf\xe9"}', (2, 14, "not-utf8")),
        ],
    )
    def test_it_must_be_a_json_object(self, items: str, text: str | bytes, place: tuple[int, int, str]) -> None:
        assert places(check(schema=items, solution=text)) == [place]


class TestBatchInput:
    @pytest.mark.parametrize(
        ("recipe", "line", "found"),
        [
            ("aws-user-personalization", '{"userId": "u", "context": {"DEVICE": "tv"}}', []),
            ("aws-user-personalization", '{"userId": 5, "context": 4}', [(1, 2), (1, 15)]),
            ("aws-sims", '{"itemId": ""}', [(1, 2)]),
            ("aws-personalized-ranking", '{"userId": "u", "itemList": []}', [(1, 17)]),
            ("aws-item-affinity", '{"itemid": "i"}', [(1, 1)]),
            ("aws-item-attribute-affinity", '{"itemAttributes": "ITEMS.genre > 4"}', [(1, 33)]),
        ],
    )
    def test_a_line_has_the_members_of_its_recipe(self, recipe: str, line: str, found: list[tuple[int, int]]) -> None:
        problems = check(batch_input=f"{line}\n", recipe=recipe)
        assert places(problems) == [(line, column, "line-member") for line, column in found]

    def test_all_lines_are_looked_at(self) -> None:
        good = b'\xef\xbb\xbf{"itemId": "1"}\r\n\n'
        text = good + b'nope\n[1]\n{"itemId": "\xe9"}\n{"itemId": "1", "filterValues": {"A": 1}}\n'
        assert places(check(batch_input=text, recipe="aws-sims")) == [
            (3, 1, "invalid-json"),
            (4, 1, "line-form"),
            (5, 13, "not-utf8"),
            (6, 17, "line-member"),
        ]

    @pytest.mark.parametrize("lines", [0, 11])
    def test_a_file_has_some_lines_and_not_too_many(self, lines: int) -> None:
        text = b'{"itemAttributes": "ITEMS.genre = \\"Drama\\""}\n' * lines
        assert places(check(batch_input=text, recipe="aws-item-attribute-affinity")) == [(1, 1, "line-count")]

    def test_some_recipes_have_no_batch_jobs(self) -> None:
        assert places(check(batch_input=b"{}", recipe="aws-next-best-action")) == [(1, 1, "no-batch")]


class TestResult:
    def test_what_is_fine_is_nothing(self, items: str) -> None:
        found = check(schema=items, data="ITEM_ID,PRICE,GENRE\ni1,1.5,Drama\n")
        assert not found
        found.raise_for_problems()
        assert str(found) == "no problems"

    def test_problems_print_with_their_row_and_a_remedy(self, items: str) -> None:
        with pytest.raises(CheckFailed) as failed:
            check(schema=items, data="ITEM_ID,PRICE,GENRE\ni1,cheap,Drama\n").raise_for_problems()
        assert str(failed.value).splitlines() == [
            "data:2:4: [wrong-type] 'cheap' is no float for PRICE: expected a number from -3.4028234663852886e+38",
            "    to 3.4028234663852886e+38",
            "    i1,cheap,Drama",
            "       ^",
            f"    {RULES['wrong-type'].remedy}",
            "1 problem",
        ]

    def test_what_is_wrong_with_a_whole_file_prints_without_a_row(self, interactions: str) -> None:
        (found,) = check(schema=interactions, data="USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu,i,5,View\n")
        assert found.row is None
        assert str(found).splitlines() == [
            "data:1:1: [too-few-records] An import of interactions needs at least 1000 records; the files have 1.",
            f"    {RULES['too-few-records'].remedy}",
        ]

    def test_they_show_themselves_in_a_debugger(self, items: str) -> None:
        found = check(schema=items, data="ITEM_ID,PRICE,GENRE\ni1,cheap,Drama\n")
        assert repr(found) == f"<{found}>"
        assert repr(check(schema=items)) == "<no problems>"

    def test_long_rows_are_shown_around_the_place(self, items: str) -> None:
        (found,) = check(schema=items, data=f"ITEM_ID,GENRE,PRICE\n{'i' * 200},{'g' * 200},cheap\n")
        _, _, row, caret, _ = str(found).splitlines()
        assert row[caret.index("^") :] == "cheap"
        assert len(row) <= 100

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ({}, "nothing to check"),
            ({"schema": "S", "type": ["ITEMS", "USERS"]}, "2 types for 1 schemas"),
            ({"schema": ["S", "S"], "data": ["D", "D", "D"]}, "3 data files for 2 schemas"),
            ({"schema": ["S", "S"]}, "schema 2 is a second schema of ITEMS"),
            ({"schema": "S", "type": "Interaction"}, "no dataset type 'Interaction'; did you mean 'INTERACTIONS'"),
            ({"schema": "S", "domain": "ECOMERCE"}, "did you mean 'ECOMMERCE'"),
            ({"schema": "S", "recipe": "aws-sism"}, "did you mean 'aws-sims'"),
            ({"batch_input": "D"}, "batch input needs a recipe"),
            ({"batch_input": "D", "recipe": "aws-sims", "filters": "x"}, "filters need the schemas"),
            ({"filters": "x"}, "filters need the schemas"),
        ],
    )
    def test_what_does_not_go_together_is_refused(self, items: str, given: dict[str, Any], why: str) -> None:
        files = {"S": items, "D": "ITEM_ID\n"}

        def meant(value: Any) -> Any:
            return [meant(each) for each in value] if isinstance(value, list) else files.get(value, value)

        with pytest.raises(ValueError, match=why):
            check(**{name: meant(value) for name, value in given.items()})


def test_every_refusal_of_a_solution_has_a_rule() -> None:
    readers: list[Any] = [recipes._unknown, solutions.chosen_recipe, solution_rules, training_columns]
    rows = {row for reader in readers for row in re.findall(r'refusal\(\s*"([^"]+)"', inspect.getsource(reader))}
    assert {"hyperparameter", "recipe or automl", "not found"} < rows
    assert {row.replace(" ", "-") for row in rows} <= set(RULES)
