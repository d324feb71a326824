"""The start page of a film service: an asynchronous FastAPI application on aiobotocore.

``GET /users/ada/shelves`` answers with rows of films, all asked for at the same time; a shelf that Personalize does not
fill is left out. ``POST /users/ada/watched/heat`` is streamed to the event tracker after the response has gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from aiobotocore.session import get_session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Query, Request

LOG = logging.getLogger(__name__)
CONFIG: Final = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})


@dataclass(frozen=True)
class Settings:
    """The resources of Personalize that the service uses: recommenders by the title of the shelf, and the tracker."""

    shelves: Mapping[str, str]
    tracking_id: str


@dataclass(frozen=True)
class Films:
    """What the pages need from Personalize."""

    settings: Settings
    runtime: Any
    events: Any

    async def shelves(self, user: str, count: int) -> dict[str, list[str]]:
        """Films for a user by title, in the order of the settings, without shelves that stayed empty."""
        titles = self.settings.shelves
        rows = await asyncio.gather(*(self._shelf(arn, user, count) for arn in titles.values()))
        return {title: films for title, films in zip(titles, rows, strict=True) if films}

    async def watched(self, user: str, film: str) -> None:
        """Tell the tracker; nobody waits for this any more, so that a failure can only be logged."""
        event = {"eventType": "Watch", "itemId": film, "sentAt": datetime.now(UTC)}
        try:
            await self.events.put_events(
                trackingId=self.settings.tracking_id, userId=user, sessionId=user, eventList=[event]
            )
        except (ClientError, BotoCoreError) as error:
            LOG.warning("lost: %s watched %s: %s", user, film, error)

    async def _shelf(self, arn: str, user: str, count: int) -> list[str]:
        try:
            answer = await self.runtime.get_recommendations(recommenderArn=arn, userId=user, numResults=count)
        except (ClientError, BotoCoreError) as error:
            LOG.warning("no films from %s for %s: %s", arn, user, error)
            return []
        return [item["itemId"] for item in answer["itemList"]]


def films_of(request: Request) -> Films:
    """What ``make_app`` has opened."""
    films: Films = request.app.state.films
    return films


Opened = Annotated[Films, Depends(films_of)]
router = APIRouter()


@router.get("/users/{user}/shelves")
async def shelves(user: str, films: Opened, count: Annotated[int, Query(ge=1, le=25)] = 10) -> dict[str, list[str]]:
    """The start page."""
    return await films.shelves(user, count)


@router.post("/users/{user}/watched/{film}", status_code=202)
async def watched(user: str, film: str, films: Opened, after: BackgroundTasks) -> None:
    """Sent by the player at the end of a film."""
    after.add_task(films.watched, user, film)


def make_app(settings: Settings) -> FastAPI:
    """The application, for any ASGI server; its clients live as long as it does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        session = get_session()
        async with (
            session.create_client("personalize-runtime", config=CONFIG) as runtime,
            session.create_client("personalize-events", config=CONFIG) as events,
        ):
            app.state.films = Films(settings, runtime, events)
            yield

    app = FastAPI(title="Films", lifespan=lifespan)
    app.include_router(router)
    return app
