"""Tags: which resources have them, how many, and what they read like."""

from __future__ import annotations

from typing import Final

from pytest_personalize.conformance.case import Case, guide, model
from pytest_personalize.conformance.rows import II, TK, TT, Book, answered, refused, request, slug, unknown
from pytest_personalize.conformance.things import RECIPE

RULES: Final = guide("tagging resources")
SHAPES: Final = model("the errors of the operations")
TAGGABLE: Final = ("CreateDatasetGroup", "CreateFilter", "CreateEventTracker", "CreateDataset", "CreateSolution")


def tags(count: int) -> list[dict[str, str]]:
    """So many tags."""
    return [{"tagKey": f"key{number}", "tagValue": "value"} for number in range(count)]


def _of_creations() -> list[Case]:
    cases = []
    for operation in TAGGABLE:
        start = f"tags/{slug(operation[6:])}"
        need = {"CreateFilter": ("<shop INTERACTIONS>",), "CreateSolution": ("<shop data>",)}.get(operation, ())
        reserved = [{"tagKey": "aws:x", "tagValue": "y"}]
        cases += [
            answered(f"{start}-made-with-50", request(operation, tags=tags(50)), {}, RULES, tier="core", needs=need),
            refused(f"{start}-made-with-51", request(operation, tags=tags(51)), TT, SHAPES, needs=need),
            refused(f"{start}-reserved-key", request(operation, tags=reserved), II, RULES, needs=need),
            refused(f"{start}-key-twice", request(operation, tags=[*tags(1), *tags(1)]), II, RULES, needs=need),
        ]
    return cases


OWN: Final = "<own filter>"
RED: Final = [{"tagKey": "colour", "tagValue": "red"}]
BLUE: Final = [{"tagKey": "colour", "tagValue": "blue"}]

BOOK: Final = Book(
    *_of_creations(),
    answered(
        "tags/listed",
        ("ListTagsForResource", {"resourceArn": "<shop>"}),
        {"tags": [{"tagKey": "team", "tagValue": "search"}]},
        RULES,
        tier="core",
    ),
    answered("tags/none", ("ListTagsForResource", {"resourceArn": OWN}), {"tags": []}, RULES, tier="core"),
    answered(
        "tags/added",
        ("ListTagsForResource", {"resourceArn": OWN}),
        {"tags": RED},
        RULES,
        ("TagResource", {"resourceArn": OWN, "tags": RED}),
        tier="core",
    ),
    answered(
        "tags/replaced",
        ("ListTagsForResource", {"resourceArn": OWN}),
        {"tags": BLUE},
        RULES,
        ("TagResource", {"resourceArn": OWN, "tags": RED}),
        ("TagResource", {"resourceArn": OWN, "tags": BLUE}),
        tier="core",
    ),
    answered(
        "tags/removed",
        ("ListTagsForResource", {"resourceArn": OWN}),
        {"tags": []},
        RULES,
        ("TagResource", {"resourceArn": OWN, "tags": RED}),
        ("UntagResource", {"resourceArn": OWN, "tagKeys": ["colour"]}),
        tier="core",
    ),
    answered(
        "tags/case-matters",
        ("ListTagsForResource", {"resourceArn": OWN}),
        {"tags": [*RED, {"tagKey": "Colour", "tagValue": "red"}]},
        RULES,
        ("TagResource", {"resourceArn": OWN, "tags": [*RED, {"tagKey": "Colour", "tagValue": "red"}]}),
    ),
    answered(
        "tags/empty-value", ("TagResource", {"resourceArn": OWN, "tags": [{"tagKey": "k", "tagValue": ""}]}), {}, RULES
    ),
    answered(
        "tags/not-ascii",
        ("TagResource", {"resourceArn": OWN, "tags": [{"tagKey": "größe", "tagValue": "groß"}]}),
        {},
        RULES,
    ),
    answered(
        "tags/unknown-key-removed", ("UntagResource", {"resourceArn": OWN, "tagKeys": ["no-such-key"]}), {}, RULES
    ),
    refused("tags/50-more", ("TagResource", {"resourceArn": "<shop>", "tags": tags(50)}), TT, SHAPES),
    refused(
        "tags/51-keys-removed",
        ("UntagResource", {"resourceArn": OWN, "tagKeys": [f"k{n}" for n in range(51)]}),
        TK,
        SHAPES,
    ),
    refused("tags/of-a-schema", ("TagResource", {"resourceArn": "<users schema>", "tags": RED}), II, RULES),
    refused("tags/of-a-schema-listed", ("ListTagsForResource", {"resourceArn": "<users schema>"}), II, RULES),
    refused("tags/of-a-recipe", ("ListTagsForResource", {"resourceArn": f"{RECIPE}sims"}), II, RULES),
    refused("tags/of-an-attribution", ("TagResource", {"resourceArn": "<bare attribution>", "tags": RED}), II, RULES),
    refused(
        "tags/reserved-key-added",
        ("TagResource", {"resourceArn": OWN, "tags": [{"tagKey": "aws:x", "tagValue": "y"}]}),
        II,
        RULES,
    ),
    refused("tags/key-twice", ("TagResource", {"resourceArn": OWN, "tags": [*RED, *BLUE]}), II, RULES),
    unknown(
        "tags/of-what-is-being-deleted",
        "In which states of a resource can its tags not be changed?",
        ("TagResource", {"resourceArn": OWN, "tags": RED}),
        ("DeleteFilter", {"filterArn": OWN}),
    ),
)
