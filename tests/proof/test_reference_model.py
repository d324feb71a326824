"""The control plane against a small reference: what exists, what is accepted, which way a status goes.

The reference knows names, parents and statuses, and nothing of how the emulator works. It is asked before every call
what the call will give, and after every call what there is.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from attrs import define, field
from botocore import xform_name
from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_personalize import PersonalizeBackend, mock_personalize

INVALID = "InvalidInputException"
TAKEN = "ResourceAlreadyExistsException"
IN_USE = "ResourceInUseException"
LIMIT = "LimitExceededException"
MISSING = "ResourceNotFoundException"

KINDS = {
    "DatasetGroup": None,
    "Schema": None,
    "Dataset": "datasetGroupArn",
    "DatasetImportJob": "datasetArn",
    "EventTracker": "datasetGroupArn",
    "Filter": "datasetGroupArn",
    "Solution": "datasetGroupArn",
    "SolutionVersion": "solutionArn",
    "Campaign": "solutionArn",
    "Recommender": "datasetGroupArn",
}
"""Kind of resource -> by which member its list can be filtered."""

BY_ITSELF = {
    "CREATE PENDING": {"CREATE IN_PROGRESS"},
    "CREATE IN_PROGRESS": {"ACTIVE", "CREATE FAILED"},
    "CREATE STOPPING": {"CREATE STOPPED"},
    "STOP PENDING": {"STOP IN_PROGRESS"},
    "STOP IN_PROGRESS": {"INACTIVE"},
    "START PENDING": {"START IN_PROGRESS"},
    "START IN_PROGRESS": {"ACTIVE"},
    "DELETE PENDING": {"DELETE IN_PROGRESS", "gone"},
    "DELETE IN_PROGRESS": {"gone"},
}
"""The ways that a status goes while nobody does anything."""

UNDER_WAY = {"CREATE PENDING", "CREATE IN_PROGRESS", "CREATE STOPPING"}
SETTLED = {"ACTIVE", "CREATE FAILED"}
AT_REST = SETTLED | {"CREATE STOPPED", "INACTIVE"}
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
RECIPE = "arn:aws:personalize:::recipe/aws-"
ROWS = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,CATEGORY_L1,PRICE\n" + "".join(
    f"u{n % 3},i{n % 5},{n},View,toys,{n}.5\n" for n in range(1, 13)
)
"""A file for datasets of either type."""
FIELDS = {
    "Interactions": {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
    "Items": {"ITEM_ID": "string", "CATEGORY_L1": "string", "PRICE": "float"},
}
EXPRESSION = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("View")'
GROUPS = ("custom", "other", "store", "shop")
NUMBERS = st.integers(0, 11)
DOMAINS = {"store": "ECOMMERCE", "shop": "ECOMMERCE"}
QUOTAS = {
    "dataset_groups": 3,
    "campaigns": 2,
    "filters": 2,
    "import_jobs_running": 2,
    "recommenders": 2,
    "solutions": 3,
    "solution_versions_running": 3,
}


@cache
def client(service: str = "personalize") -> Any:
    keys = {"aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
    return boto3.session.Session().client(service, region_name="us-east-1", **keys)


def needs(*kinds: str) -> Callable[[Any], Any]:
    """A rule for when there is something of each of these kinds."""
    return precondition(lambda machine: all(map(machine.all, kinds)))


def reachable(status: str) -> set[str]:
    """A status and what may follow it by itself."""
    found = {status}
    for following in BY_ITSELF.get(status, ()):
        found |= reachable(following)
    return found


@define
class Known:
    """What the reference knows of one resource; ``status`` is the last one seen, or the first of what was asked for."""

    kind: str
    arn: str
    parents: dict[str, str] = field(factory=dict)
    status: str = "CREATE PENDING"
    update: str = "ACTIVE"


def schema_text(dataset_type: str, domain: str | None) -> str:
    fields = [{"name": name, "type": kind} for name, kind in FIELDS[dataset_type].items()]
    fields[1] |= {"categorical": True} if dataset_type == "Items" else {}
    return json.dumps({"type": "record", "name": dataset_type, "namespace": "n", "fields": fields, "version": "1.0"})


class ControlPlane(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.numbers = count()
        self.known: dict[str, Known] = {}
        self.gone: set[str] = set()

    @initialize(mode=st.sampled_from(["instant", "polls:1", "polls:2", "clock"]), page=st.integers(1, 4))
    def start(self, mode: str, page: int) -> None:
        """Two dataset groups with interactions and a campaign of one of them are there from the beginning."""
        self.page = page
        self.looks_count = mode.startswith("polls")
        self.mock = mock_personalize(quotas=QUOTAS, data="optional")
        self.backend = self.mock.__enter__()
        self.backend.clock.freeze(1_700_000_000)
        self.backend.s3.put("s3://bucket/rows.csv", ROWS.encode())
        for number, name in enumerate(("custom", "store")):
            self.create_group(name)
            self.create_schema("Interactions", DOMAINS.get(name))
            self.lists_have_what_there_is()
            self.create_dataset(4 + number, 4 + number)
            self.lists_have_what_there_is()
        for create in (self.import_rows, self.create_solution, self.create_version, self.create_campaign):
            create(4)
            self.lists_have_what_there_is()
        self.backend.transitions = dict.fromkeys(("default", "solution", "dataset", "event-tracker", "filter"), mode)

    def teardown(self) -> None:
        """What there is can be saved and read back, and whatever was under way comes to an end."""
        if not hasattr(self, "mock"):
            return
        try:
            with TemporaryDirectory() as folder:
                self.backend.save(Path(folder, "state.json"))
                assert (
                    PersonalizeBackend.load(Path(folder, "state.json")).all_resources() == self.backend.all_resources()
                )
            self.backend.clock.advance(days=1)
            for one in 3 * list(self.known.values()):
                if one.arn in self.known:
                    self.look(one)
            self.lists_have_what_there_is()
            assert {one.status for one in self.known.values()} <= AT_REST
        finally:
            self.mock.__exit__(None, None, None)

    # -- the reference -----------------------------------------------------------------------------------------------

    def all(self, kind: str, **parents: str) -> list[Known]:
        """What there is of a kind, below these parents."""
        return [one for one in self.known.values() if one.kind == kind and parents.items() <= one.parents.items()]

    def under_way(self, kind: str) -> list[Known]:
        """What of a kind counts against the quota of those at work."""
        return [one for one in self.all(kind) if one.status in UNDER_WAY]

    def pick(self, kind: str, number: int, *statuses: str) -> Known:
        """One of a kind, mostly of these statuses."""
        found = self.all(kind)
        fitting = [one for one in found if one.status in statuses]
        candidates = fitting if fitting and number % 4 else found
        return candidates[number % len(candidates)]

    def call(self, operation: str, expected: str | None, **members: Any) -> dict[str, Any] | None:
        """Call an operation; it is refused with the expected code, or answered when there is none."""
        code, answer = None, None
        service = "personalize-runtime" if operation == "GetRecommendations" else "personalize"
        try:
            answer = getattr(client(service), xform_name(operation))(**members)
        except ClientError as error:
            code = error.response["Error"]["Code"]
        # With polls a refusal because of a status, a quota, or what is being deleted, is a look, after which it may be
        # no reason any more. For the runtime, a campaign that is being created is not there.
        next_reasons = {
            IN_USE: (None, LIMIT, TAKEN, MISSING),
            INVALID: (None, LIMIT, MISSING),
            TAKEN: (None, LIMIT),
            LIMIT: (None,) if any(one.status not in AT_REST for one in self.known.values()) else (),
            MISSING: (None,) if service == "personalize-runtime" else (),
        }
        moved_on = self.looks_count and code in next_reasons.get(expected or "", ())
        assert code == expected or moved_on, f"{operation}({members}): {code} instead of {expected}"
        return answer

    def create(self, kind: str, expected: str | None, parents: dict[str, str], **members: Any) -> None:
        answer = self.call(f"Create{kind}", expected, **members)
        if answer is not None:
            arn = next(value for name, value in answer.items() if name.endswith("Arn"))
            if expected == TAKEN or arn in self.known:  # the call looked at one that was being deleted, and it is gone
                assert self.looks_count
                self.see(self.known[arn], None)
            self.known[arn] = Known(kind, arn, parents, "ACTIVE" if kind == "Schema" else "CREATE PENDING")
            self.gone.discard(arn)

    def delete(self, one: Known, expected: str | None) -> None:
        answer = self.call(f"Delete{one.kind}", expected, **{f"{arn_member(one.kind)}": one.arn})
        if answer is not None:
            one.status = "DELETE PENDING"

    def see(self, one: Known, found: dict[str, Any] | None) -> None:
        """A resource was found in some status, or not at all."""
        status = "gone" if found is None else found.get("status", one.status)
        assert status in reachable(one.status), f"{one.arn} went from {one.status} to {status}"
        one.status = status
        if status == "gone":
            # A solution takes its versions with it, a dataset group its filters.
            filters = self.all("Filter", datasetGroupArn=one.arn)
            versions = self.all("SolutionVersion", solutionArn=one.arn)
            for other in (one, *filters, *versions):
                del self.known[other.arn]
                self.gone.add(other.arn)

    def see_update(self, one: Known) -> None:
        """How far the update of a campaign is, which no list says."""
        update = self.backend.campaigns[one.arn].latest_campaign_update
        if update is not None:
            assert update.status in reachable(one.update)
            one.update = update.status

    # -- creations ---------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(GROUPS))
    def create_group(self, name: str) -> None:
        taken = any(one.arn.endswith(f"/{name}") for one in self.all("DatasetGroup"))
        full = len(self.all("DatasetGroup")) >= QUOTAS["dataset_groups"]
        domain = {"domain": DOMAINS[name]} if name in DOMAINS else {}
        self.create("DatasetGroup", TAKEN if taken else LIMIT if full else None, domain, name=name, **domain)

    @rule(dataset_type=st.sampled_from(sorted(FIELDS)), domain=st.sampled_from([None, "ECOMMERCE"]))
    def create_schema(self, dataset_type: str, domain: str | None) -> None:
        name = f"{dataset_type}-{domain}"
        taken = any(one.arn.endswith(f"/{name}") for one in self.all("Schema"))
        members = {"domain": domain} if domain else {}
        parents = {"type": dataset_type, **members}
        text = schema_text(dataset_type, domain)
        self.create("Schema", TAKEN if taken else None, parents, name=name, schema=text, **members)

    @needs("DatasetGroup", "Schema")
    @rule(group=NUMBERS, schema=NUMBERS)
    def create_dataset(self, group: int, schema: int) -> None:
        below, form = self.pick("DatasetGroup", group, "ACTIVE"), self.pick("Schema", schema)
        parents = {"datasetGroupArn": below.arn, "type": form.parents["type"]}
        fits = below.parents.get("domain") == form.parents.get("domain")
        ready = below.status == "ACTIVE"
        expected = INVALID if not fits else IN_USE if not ready else TAKEN if self.all("Dataset", **parents) else None
        members = {"datasetGroupArn": below.arn, "schemaArn": form.arn, "datasetType": form.parents["type"]}
        self.create("Dataset", expected, parents | {"schemaArn": form.arn}, name="data", **members)

    @needs("Dataset")
    @rule(dataset=NUMBERS)
    def import_rows(self, dataset: int) -> None:
        into = self.pick("Dataset", dataset, "ACTIVE")
        full = len(self.under_way("DatasetImportJob")) >= QUOTAS["import_jobs_running"]
        members = {"jobName": self.name(), "dataSource": {"dataLocation": "s3://bucket/rows.csv"}, "roleArn": ROLE}
        expected = IN_USE if into.status != "ACTIVE" else LIMIT if full else None
        self.create("DatasetImportJob", expected, {"datasetArn": into.arn}, datasetArn=into.arn, **members)

    @needs("DatasetGroup")
    @rule(group=NUMBERS)
    def create_tracker(self, group: int) -> None:
        below = self.pick("DatasetGroup", group, "ACTIVE")
        parents = {"datasetGroupArn": below.arn}
        expected = IN_USE if below.status != "ACTIVE" else TAKEN if self.all("EventTracker", **parents) else None
        self.create("EventTracker", expected, parents, name=self.name(), **parents)

    @needs("DatasetGroup")
    @rule(group=NUMBERS)
    def create_filter(self, group: int) -> None:
        below = self.pick("DatasetGroup", group, "ACTIVE")
        parents = {"datasetGroupArn": below.arn}
        datasets = self.all("Dataset", type="Interactions", **parents)
        known = any(one.status not in UNDER_WAY for one in datasets)
        full = len(self.all("Filter", **parents)) >= QUOTAS["filters"]
        expected = INVALID if below.status != "ACTIVE" or not known else LIMIT if full else None
        self.create("Filter", expected, parents, name=self.name(), filterExpression=EXPRESSION, **parents)

    @needs("DatasetGroup")
    @rule(group=NUMBERS)
    def create_solution(self, group: int) -> None:
        below = self.pick("DatasetGroup", group, "ACTIVE")
        parents = {"datasetGroupArn": below.arn}
        members = {"name": self.name(), "recipeArn": f"{RECIPE}popularity-count", "performAutoTraining": False}
        full = len(self.all("Solution", **parents)) >= QUOTAS["solutions"]
        expected = IN_USE if below.status != "ACTIVE" else LIMIT if full else None
        self.create("Solution", expected, parents, **parents, **members)

    @needs("Solution")
    @rule(solution=NUMBERS)
    def create_version(self, solution: int) -> None:
        below = self.pick("Solution", solution, "ACTIVE")
        parents = {"solutionArn": below.arn, **below.parents}
        full = len(self.under_way("SolutionVersion")) >= QUOTAS["solution_versions_running"]
        expected = IN_USE if below.status != "ACTIVE" else LIMIT if full else None
        self.create("SolutionVersion", expected, parents, solutionArn=below.arn)

    @needs("SolutionVersion")
    @rule(version=NUMBERS)
    def create_campaign(self, version: int) -> None:
        below = self.pick("SolutionVersion", version, "ACTIVE")
        group = {"datasetGroupArn": below.parents["datasetGroupArn"]}
        live = [one for one in self.all("Campaign", **group) if one.status != "CREATE FAILED"]
        ready = below.status == self.known[below.parents["solutionArn"]].status == "ACTIVE"
        expected = IN_USE if not ready else LIMIT if len(live) >= QUOTAS["campaigns"] else None
        self.create("Campaign", expected, below.parents, name=self.name(), solutionVersionArn=below.arn)

    @needs("DatasetGroup")
    @rule(group=NUMBERS)
    def create_recommender(self, group: int) -> None:
        below = self.pick("DatasetGroup", group, "ACTIVE")
        parents = {"datasetGroupArn": below.arn}
        live = [one for one in self.all("Recommender", **parents) if one.status != "CREATE FAILED"]
        full = len(live) >= QUOTAS["recommenders"]
        ready = below.status == "ACTIVE"
        expected = INVALID if "domain" not in below.parents else IN_USE if not ready else LIMIT if full else None
        recipe = f"{RECIPE}ecomm-popular-items-by-views"
        self.create("Recommender", expected, parents, name=self.name(), recipeArn=recipe, **parents)

    def name(self) -> str:
        return f"name-{next(self.numbers)}"

    # -- changes -----------------------------------------------------------------------------------------------------

    @needs("Campaign")
    @rule(campaign=NUMBERS)
    def update_campaign(self, campaign: int) -> None:
        one = self.pick("Campaign", campaign, "ACTIVE")
        self.see_update(one)
        expected = None if one.status in SETTLED and one.update == "ACTIVE" else IN_USE
        answer = self.call("UpdateCampaign", expected, campaignArn=one.arn, minProvisionedTPS=next(self.numbers) + 2)
        if answer is not None:
            one.update = "CREATE PENDING"

    @needs("SolutionVersion")
    @rule(version=NUMBERS)
    def stop_version(self, version: int) -> None:
        one = self.pick("SolutionVersion", version, "CREATE PENDING", "CREATE IN_PROGRESS")
        expected = None if one.status in ("CREATE PENDING", "CREATE IN_PROGRESS") else IN_USE
        if self.call("StopSolutionVersionCreation", expected, solutionVersionArn=one.arn) is not None:
            one.status = "CREATE STOPPED" if one.status == "CREATE PENDING" else "CREATE STOPPING"

    @needs("Recommender")
    @rule(recommender=NUMBERS)
    def stop_recommender(self, recommender: int) -> None:
        one = self.pick("Recommender", recommender, "ACTIVE")
        expected = None if one.status == "ACTIVE" else IN_USE
        if self.call("StopRecommender", expected, recommenderArn=one.arn) is not None:
            one.status = "STOP PENDING"

    @needs("Recommender")
    @rule(recommender=NUMBERS)
    def start_recommender(self, recommender: int) -> None:
        one = self.pick("Recommender", recommender, "INACTIVE")
        expected = None if one.status == "INACTIVE" else IN_USE
        if self.call("StartRecommender", expected, recommenderArn=one.arn) is not None:
            one.status = "START PENDING"

    # -- deletions ---------------------------------------------------------------------------------------------------

    @needs("DatasetGroup")
    @rule(group=NUMBERS)
    def delete_group(self, group: int) -> None:
        one = self.pick("DatasetGroup", group)
        kinds = ("Dataset", "EventTracker", "Solution", "Recommender")
        inside = any(self.all(kind, datasetGroupArn=one.arn) for kind in kinds)
        self.delete(one, None if one.status in SETTLED and not inside else IN_USE)

    @needs("Schema")
    @rule(schema=NUMBERS)
    def delete_schema(self, schema: int) -> None:
        one = self.pick("Schema", schema)
        self.delete(one, IN_USE if self.all("Dataset", schemaArn=one.arn) else None)

    @needs("Dataset")
    @rule(dataset=NUMBERS)
    def delete_dataset(self, dataset: int) -> None:
        one = self.pick("Dataset", dataset)
        jobs = self.all("DatasetImportJob", datasetArn=one.arn)
        versions = self.all("SolutionVersion", datasetGroupArn=one.parents["datasetGroupArn"])
        busy = any(other.status in UNDER_WAY for other in jobs + versions)
        self.delete(one, None if one.status in SETTLED and not busy else IN_USE)

    @needs("EventTracker")
    @rule(tracker=NUMBERS)
    def delete_tracker(self, tracker: int) -> None:
        one = self.pick("EventTracker", tracker)
        self.delete(one, None if one.status in SETTLED else IN_USE)

    @needs("Filter")
    @rule(number=NUMBERS)
    def delete_filter(self, number: int) -> None:
        one = self.pick("Filter", number)
        self.delete(one, None if one.status in SETTLED else IN_USE)

    @needs("Solution")
    @rule(solution=NUMBERS)
    def delete_solution(self, solution: int) -> None:
        one = self.pick("Solution", solution)
        versions = self.all("SolutionVersion", solutionArn=one.arn)
        busy = any(other.status in UNDER_WAY for other in versions) or self.all("Campaign", solutionArn=one.arn)
        self.delete(one, None if one.status in SETTLED and not busy else IN_USE)

    @needs("Campaign")
    @rule(campaign=NUMBERS)
    def delete_campaign(self, campaign: int) -> None:
        one = self.pick("Campaign", campaign)
        self.see_update(one)
        self.delete(one, None if one.status in SETTLED and one.update == "ACTIVE" else IN_USE)

    @needs("Recommender")
    @rule(recommender=NUMBERS)
    def delete_recommender(self, recommender: int) -> None:
        one = self.pick("Recommender", recommender)
        self.delete(one, None if one.status in SETTLED | {"INACTIVE"} else IN_USE)

    # -- answers -----------------------------------------------------------------------------------------------------

    @needs("Campaign")
    @rule(campaign=NUMBERS)
    def ask_a_campaign(self, campaign: int) -> None:
        self.ask(self.pick("Campaign", campaign), "campaignArn")

    @needs("Recommender")
    @rule(recommender=NUMBERS)
    def ask_a_recommender(self, recommender: int) -> None:
        self.ask(self.pick("Recommender", recommender, "ACTIVE"), "recommenderArn")

    def ask(self, one: Known, member: str) -> None:
        code = MISSING if one.status.startswith("CREATE") else INVALID
        self.call("GetRecommendations", None if one.status == "ACTIVE" else code, userId="u1", **{member: one.arn})

    # -- time and looks ----------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([0.2, 1, 10, 60]))
    def wait(self, minutes: float) -> None:
        self.backend.clock.advance(minutes=minutes)

    @precondition(lambda self: self.known)
    @rule(number=st.integers(0, 40))
    def describe(self, number: int) -> None:
        self.look(list(self.known.values())[number % len(self.known)])

    def look(self, one: Known) -> None:
        found = None
        with contextlib.suppress(client().exceptions.ResourceNotFoundException):
            answer = getattr(client(), xform_name(f"Describe{one.kind}"))(**{arn_member(one.kind): one.arn})
            found = next(iter(answer.values()))
        self.see(one, found)
        if one.kind == "Campaign" and found is not None:
            self.see_update(one)

    @invariant()
    def lists_have_what_there_is(self) -> None:
        for kind in KINDS:
            listed = dict(self.pages(kind))
            assert not set(listed) & self.gone
            assert set(listed) <= {one.arn for one in self.all(kind)}
            for one in self.all(kind):
                self.see(one, listed.get(one.arn))

    @invariant()
    def nobody_is_without_parents(self) -> None:
        for one in self.known.values():
            if one.kind != "DatasetImportJob":  # jobs outlive their dataset
                missing = [arn for arn in one.parents.values() if arn.startswith("arn:") and arn not in self.known]
                assert not missing, f"{one.arn} has lost {missing}"

    @precondition(lambda self: self.known)
    @rule(kind=st.sampled_from([kind for kind, member in KINDS.items() if member]), number=NUMBERS)
    def list_below_a_parent(self, kind: str, number: int) -> None:
        member = KINDS[kind]
        parents = sorted({one.parents[member] for one in self.all(kind)})
        if parents:
            parent = parents[number % len(parents)]
            below = {one.arn: one for one in self.all(kind, **{member: parent})}
            listed = dict(self.pages(kind, **{member: parent}))
            assert listed.keys() <= below.keys()
            for arn, one in below.items():
                self.see(one, listed.get(arn))

    def pages(self, kind: str, **members: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        """ARN and summary from all pages of a list, each once and the pages full."""
        call: Callable[..., dict[str, Any]] = getattr(client(), xform_name(f"List{kind}s"))
        token: dict[str, str] = {}
        seen: set[str] = set()
        while True:
            answer = call(maxResults=self.page, **members, **token)
            (rows,) = (value for value in answer.values() if isinstance(value, list))
            for row in rows:
                arn = row[arn_member(kind)]
                assert arn not in seen
                seen.add(arn)
                yield arn, row
            if "nextToken" not in answer:
                return
            leaving = any(one.status.startswith("DELETE") for one in self.all(kind))
            assert len(rows) == self.page or leaving  # a look may take away what is being deleted
            token = {"nextToken": answer["nextToken"]}


def arn_member(kind: str) -> str:
    """``datasetGroupArn`` of ``DatasetGroup``."""
    return f"{kind[0].lower()}{kind[1:]}Arn"


TestControlPlane = ControlPlane.TestCase
TestControlPlane.settings = settings(max_examples=settings.default.max_examples // 2, stateful_step_count=30)
