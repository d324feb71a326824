"""Import of CSV files: what is read, what is refused, and that nothing changes when it is."""

from __future__ import annotations

import csv
import gzip
import io
import warnings
from collections.abc import Callable
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize import TimestampWarning
from pytest_personalize.data.avro import avro_text, parse_schema
from pytest_personalize.data.csv_import import CsvTrial, ImportMode, import_csv, read_ids
from pytest_personalize.data.errors import CsvError
from pytest_personalize.data.records import Records
from pytest_personalize.data.values import parse_text

Make = Callable[..., Records]

GUIDELINES = (
    "If no values exceed the character limit, make sure your data follows the formatting guidelines listed in"
    " https://docs.aws.amazon.com/personalize/latest/dg/data-prep-formatting.html."
)


def import_events(records: Records, *files: str, mode: ImportMode = "FULL") -> int:
    return import_csv(
        [(f"s3://b/{number}.csv", text.encode()) for number, text in enumerate(files, 1)], records, "INTERACTIONS", mode
    )


def import_items(records: Records, text: str | bytes, mode: ImportMode = "FULL") -> int:
    data = text if isinstance(text, bytes) else text.encode()
    return import_csv([("s3://b/items.csv", data)], records, "ITEMS", mode)


def events_of(records: Records) -> list[tuple[str, str, int]]:
    log = records.log("INTERACTIONS")
    return [
        (records.users[user], records.items[item], time)
        for user, item, time in zip(log.users, log.items, log.times, strict=True)
    ]


def values_of(records: Records, column: str) -> dict[str, object]:
    table = records.table("ITEMS")
    return {records.items[index]: table.value(index, column) for index in table}


def outcome_of(function: Callable[..., object], *args: object) -> object:
    try:
        return function(*args)
    except (ValueError, CsvError) as error:
        return error


class TestReading:
    def test_columns_are_found_by_name_and_others_ignored(self, events: Make) -> None:
        records = events(EVENT_TYPE="string")
        rows = import_events(
            records, "TIMESTAMP,COLOR,EVENT_TYPE,ITEM_ID,USER_ID\n5,red,watch,i1,ann\n6,,click,i2,bob\n"
        )
        assert rows == 2
        assert events_of(records) == [("ann", "i1", 5), ("bob", "i2", 6)]
        assert records.log("INTERACTIONS").value(1, "EVENT_TYPE") == "click"

    def test_every_file_has_a_header_of_its_own(self, events: Make) -> None:
        records = events()
        rows = import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\nann,i1,5\n", "ITEM_ID,TIMESTAMP,USER_ID\ni1,6,bob\n")
        assert rows == 2
        assert events_of(records) == [("ann", "i1", 5), ("bob", "i1", 6)]

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_line_ends_blank_lines_and_a_byte_order_mark_do_not_matter(self, events: Make, end: str) -> None:
        records = events()
        lines = ["\ufeffUSER_ID,ITEM_ID,TIMESTAMP", "ann,i1,5", "", "bob,i2,6", ""]
        assert import_events(records, end.join(lines)) == 2
        assert events_of(records) == [("ann", "i1", 5), ("bob", "i2", 6)]

    @pytest.mark.parametrize(
        "header", ['"USER_ID","ITEM_ID","TIMESTAMP","NOTE"', 'USER_ID,"ITEM_ID",TIMESTAMP,"a ""b"", c"']
    )
    def test_a_header_is_quoted_as_cells_are(self, events: Make, header: str) -> None:
        records = events()
        assert import_events(records, f"{header}\nann,i1,5,x\n") == 1
        assert events_of(records) == [("ann", "i1", 5)]

    def test_a_header_alone_is_an_empty_dataset(self, events: Make) -> None:
        records = events()
        assert import_events(records, "USER_ID,ITEM_ID,TIMESTAMP") == 0
        assert events_of(records) == []

    def test_empty_cells_are_null_where_the_schema_allows_it(self, items: Make) -> None:
        records = items(GENRE="string? categorical", YEAR="int?", PRICE="double?", ADULT="boolean?")
        import_items(records, "ITEM_ID,GENRE,YEAR,PRICE,ADULT\ni1,,,,\ni2,Drama,1999,2.5,true\ni3,,-1,1e3,false\n")
        assert values_of(records, "GENRE") == {"i1": None, "i2": "Drama", "i3": None}
        assert values_of(records, "YEAR") == {"i1": None, "i2": 1999, "i3": -1}
        assert values_of(records, "PRICE") == {"i1": None, "i2": 2.5, "i3": 1000.0}
        assert values_of(records, "ADULT") == {"i1": None, "i2": True, "i3": False}

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ('"a, b"', "a, b"),
            (r'"say \"hi\", he said"', 'say "hi", he said'),
            ('"say ""hi"", he said"', 'say "hi", he said'),
            (r'"back\\slash"', r"back\slash"),
            (r'"tab\tand\\\"both\""', r'tab\tand\"both"'),
            (r"un\quoted", r"un\quoted"),
            ("naïve 映画", "naïve 映画"),
        ],
    )
    def test_quoted_text_takes_backslashes_and_doubled_quotes(self, items: Make, cell: str, value: str) -> None:
        records = items(TITLE="string", YEAR="int")
        import_items(records, f"ITEM_ID,TITLE,YEAR\ni1,{cell},1999\n")
        assert values_of(records, "TITLE") == {"i1": value}

    @pytest.mark.parametrize(("letter", "kept"), [("x", 20_000), ("映", 7_000)])
    def test_textual_values_are_cut_off(self, items: Make, letter: str, kept: int) -> None:
        records = items(TEXT="string textual")
        import_items(records, f"ITEM_ID,TEXT\ni1,{letter * 20_001}\ni2,short\n")
        assert values_of(records, "TEXT") == {"i1": letter * kept, "i2": "short"}

    def test_how_long_a_value_may_be_is_no_matter_of_the_process(self, items: Make) -> None:
        before = csv.field_size_limit(10)
        try:
            records = items(TEXT="string textual", GENRE="string? categorical")
            import_items(records, f'ITEM_ID,TEXT,GENRE\ni1,"{"x, " * 50_000}",Drama\ni2,short,"War, Crime"\n')
            assert values_of(records, "TEXT") == {"i1": ("x, " * 50_000)[:20_000], "i2": "short"}
            assert csv.field_size_limit() == 10
        finally:
            csv.field_size_limit(before)

    def test_the_last_of_two_records_of_an_id_counts(self, items: Make) -> None:
        records = items(YEAR="int")
        assert import_items(records, "ITEM_ID,YEAR\ni1,1\ni2,2\ni1,3\n") == 3
        assert values_of(records, "YEAR") == {"i1": 3, "i2": 2}

    def test_action_interactions_are_about_actions(self, schema: Callable[..., object]) -> None:
        records = Records()
        fields = {"USER_ID": "string", "ACTION_ID": "string", "EVENT_TYPE": "string", "TIMESTAMP": "long"}
        records.add_dataset("ACTION_INTERACTIONS", schema("ActionInteractions", **fields))
        data = b"USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\nann,a1,Not taken,5\n"
        import_csv([("f", data)], records, "ACTION_INTERACTIONS", "FULL")
        assert list(records.actions) == ["a1"]
        assert list(records.items) == []
        assert records.log("ACTION_INTERACTIONS").value(0, "EVENT_TYPE") == "Not taken"


class TestValues:
    KINDS = ("string", "string?", "string categorical", "int", "int?", "long?", "float", "double?", "boolean?")
    CELLS = st.sampled_from(
        ["", "7", "-7", "+7", "7.0", "7e2", "2147483648", "1" * 20, "1e39", "1e309", "true", "True"]
    ) | (st.text(st.sampled_from("0123456789+-.eE_ intfa\u0663"), max_size=5))

    @given(kind=st.sampled_from(KINDS), cells=st.lists(CELLS, min_size=1, max_size=5))
    def test_a_column_is_read_or_refused_as_each_of_its_cells_is(
        self, items: Make, kind: str, cells: list[str]
    ) -> None:
        records = items(OWN=kind, ALWAYS="int")
        field = records.schemas["ITEMS"].field("OWN")
        assert field is not None
        text = "ITEM_ID,OWN,ALWAYS\n" + "".join(f"i{number},{cell},1\n" for number, cell in enumerate(cells))
        outcomes = [outcome_of(parse_text, field, cell) for cell in cells]
        problems = [str(outcome) for outcome in outcomes if isinstance(outcome, ValueError)]
        trial = CsvTrial("items.csv", io.BytesIO(text.encode()), records.schemas["ITEMS"])
        assert [problem.problem for problem in trial.problems()] == problems
        refusal = outcome_of(import_items, records, text)
        if problems:
            assert isinstance(refusal, CsvError)
            assert refusal.problem == problems[0]
        else:
            assert list(values_of(records, "OWN").values()) == outcomes

    @pytest.mark.parametrize(
        ("kind", "least", "greatest"),
        [
            ("int", -2147483648, 2147483647),
            ("int?", -2147483648, 2147483647),
            ("long", -9223372036854775808, 9223372036854775807),
            ("long?", -9223372036854775807, 9223372036854775807),
        ],
    )
    def test_whole_numbers_reach_to_the_bounds_of_their_type(
        self, items: Make, kind: str, least: int, greatest: int
    ) -> None:
        records = items(OWN=kind)
        import_items(records, f"ITEM_ID,OWN\ni1,{least}\ni2,{greatest}\n")
        assert values_of(records, "OWN") == {"i1": least, "i2": greatest}
        for beyond in (least - 1, greatest + 1, -(2**63) - 1):
            with pytest.raises(CsvError, match=f"'{beyond}' is no {kind.removesuffix('?')}"):
                import_items(records, f"ITEM_ID,OWN\ni1,{beyond}\n")


class TestQuotes:
    LINES = st.lists(st.lists(st.sampled_from(["i1", "", "7", " "]), max_size=4).map(",".join), max_size=6)

    @given(lines=LINES, end=st.sampled_from(["\n", "\r\n", "\r"]))
    def test_nothing_depends_on_whether_there_are_any(self, items: Make, lines: list[str], end: str) -> None:
        records = items(YEAR="int?", NOTE="string?")
        quoted = [f'"{line.partition(",")[0]}"{line[len(line.partition(",")[0]) :]}' if line else "" for line in lines]
        results = []
        for each in (lines, quoted):
            text = end.join(["ITEM_ID,YEAR,NOTE", *each])
            trial = CsvTrial("items.csv", io.BytesIO(text.encode()), records.schemas["ITEMS"])
            results.append(([(problem.line, problem.problem) for problem in trial.problems()], trial.rows))
        assert results[0] == results[1]

    def test_blank_lines_are_no_records(self, items: Make) -> None:
        records = items(YEAR="int")
        assert import_items(records, "ITEM_ID,YEAR\n\n\ni1,1\n\n") == 1
        assert import_items(records, "ITEM_ID,YEAR\n\n\n") == 0


class TestModes:
    """What stays of the rows before (developer guide, bulk import)."""

    def test_full_replaces_imported_rows_and_keeps_those_put_in(self, events: Make) -> None:
        records = events()
        import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\nann,i1,1\n")
        records.log("INTERACTIONS").append(user=records.users.intern("bob"), item=0, time=2)
        import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\ncleo,i2,3\n")
        assert events_of(records) == [("cleo", "i2", 3), ("bob", "i1", 2)]
        assert list(records.log("INTERACTIONS").rows_of_user(1)) == [1]

    def test_incremental_adds(self, events: Make) -> None:
        records = events()
        import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\nann,i1,2\n")
        assert list(records.log("INTERACTIONS").rows_of_user(0)) == [0]
        import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\nann,i2,1\n", mode="INCREMENTAL")
        assert events_of(records) == [("ann", "i1", 2), ("ann", "i2", 1)]
        assert list(records.log("INTERACTIONS").rows_of_user(0)) == [1, 0]

    def test_incremental_replaces_the_record_of_an_id(self, items: Make) -> None:
        records = items(YEAR="int", GENRE="string? categorical")
        import_items(records, "ITEM_ID,YEAR,GENRE\ni1,1,Drama\ni2,2,Horror\n")
        import_items(records, "ITEM_ID,YEAR,GENRE\ni2,3,\ni3,4,Comedy\n", mode="INCREMENTAL")
        assert values_of(records, "YEAR") == {"i1": 1, "i2": 3, "i3": 4}
        assert values_of(records, "GENRE") == {"i1": "Drama", "i2": None, "i3": "Comedy"}

    def test_full_forgets_the_records_of_former_imports_only(self, items: Make) -> None:
        records = items(YEAR="int")
        import_items(records, "ITEM_ID,YEAR\ni1,1\n")
        records.table("ITEMS").put(records.items.intern("i2"), {"YEAR": 2})
        import_items(records, "ITEM_ID,YEAR\ni3,3\n")
        assert values_of(records, "YEAR") == {"i3": 3, "i2": 2}

    @pytest.mark.parametrize("mode", ["FULL", "INCREMENTAL"])
    def test_a_copy_made_before_sees_nothing_of_it(self, items: Make, mode: ImportMode) -> None:
        records = items(YEAR="int")
        import_items(records, "ITEM_ID,YEAR\ni1,1\n")
        copy = records.fork()
        import_items(records, "ITEM_ID,YEAR\ni1,2\ni9,2\n", mode=mode)
        assert values_of(copy, "YEAR") == {"i1": 1}
        assert list(copy.items) == ["i1"]


HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE\n"
GOOD = "ann,i1,5,watch,1.5,tv\n"


class TestRefusal:
    @pytest.fixture
    def records(self, events: Make) -> Records:
        records = events(EVENT_TYPE="string", EVENT_VALUE="float?", DEVICE="string categorical")
        import_events(records, HEADER + GOOD)
        return records

    @pytest.mark.parametrize(
        ("line", "column", "problem"),
        [
            (",i1,5,watch,,tv", "USER_ID", "A value is missing: the schema does not allow null for USER_ID"),
            ("ann,i1,5,,,tv", "EVENT_TYPE", "A value is missing"),
            ("ann,i1,5,watch,,", "DEVICE", "A value is missing"),
            ("ann,i1,,watch,,tv", "TIMESTAMP", "A value is missing"),
            (f"{'u' * 257},i1,5,watch,,tv", "USER_ID", "Length cannot be more than 256 characters for USER_ID. "),
            (f"ann,{'i' * 257},5,watch,,tv", "ITEM_ID", "Length cannot be more than 256 characters for ITEM_ID. "),
            (
                f"ann,i1,5,watch,,{'d|' * 500}d",
                "DEVICE",
                f"Length cannot be more than 1000 characters for DEVICE. {GUIDELINES}",
            ),
            ("ann,i1,5.0,watch,,tv", "TIMESTAMP", "'5.0' is no long for TIMESTAMP: expected a whole number from"),
            ("ann,i1, 5,watch,,tv", "TIMESTAMP", "' 5' is no long"),
            ("ann,i1,1_000,watch,,tv", "TIMESTAMP", "'1_000' is no long"),
            ("ann,i1,٣,watch,,tv", "TIMESTAMP", "'٣' is no long"),
            ("ann,i1,9223372036854775808,watch,,tv", "TIMESTAMP", "'9223372036854775808' is no long"),
            ("ann,i1,5-6,watch,,tv", "TIMESTAMP", "'5-6' is no long"),
            ("ann,i1,-5,watch,,tv", "TIMESTAMP", "'-5' is no long for TIMESTAMP: expected a whole number from 0 to"),
            (" \t,i1,5,watch,,tv", "USER_ID", "The value of USER_ID is blank"),
            ("ann,\u3000,5,watch,,tv", "ITEM_ID", "The value of ITEM_ID is blank"),
            ("ann,i1,5,wat\0ch,,tv", "EVENT_TYPE", "The value has a NUL byte in it"),
            ("ann,i1,5,watch,nan,tv", "EVENT_VALUE", "'nan' is no float for EVENT_VALUE: expected a number from"),
            ("ann,i1,5,watch,1e39,tv", "EVENT_VALUE", "'1e39' is no float"),
            ("ann,i1,5,watch,high,tv", "EVENT_VALUE", "'high' is no float"),
            ("ann,i1,5,watch,1.5", None, "The record has 5 values: expected 6, as in the header"),
            ("ann,i1,5,watch,1.5,tv,x", None, "The record has 7 values: expected 6"),
            (" ", None, "The record has 1 values: expected 6"),
            ('ann,i1,5,"watch" it,,tv', None, "The record is not well-formed CSV"),
            ('ann,"i1,5,watch,,tv', None, "The record is not well-formed CSV"),
            ('ann,"i\n1",5,watch,,tv', None, "A record must not span several lines"),
            (f'ann,"{"i" * 9000}\n1",5,watch,,tv', None, "A record must not span several lines"),
            ('ann,"i\n1",5', None, "The record is not well-formed CSV: a quote has no end"),
        ],
    )
    @pytest.mark.parametrize("before", [0, 1, 2000])
    def test_the_first_bad_record_is_named(
        self, records: Records, before: int, line: str, column: str | None, problem: str
    ) -> None:
        text = f"{HEADER}{GOOD * before}{line}\n"
        with pytest.raises(CsvError) as refusal:
            import_events(records, HEADER + GOOD, text)
        error = refusal.value
        assert (error.file, error.line, error.column) == ("s3://b/2.csv", before + 2, column)
        assert problem in str(error)
        assert f"s3://b/2.csv, line {before + 2}" in str(error)

    @pytest.mark.parametrize(("kind", "cell"), [("int?", "2147483648"), ("boolean", "True"), ("boolean?", "1")])
    def test_other_types_are_checked_too(self, items: Make, kind: str, cell: str) -> None:
        records = items(YEAR="int", OWN=kind)
        with pytest.raises(CsvError, match=f"'{cell}' is no {kind.removesuffix('?')} for OWN: expected") as refusal:
            import_items(records, f"ITEM_ID,YEAR,OWN\n\ni1,1,{cell}\n")
        assert refusal.value.line == 3

    @pytest.mark.parametrize("kind", ["int", "int?"])
    def test_the_entry_that_stands_for_null_is_no_int(self, items: Make, kind: str) -> None:
        with pytest.raises(CsvError, match="'-9223372036854775808' is no int for OWN"):
            import_items(items(OWN=kind, YEAR="int"), "ITEM_ID,OWN,YEAR\ni1,-9223372036854775808,1\n")

    def test_a_gzip_file_is_said_to_be_compressed(self, items: Make) -> None:
        with pytest.raises(
            CsvError, match=r"compressed with gzip: Amazon Personalize reads plain CSV.*s3://b/items.csv"
        ):
            import_items(items(YEAR="int"), gzip.compress(b"ITEM_ID,YEAR\ni1,1\n"))

    def test_a_nul_byte_is_found_in_columns_that_are_not_read_too(self, items: Make) -> None:
        with pytest.raises(CsvError, match="NUL byte") as refusal:
            import_items(items(YEAR="int"), "ITEM_ID,YEAR,NOTE\ni1,1,\ni2,1,\0\n")
        assert (refusal.value.line, refusal.value.column) == (3, "NOTE")

    @pytest.mark.parametrize("header", ["ITEM_ID\0,YEAR", '"ITEM_ID,YEAR', "I\0T\0E\0M\0_\0I\0D\0"])
    def test_a_header_that_cannot_be_read_is_refused(self, items: Make, header: str) -> None:
        with pytest.raises(CsvError, match=r"The header .*line 1\)"):
            import_items(items(YEAR="int"), f"{header}\ni1,1\n")

    def test_text_that_is_not_utf8_is_named_by_line(self, items: Make) -> None:
        records = items(TITLE="string", YEAR="int")
        good = b"i1,A,1\n" * 3000
        with pytest.raises(CsvError, match="not encoded in UTF-8") as refusal:
            import_items(records, b"ITEM_ID,TITLE,YEAR\n" + good + "i2,é,2\n".encode("latin-1"))
        assert refusal.value.line == 3002

    def test_so_is_a_header(self, items: Make) -> None:
        with pytest.raises(CsvError, match="not encoded in UTF-8") as refusal:
            import_items(items(YEAR="int"), "ITEM_ID,YEAR,É\ni1,1,2\n".encode("latin-1"))
        assert (refusal.value.line, refusal.value.place) == (1, len("ITEM_ID,YEAR,") + 1)

    @pytest.mark.parametrize("title", ["A", '"A"', '"A, or B"', '"A ""B"""', '"A \\"B\\""', ""])
    def test_a_value_that_is_refused_is_pointed_at(self, items: Make, title: str) -> None:
        with pytest.raises(CsvError, match="'old' is no int for YEAR") as refusal:
            import_items(items(TITLE="string?", YEAR="int"), f"ITEM_ID,TITLE,YEAR\ni1,{title},old\n")
        assert refusal.value.row == f"i1,{title},old"
        assert refusal.value.row[refusal.value.place - 1 :] == "old"

    def test_a_quote_does_not_reach_over_what_is_not_utf8(self, items: Make) -> None:
        data = b'ITEM_ID,TITLE,YEAR\ni1,"A,1\n' + 'é",2\n'.encode("latin-1")
        with pytest.raises(CsvError, match="a quote has no end") as refusal:
            import_items(items(TITLE="string", YEAR="int"), data)
        assert refusal.value.line == 2

    def test_of_times_in_milliseconds_a_trial_tells_once(self, events: Make) -> None:
        text = "USER_ID,ITEM_ID,TIMESTAMP\n" + "ann,i1,1700000000000\n" * 2000
        trial = CsvTrial("f", io.BytesIO(text.encode()), events().schemas["INTERACTIONS"])
        assert [(problem.code, problem.line) for problem in trial.problems()] == [("milliseconds", 2)]
        assert trial.rows == 2000

    @pytest.mark.parametrize(
        ("header", "missing"),
        [
            ("USER_ID,ITEM_ID,EVENT_TYPE,EVENT_VALUE", "TIMESTAMP, DEVICE"),
            ("user_id,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE", "USER_ID"),
            ('" USER_ID",ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE', "USER_ID"),
            ("USER_ID, ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE", "ITEM_ID"),
            ("", "USER_ID, ITEM_ID, TIMESTAMP, EVENT_TYPE, EVENT_VALUE, DEVICE"),
        ],
    )
    def test_the_header_must_cover_the_schema(self, records: Records, header: str, missing: str) -> None:
        with pytest.raises(CsvError) as refusal:
            import_events(records, f"{header}\nann,i1,5,watch,1.5,tv\n")
        assert str(refusal.value).startswith(f"Input csv is missing the following columns: [{missing}].")
        assert refusal.value.line == 1

    def test_a_column_must_not_come_twice(self, records: Records) -> None:
        with pytest.raises(CsvError, match="names a column twice") as refusal:
            import_events(records, HEADER.replace("\n", ",DEVICE\n"))
        assert (refusal.value.line, refusal.value.column) == (1, "DEVICE")
        assert refusal.value.row[refusal.value.place - 1 :] == "DEVICE"  # the second one

    def test_more_event_types_than_can_be_told_apart_are_refused(self, records: Records) -> None:
        lines = [f"ann,i1,5,type{number},,tv\n" for number in range(2**16)]
        with pytest.raises(CsvError, match="more than 65535 distinct event types"):
            import_events(records, HEADER + "".join(lines))

    @pytest.mark.parametrize("mode", ["FULL", "INCREMENTAL"])
    def test_nothing_of_a_refused_import_stays(self, records: Records, mode: ImportMode) -> None:
        good = "".join(f"user{number},item{number},5,new,,pc\n" for number in range(600))
        with pytest.raises(CsvError):
            import_events(records, HEADER + good + "ann,i1,soon,watch,,tv\n", mode=mode)
        log = records.log("INTERACTIONS")
        assert events_of(records) == [("ann", "i1", 5)]
        assert list(chain(records.users, records.items, log.event_types)) == ["ann", "i1", "", "watch"]
        log.append(user=0, item=0, time=6, type="click", extra={"DEVICE": "pc"})
        assert [log.value(1, name) for name in ("EVENT_TYPE", "DEVICE")] == ["click", "pc"]


class TestMilliseconds:
    def test_they_are_imported_with_one_warning_that_says_what_they_would_mean(self, events: Make) -> None:
        records = events()
        with pytest.warns(TimestampWarning) as caught:
            import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\nann,i1,1700000000000\nann,i2,1600000000000\n")
        assert [str(warning.message) for warning in caught] == [
            "TIMESTAMP 1700000000000 is read as seconds, far in the future: is it in milliseconds?"
            " It would then mean 2023-11-14 22:13:20 UTC"
        ]
        assert [time for _, _, time in events_of(records)] == [1700000000000, 1600000000000]

    @pytest.mark.parametrize("time", [1_700_000_000, 99_999_999_999, 2**62])
    def test_all_else_is_imported_without_one(self, events: Make, time: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            import_events(events(), f"USER_ID,ITEM_ID,TIMESTAMP\nann,i1,{time}\n")


def test_the_users_of_a_deletion_file_are_read() -> None:
    files = [("1.csv", b"USER_ID\nann\nbob\n"), ("2.csv", b"USER_ID\nann\ncleo\n")]
    assert list(read_ids(files)) == ["ann", "bob", "cleo"]


def test_a_deletion_file_needs_its_column() -> None:
    with pytest.raises(CsvError, match=r"missing the following columns: \[USER_ID\]"):
        read_ids([("1.csv", b"ID\nann\n")])


def test_events_without_a_type_have_a_row_in_every_column() -> None:
    fields = [{"name": name, "type": "string"} for name in ("USER_ID", "ITEM_ID")]
    records = Records()
    records.add_dataset(
        "INTERACTIONS", parse_schema(avro_text("Interactions", [*fields, {"name": "TIMESTAMP", "type": "long"}]))
    )
    import_events(records, "USER_ID,ITEM_ID,TIMESTAMP\nu,i,1\nu,j,2\n")
    log = records.log("INTERACTIONS")
    log.append(user=0, item=0, time=3, type="View")

    assert [log.value(row, "EVENT_TYPE") for row in range(3)] == [None, None, "View"]
