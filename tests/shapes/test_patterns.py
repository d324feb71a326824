"""Java regular expressions: what the service models write, and what Java means by it."""

import re

import pytest

from pytest_personalize.shapes.models import SERVICES, service_model
from pytest_personalize.shapes.patterns import UnsupportedPattern, compile_pattern

TAG = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"

MATCHES = [
    (r"[a-z]+", "abc"),
    (TAG, ""),
    (TAG, "Größe/крупный=大 42"),
    (TAG, "no-break\u00a0space"),
    (TAG, "𝒜𠀀"),  # letters beyond the basic plane
    (r"\p{ASCII}{0,1500}", "\x00 ~\x7f"),
    (r"\p{Lu}\p{Ll}\p{Nd}", "Éé٣"),
    (r"\pL", "ß"),
    (r"\P{L}", "1"),
    (r"\P{L}", "→"),
    (r"[^\p{L}]", "→"),
    (r"[\P{L}]", "\U0001d7d9"),
    (r"\p{Co}\p{Co}", "\ue000\U0010fffd"),
    (r"\p{Cn}", "\U000a0000"),
    (r"rate\(\d+ days?\)", "rate(7 days)"),
    (r"\S\D\W", "éé-"),
    (r"a.b", "a\u2027b"),
    (r"a.b", "a\U0001f600b"),
    (r"a\nb", "a\nb"),
    (r"[a\-z]+", "a-z"),
    (r"[a-]+", "a-"),
    (r"[]a]+", "]a"),
    (r"[a&b]+", "&"),
    (r"[(?]+", "(?"),
    (r"a&&b", "a&&b"),
    (r"[\p{Co}a]", "a"),
    (r"\p{IsL}", "é"),
    (r"\Aab\Z", "ab"),
    (r"\t[\n]", "\t\n"),
    (r"[\d\x41\u0042]+", "9AB"),
    (r"(?:a|b)(?=c).", "bc"),
    (r"a++b*+(?>c)", "aabc"),
    (r"a|bc", "bc"),
    (r"^a$|^b$", "b"),
    (r"\w+#{2}", "ab##"),
]

MISMATCHES = [
    (r"[a-z]+", "abc1"),
    (r"[a-z]+", "abc\n"),  # nothing may be left over, not even a line end
    (r"^[A-Za-z_]+$", "abc\n"),
    (r"^[A-Za-z_]+$", ""),
    (r"a|bc", "ac"),
    (TAG, "semi;colon"),
    (TAG, "tab\t"),
    (TAG, "grin😀"),
    (r"\p{ASCII}{0,1500}", "é"),
    (r"\p{L}", "\u0661"),
    (r"\P{L}", "é"),
    (r"[^\p{L}]", "é"),
    (r"[^\p{L}]", "e"),
    (r"\d", "٣"),
    (r"\w", "é"),
    (r"\s", "\u00a0"),
    (r"[\d]", "٣"),
    (r"é\b-", "é-"),
    (r"[^\D]", "٣"),
    (r"a.b", "a\nb"),
    (r"a.b", "a\rb"),
    (r"a.b", "a\u0085b"),
    (r"a.b", "a\u2028b"),
    (r"a.b", "a\u2029b"),
    (r"[^a-z]", "m"),
    (r"arn:([a-z\d-]+):personalize:.*:.*:.+", "arn:aws:personalize:us-east-1:123456789012:"),
]


@pytest.mark.parametrize(("pattern", "value"), MATCHES)
def test_matches(pattern: str, value: str) -> None:
    assert compile_pattern(pattern)(value)


@pytest.mark.parametrize(("pattern", "value"), MISMATCHES)
def test_does_not_match(pattern: str, value: str) -> None:
    assert not compile_pattern(pattern)(value)


NOT_READ = [
    r"\p{IsLatin}",
    r"\p{Alpha}",
    r"\p",
    r"[\p{L}-x]",
    r"(?i)abc",
    r"(?<word>ab)",
    "[a",
    "(a",
    "a\\",
    "[z-a]",
    r"[a-\d]",
    r"[a-c[x-z]]+",
    r"[a-z&&[^m]]+",
    r"\Qa.b\E",
    r"(a)\10",
    r"\x{1F600}",
    r"\0101",
    r"\v",
    r"\R",
    "*a",
]


@pytest.mark.parametrize("pattern", NOT_READ)
def test_what_python_reads_differently_or_not_at_all_is_said_so(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern, match=re.escape(pattern)):
        compile_pattern(pattern)


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_the_installed_models_is_understood(service: str) -> None:
    model = service_model(service)
    shapes = [model.shape_for(name) for name in model.shape_names]
    patterns = [shape.metadata["pattern"] for shape in shapes if "pattern" in shape.metadata]

    assert patterns
    for pattern in patterns:
        compile_pattern(pattern)("\u00e9")  # not ASCII: both ways are gone
