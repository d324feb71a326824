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
    (r"\p{IsL}\p{gc=N}\p{general_category=Zs}", "é5\u3000"),
    (r"\p{LC}", "ǅ"),
    (r"\p{Co}\p{Co}", "\ue000\U0010fffd"),
    (r"\p{Cn}", "\U000a0000"),
    (r"\p{Alpha}\p{Digit}\p{Punct}\p{Space}", "a1! "),
    (r"rate\(\d+ days?\)", "rate(7 days)"),
    (r"\S\D\W", "éé-"),
    (r"a.b", "a\u2027b"),
    (r"a.b", "a\U0001f600b"),
    (r"a\nb", "a\nb"),
    (r"[a\-z]+", "a-z"),
    (r"[a-]+", "a-"),
    (r"[]a]+", "]a"),
    (r"[a-c[x-z]]+", "axz"),
    (r"[a-z&&[^m]]+", "abc"),
    (r"[a-z&&[def]&&[e]]", "e"),
    (r"[^a-z&&[^m]]", "m"),
    (r"[a&b]+", "&"),
    (r"[\d\x41\u0042]+", "9AB"),
    (r"\x{1F600}\t\0101\cA", "😀\tA\x01"),
    (r"\Qa.b[\E\d", "a.b[7"),
    (r"(?<word>ab)\k<word>", "abab"),
    (r"(a)\10", "aa0"),
    (r"(?:a|b)(?=c).", "bc"),
    (r"a++b*+(?>c)", "aabc"),
    (r"a|bc", "bc"),
    (r"^a$|^b$", "b"),
    (r"\Aab\z", "ab"),
    (r"a\Rb", "a\r\nb"),
    (r"a\h\v", "a\u00a0\u2028"),
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
    (r"\p{Lower}", "é"),
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
    (r"[a-z&&[^m]]+", "m"),
    (r"[^a-z]", "m"),
    (r"\Qa.b\E", "axb"),
    (r"arn:([a-z\d-]+):personalize:.*:.*:.+", "arn:aws:personalize:us-east-1:123456789012:"),
]


@pytest.mark.parametrize(("pattern", "value"), MATCHES)
def test_matches(pattern: str, value: str) -> None:
    assert compile_pattern(pattern)(value)


@pytest.mark.parametrize(("pattern", "value"), MISMATCHES)
def test_does_not_match(pattern: str, value: str) -> None:
    assert not compile_pattern(pattern)(value)


@pytest.mark.parametrize(
    "pattern",
    [r"\p{IsLatin}", r"\p{InGreek}", r"\p", r"(?i)abc", r"(?x) a", "[a", "(a", "a\\", "[z-a]", r"[a-\d]", r"\y", "*a"],
)
def test_what_has_no_translation_is_said_to_have_none(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern, match=re.escape(pattern)):
        compile_pattern(pattern)


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_the_installed_models_is_understood(service: str) -> None:
    model = service_model(service)
    shapes = [model.shape_for(name) for name in model.shape_names]
    patterns = [shape.metadata["pattern"] for shape in shapes if "pattern" in shape.metadata]

    assert patterns
    for pattern in patterns:
        compile_pattern(pattern)("\u00e9")  # not ASCII: both translations are made
