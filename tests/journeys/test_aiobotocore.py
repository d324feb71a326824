"""Many home pages at once, with aiobotocore."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

pytest.importorskip("aiobotocore")


async def pages(clients: Any, recommender_arn: str, users: list[str]) -> dict[str, list[str]]:
    """The code under test: ``clients`` makes clients as a session of aiobotocore does."""
    async with clients.client("personalize-runtime") as runtime:

        async def page(user: str) -> list[str]:
            answer = await runtime.get_recommendations(recommenderArn=recommender_arn, userId=user, numResults=3)
            return [item["itemId"] for item in answer["itemList"]]

        return dict(zip(users, await asyncio.gather(*map(page, users)), strict=True))


@pytest.mark.asyncio
async def test_everybody_gets_a_page(personalize_aio: Any, shop_dataset_group: SeededGroup) -> None:
    shop = shop_dataset_group
    found = await pages(personalize_aio, shop.recommenders["aws-ecomm-recommended-for-you"], shop.users)

    assert list(found) == shop.users
    assert {len(page) for page in found.values()} == {3}


@pytest.mark.asyncio
async def test_a_slow_service_is_asked_for_all_at_once(
    personalize_aio: Any, shop_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend
) -> None:
    personalize_backend.faults.latency("GetRecommendations", 0.3, real=True)
    begun = asyncio.get_running_loop().time()

    await pages(personalize_aio, shop_dataset_group.recommenders["Best sellers"], shop_dataset_group.users[:20])

    assert asyncio.get_running_loop().time() - begun < 20 * 0.3


@pytest.mark.asyncio
async def test_a_missing_recommender_is_an_error_of_the_service(personalize_aio: Any) -> None:
    async with personalize_aio.client("personalize-runtime") as runtime:
        with pytest.raises(runtime.exceptions.ResourceNotFoundException):
            await runtime.get_recommendations(
                recommenderArn="arn:aws:personalize:us-east-1:123456789012:recommender/gone", userId="ada"
            )
