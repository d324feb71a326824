"""``pytest-personalize demo``: the whole journey on a small film catalogue, with a line for every step.

It is an ordinary boto3 program: schemas, datasets, imports, two solutions, a campaign, recommendations, streamed
events. Only the first line, ``with mock_personalize()``, is not what it would be against AWS.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import boto3
from attrs import frozen

from pytest_personalize import names
from pytest_personalize.data.avro import avro_text
from pytest_personalize.data.export import csv_text
from pytest_personalize.durations import DAY, HOUR
from pytest_personalize.mock import mock_personalize

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend
    from pytest_personalize.service.kernel.account import OnProgress

GENRES: Final = {
    "Space": ("Comet", "Orbit", "Starship", "Moonbase", "Nebula", "Signal"),
    "Crime": ("Alibi", "Heist", "Witness", "Ransom", "Detective", "Verdict"),
    "Romance": ("Letter", "Wedding", "Summer", "Promise", "Waltz", "Garden"),
    "Family": ("Puppy", "Treehouse", "Circus", "Snowman", "Balloon", "Picnic"),
    "Horror": ("Cellar", "Whisper", "Asylum", "Shadow", "Doll", "Ritual"),
    "Music": ("Encore", "Chorus", "Jukebox", "Violin", "Drummer", "Ballad"),
}
ADJECTIVES: Final = ("Silent", "Last", "Golden", "Broken", "Distant", "Secret")
ROLE: Final = "arn:aws:iam::123456789012:role/demo"
BUCKET: Final = "s3://film-club"
SEED: Final = 7
NOW: Final = 1_700_000_000

INTERACTIONS_FIELDS: Final = (
    ("USER_ID", "string"),
    ("ITEM_ID", "string"),
    ("TIMESTAMP", "long"),
    ("EVENT_TYPE", "string"),
)
ITEMS_FIELDS: Final = (("ITEM_ID", "string"), ("TITLE", "string"), ("YEAR", "int"))


@frozen
class Film:
    """A film of the catalogue."""

    item_id: str
    title: str
    genres: tuple[str, ...]
    year: int


@frozen
class Club:
    """The catalogue and who watched what, when: (user id, film, epoch seconds)."""

    films: dict[str, Film]
    watched: list[tuple[str, Film, int]]


def film_club(users: int = 150, seed: int = SEED) -> Club:
    """A catalogue of 216 films, and users who each like one or two genres and sometimes watch something else."""
    choose = random.Random(seed)
    films: dict[str, Film] = {}
    for genre, nouns in GENRES.items():
        for adjective in ADJECTIVES:
            for noun in nouns:
                item_id = f"film-{len(films) + 1:03}"
                second = choose.choice([other for other in GENRES if other != genre])
                genres = (genre, second) if choose.random() < 0.4 else (genre,)
                films[item_id] = Film(item_id, f"{adjective} {noun}", genres, choose.randint(1960, 2023))
    by_genre = {genre: [film for film in films.values() if film.genres[0] == genre] for genre in GENRES}
    watched: list[tuple[str, Film, int]] = []
    for number in range(users):
        taste = choose.sample(sorted(GENRES), choose.choice((1, 2)))
        moment = NOW - choose.randint(20, 300) * DAY
        for _ in range(choose.randint(15, 40)):
            genre = choose.choice(taste) if choose.random() < 0.9 else choose.choice(sorted(GENRES))
            # the first films of a genre are its classics
            film = by_genre[genre][min(int(choose.expovariate(0.12)), len(by_genre[genre]) - 1)]
            moment += choose.randint(HOUR, DAY)
            watched.append((f"user-{number + 1:03}", film, moment))
    return Club(films, watched)


@frozen
class Style:
    """What makes text stand out in a terminal; nothing does without ``colour``."""

    colour: bool = False

    def title(self, text: str) -> str:
        """What the following lines are."""
        return self._painted("1", text)

    def good(self, text: str) -> str:
        """What has come to a good end."""
        return self._painted("32", text)

    def dim(self, text: str) -> str:
        """What is beside the point."""
        return self._painted("2", text)

    def _painted(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour and text else text


def run(
    transitions: names.Transition = "polls:2", style: Style = Style(), on_progress: OnProgress | None = None
) -> Iterator[str]:
    """The journey, as lines of at most 80 columns to print while it goes on."""
    started = time.perf_counter()
    club = film_club()
    with mock_personalize(transitions=transitions) as backend:
        backend.on_progress = on_progress
        journey = Journey(backend, club, style)
        yield from journey.steps()
        yield from journey.table("user-001")
    yield ""
    seconds = f"{time.perf_counter() - started:.1f} seconds"
    yield style.title(f"{len(backend.calls)} calls in {seconds}, none of them left this process.")


class Journey:
    """The steps of the official getting-started material, on the film club."""

    def __init__(self, backend: PersonalizeBackend, club: Club, style: Style) -> None:
        self.backend = backend
        self.club = club
        self.style = style
        session = boto3.Session(region_name="us-east-1")
        self.personalize = session.client("personalize")
        self.runtime = session.client("personalize-runtime")
        self.events = session.client("personalize-events")
        self.group_arn = ""
        self.campaign_arn = ""
        self.filter_arn = ""
        self.tracking_id = ""

    def steps(self) -> Iterator[str]:
        """Everything up to a campaign that answers."""
        club, create = self.club, self.personalize
        self.group_arn = create.create_dataset_group(name="film-club")["datasetGroupArn"]
        yield self._step("dataset group", self._wait("dataset_group", datasetGroupArn=self.group_arn))
        yield from self._dataset("Interactions", INTERACTIONS_FIELDS, _interactions_csv(club))
        yield from self._dataset("Items", ITEMS_FIELDS, _items_csv(club), categorical="GENRES")
        for recipe in ("aws-popularity-count", "aws-user-personalization"):
            version = self._train(recipe)
            states = self._wait("solution_version", solutionVersionArn=version)
            metrics = create.get_solution_metrics(solutionVersionArn=version)["metrics"]
            ndcg = metrics["normalized_discounted_cumulative_gain_at_25"]
            yield self._step(f"training {recipe}", states, f"NDCG {ndcg:.4f}")
        self.campaign_arn = create.create_campaign(
            name="films-for-you",
            solutionVersionArn=version,
            campaignConfig={"itemExplorationConfig": {"explorationWeight": "0"}},
        )["campaignArn"]
        yield self._step("campaign", self._wait("campaign", campaignArn=self.campaign_arn))
        self.filter_arn = create.create_filter(
            name="unseen",
            datasetGroupArn=self.group_arn,
            filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")',
        )["filterArn"]
        yield self._step("filter of watched films", self._wait("filter", filterArn=self.filter_arn))
        tracker = create.create_event_tracker(name="clicks", datasetGroupArn=self.group_arn)
        self.tracking_id = tracker["trackingId"]
        yield self._step("event tracker", self._wait("event_tracker", eventTrackerArn=tracker["eventTrackerArn"]))

    def table(self, user_id: str) -> Iterator[str]:
        """What the user watched, and what is recommended before and after three streamed events."""
        seen = [film for user, film, _ in self.club.watched if user == user_id]
        yield from self._table(f"{user_id} watched, among others", [(film, "") for film in seen[-6:]])
        yield from self._table(
            "recommended: score, how many of its viewers saw one of those", self._recommended(user_id, seen)
        )
        likes = {film.genres[0] for film in seen[-10:]}
        new = next(genre for genre in GENRES if genre not in likes)
        streamed = [film for film in self.club.films.values() if film.genres[0] == new][:3]
        for number, film in enumerate(streamed):
            self.events.put_events(
                trackingId=self.tracking_id,
                userId=user_id,
                sessionId="tonight",
                eventList=[
                    {
                        "eventType": "watch",
                        "itemId": film.item_id,
                        "sentAt": datetime.fromtimestamp(NOW + number, UTC),
                    }
                ],
            )
        yield from self._table("three events streamed", [(film, "") for film in streamed])
        yield from self._table("recommended now", self._recommended(user_id, [*seen, *streamed]))

    def _step(self, what: str, states: Sequence[str], result: str = "") -> str:
        """One line: what was made, its states, and what came of it."""
        *before, last = (state.removeprefix("CREATE ") for state in states)
        way = "".join(f"{state} > " for state in before)
        gap = " " * (32 - len(way) - len(last)) if result else ""
        return f"{what:<35}{self.style.dim(way)}{self.style.good(last)}{gap}{result}"

    def _table(self, title: str, rows: Sequence[tuple[Film, str]]) -> Iterator[str]:
        yield ""
        yield self.style.title(title)
        for film, note in rows:
            yield f"  {film.title:<18}{', '.join(film.genres):<17}{self.style.dim(note)}".rstrip()

    def _recommended(self, user_id: str, seen: Sequence[Film]) -> list[tuple[Film, str]]:
        answer = self.runtime.get_recommendations(
            campaignArn=self.campaign_arn, userId=user_id, numResults=6, filterArn=self.filter_arn
        )
        return [
            (film, f"{item['score']:.3f}  {self._reason(film, seen)}")
            for item in answer["itemList"]
            for film in [self.club.films[item["itemId"]]]
        ]

    def _reason(self, film: Film, seen: Sequence[Film]) -> str:
        """The film of the user's last ten that most of its other viewers watched too."""
        viewers: dict[str, set[str]] = {}
        for user, other, _ in self.club.watched:
            viewers.setdefault(other.item_id, set()).add(user)
        own = viewers.get(film.item_id, set())
        nearest = max(seen[-10:], key=lambda other: len(own & viewers[other.item_id]))
        shared = len(own & viewers[nearest.item_id])
        return f"{shared} of {len(own)} saw {nearest.title}"

    def _dataset(
        self, dataset_type: str, fields: Sequence[tuple[str, str]], content: str, categorical: str | None = None
    ) -> Iterator[str]:
        members: list[dict[str, Any]] = [{"name": name, "type": kind} for name, kind in fields]
        if categorical:
            members.append({"name": categorical, "type": "string", "categorical": True})
        schema_arn = self.personalize.create_schema(
            name=f"film-club-{dataset_type.lower()}", schema=avro_text(dataset_type, members)
        )["schemaArn"]
        dataset_arn = self.personalize.create_dataset(
            name=dataset_type.lower(),
            schemaArn=schema_arn,
            datasetGroupArn=self.group_arn,
            datasetType=dataset_type,
        )["datasetArn"]
        self._wait("dataset", datasetArn=dataset_arn)
        location = f"{BUCKET}/{dataset_type.lower()}.csv"
        self.backend.s3.put(location, content.encode())
        job = self.personalize.create_dataset_import_job(
            jobName=f"import-{dataset_type.lower()}",
            datasetArn=dataset_arn,
            dataSource={"dataLocation": location},
            roleArn=ROLE,
        )["datasetImportJobArn"]
        states = self._wait("dataset_import_job", datasetImportJobArn=job)
        yield self._step(f"import of {dataset_type}", states, f"{content.count(chr(10)) - 1} rows")

    def _train(self, recipe: str) -> str:
        solution_arn = self.personalize.create_solution(
            name=recipe.removeprefix("aws-"),
            datasetGroupArn=self.group_arn,
            recipeArn=f"arn:aws:personalize:::recipe/{recipe}",
        )["solutionArn"]
        return self.personalize.create_solution_version(solutionArn=solution_arn)["solutionVersionArn"]

    def _wait(self, resource: str, **arn: str) -> list[str]:
        """Poll as a real program does; the states on the way. There is nothing to sleep for."""
        states: list[str] = []
        while not states or states[-1].endswith(("PENDING", "IN_PROGRESS")):
            (described,) = (
                value
                for name, value in getattr(self.personalize, f"describe_{resource}")(**arn).items()
                if name != "ResponseMetadata"
            )
            states.append(described["status"])
        return states


def _interactions_csv(club: Club) -> str:
    rows = [(user, film.item_id, moment, "watch") for user, film, moment in club.watched]
    return csv_text([name for name, _ in INTERACTIONS_FIELDS], rows)


def _items_csv(club: Club) -> str:
    rows = [(film.item_id, film.title, film.year, "|".join(film.genres)) for film in club.films.values()]
    return csv_text([*(name for name, _ in ITEMS_FIELDS), "GENRES"], rows)
