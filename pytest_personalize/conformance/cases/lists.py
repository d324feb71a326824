"""Lists: pages, tokens, order, and which members a summary has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Long, guide, model, recorded
from pytest_personalize.conformance.rows import NT, Book, answered, refused, request, slug
from pytest_personalize.conformance.samples import SAMPLES

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

LISTS: Final = tuple(name for name in SAMPLES if name.startswith("List") and name != "ListTagsForResource")
PAGES: Final = recorded("ListRecipes, printed 2022-12-20 and later")
SUMMARIES: Final[dict[str, tuple[str, dict[str, Any], str]]] = {
    # operation: key of the rows, a row of them, a thing that must be there
    "ListSchemas": (
        "schemas",
        {"name": ANY, "schemaArn": ANY, "schema": ABSENT, "creationDateTime": ANY},
        "users schema",
    ),
    "ListDatasetGroups": ("datasetGroups", {"name": ANY, "datasetGroupArn": ANY, "status": ANY}, "shop"),
    "ListDatasets": ("datasets", {"datasetArn": ANY, "datasetType": ANY, "schemaArn": ABSENT}, "shop ITEMS"),
    "ListEventTrackers": ("eventTrackers", {"eventTrackerArn": ANY, "trackingId": ABSENT}, "shop tracker"),
    "ListFilters": ("Filters", {"filterArn": ANY, "filterExpression": ABSENT}, "filter"),
    "ListSolutions": ("solutions", {"solutionArn": ANY, "recipeArn": ANY, "solutionConfig": ABSENT}, "picks"),
    "ListSolutionVersions": ("solutionVersions", {"solutionVersionArn": ANY, "recipeArn": ABSENT}, "picks version"),
    "ListCampaigns": ("campaigns", {"campaignArn": ANY, "solutionVersionArn": ABSENT}, "picks campaign"),
    "ListRecommenders": (
        "recommenders",
        {"recommenderArn": ANY, "recipeArn": ANY, "datasetGroupArn": ANY},
        "recommender",
    ),
    "ListMetricAttributions": ("metricAttributions", {"metricAttributionArn": ANY, "status": ANY}, "bare attribution"),
    "ListDatasetImportJobs": ("datasetImportJobs", {"datasetImportJobArn": ANY, "importMode": ANY}, "import"),
    "ListDatasetExportJobs": ("datasetExportJobs", {"datasetExportJobArn": ANY, "status": ANY}, "export"),
    "ListDataDeletionJobs": ("dataDeletionJobs", {"dataDeletionJobArn": ANY, "datasetGroupArn": ANY}, "deletion"),
    "ListBatchInferenceJobs": (
        "batchInferenceJobs",
        {"batchInferenceJobArn": ANY, "solutionVersionArn": ANY},
        "users batch",
    ),
    "ListBatchSegmentJobs": ("batchSegmentJobs", {"batchSegmentJobArn": ANY, "solutionVersionArn": ANY}, "items batch"),
}


BOOK: Final = Book(
    *(
        refused(
            f"lists/{slug(name[4:])}-bad-token",
            (name, {"nextToken": "AYADeKdnJ2"}),
            NT,
            model(f"the errors of {name}"),
        )
        for name in LISTS
        if name != "ListMetricAttributionMetrics"
    ),
    *(
        answered(
            f"lists/{slug(name[4:])}-summary",
            (name, {"maxResults": 1}),
            {rows: [row]},
            model("the shapes of the summaries"),
            tier="core",
            needs=(f"<{thing}>",),
        )
        for name, (rows, row, thing) in SUMMARIES.items()
    ),
    answered("recipes/pages-of-12", ("ListRecipes", {}), {"recipes": Long(12), "nextToken": ANY}, PAGES, tier="strict"),
    answered(
        "recipes/of-a-domain-after-the-cut",
        ("ListRecipes", {"domain": "ECOMMERCE"}),
        {"recipes": Long(5), "nextToken": ANY},
        PAGES,
        tier="strict",
    ),
    answered(
        "recipes/of-video-on-the-second-page",
        ("ListRecipes", {"domain": "VIDEO_ON_DEMAND"}),
        {"recipes": [], "nextToken": ANY},
        PAGES,
        tier="strict",
    ),
)

GIVEN: Final = guide("the actions of the API: maxResults, nextToken")


def whole(world: World, operation: str, rows: str, **members: Any) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = world.call(operation, {**members, **token})
        found += page[rows]
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def _three_schemas(world: World) -> list[str]:
    return [world.make(*request("CreateSchema", name=f"<new {word}>")) for word in ("a", "b", "c")]


@BOOK.checked(
    "lists/every-row-once", "ListSchemas CreateSchema", "pages of one show every schema once", GIVEN, tier="core"
)
def every_row_once(world: World) -> str | None:
    """Pages of one."""
    made = _three_schemas(world)
    seen = [row["schemaArn"] for row in whole(world, "ListSchemas", "schemas", maxResults=1)]
    counts = [seen.count(arn) for arn in made]
    return None if counts == [1, 1, 1] else f"the three were shown {counts} times"


@BOOK.checked(
    "lists/no-more-than-asked", "ListSchemas CreateSchema", "a page of 2 has 2 rows and a token", GIVEN, tier="core"
)
def no_more_than_asked(world: World) -> str | None:
    """A page of two, when there are three."""
    _three_schemas(world)
    page = world.call("ListSchemas", {"maxResults": 2})
    count = len(page["schemas"])
    return None if count == 2 and page.get("nextToken") else f"{count} rows, token {page.get('nextToken')!r}"


@BOOK.checked("lists/last-page-has-no-token", "ListSchemas", "no nextToken on the last page", GIVEN, tier="core")
def last_page(world: World) -> str | None:
    """The token leads to an end."""
    _three_schemas(world)
    token: dict[str, str] = {}
    for _ in range(1000):
        page = world.call("ListSchemas", {"maxResults": 100, **token})
        if "nextToken" not in page:
            return None
        token = {"nextToken": page["nextToken"]}
    return "a thousand pages, and still a token"


@BOOK.checked(
    "lists/token-of-another-list",
    "ListSchemas ListDatasetGroups",
    "InvalidNextTokenException",
    model("InvalidNextTokenException is modelled"),
)
def token_of_another_list(world: World) -> str | None:
    """A token of ListSchemas at ListDatasetGroups."""
    _three_schemas(world)
    token = world.call("ListSchemas", {"maxResults": 1})["nextToken"]
    answer = world.ask("ListDatasetGroups", {"nextToken": token})
    code = getattr(answer, "code", "an answer")
    return None if code == NT else code


@BOOK.checked("recipes/by-name", "ListRecipes", "recipes in the order of their names", PAGES, tier="strict")
def recipes_by_name(world: World) -> str | None:
    """The whole list."""
    names = [row["name"] for row in whole(world, "ListRecipes", "recipes")]
    return None if names == sorted(names) else f"{names}"


@BOOK.checked(
    "recipes/custom-recipes-are-there", "ListRecipes", "the custom recipes of the guide", guide("recipes"), tier="core"
)
def custom_recipes(world: World) -> str | None:
    """Those that the guide recommends today."""
    names = {row["name"] for row in whole(world, "ListRecipes", "recipes")}
    missing = {
        *("aws-user-personalization-v2", "aws-personalized-ranking-v2", "aws-similar-items", "aws-popularity-count"),
        *("aws-trending-now", "aws-item-affinity", "aws-item-attribute-affinity", "aws-next-best-action"),
    } - names
    return f"missing: {sorted(missing)}" if missing else None
