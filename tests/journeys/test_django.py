"""A Django view that ranks a category for its visitor, and falls back to the catalogue's own order."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pytest_personalize import PersonalizeBackend, SeededGroup

pytest.importorskip("django")

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.test import RequestFactory, override_settings
from django.urls import path

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"], DATABASES={}, PERSONALIZE_CAMPAIGN=None)

CATEGORY = ["alien", "amelie", "solaris"]


def category(request: HttpRequest) -> JsonResponse:
    """The view under test."""
    runtime = boto3.client("personalize-runtime", region_name="us-east-1")
    try:
        answer = runtime.get_personalized_ranking(
            campaignArn=settings.PERSONALIZE_CAMPAIGN, userId=request.GET["user"], inputList=CATEGORY
        )
    except (ClientError, BotoCoreError):
        return JsonResponse({"items": CATEGORY, "personalized": False})
    return JsonResponse({"items": [one["itemId"] for one in answer["personalizedRanking"]], "personalized": True})


urlpatterns = [path("category/", category)]


@pytest.fixture
def campaign(movies_dataset_group: SeededGroup) -> Any:
    arn = movies_dataset_group.campaigns["aws-personalized-ranking-v2"]
    with override_settings(PERSONALIZE_CAMPAIGN=arn):
        yield arn


def look(user: str) -> Any:
    return json.loads(category(RequestFactory().get("/category/", {"user": user})).content)


def test_a_visitor_sees_the_category_in_an_own_order(campaign: str, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.answers(campaign).for_user("ada", items=["solaris", "alien", "amelie"])

    assert look("ada") == {"items": ["solaris", "alien", "amelie"], "personalized": True}


def test_nothing_is_lost_by_ranking(campaign: str) -> None:
    assert sorted(look("ada")["items"]) == CATEGORY


@pytest.mark.parametrize("fault", ["throttle", "disconnect"])
def test_an_outage_shows_the_order_of_the_catalogue(
    fault: str, campaign: str, personalize_backend: PersonalizeBackend
) -> None:
    getattr(personalize_backend.faults, fault)("GetPersonalizedRanking", times=None)

    assert look("ada") == {"items": CATEGORY, "personalized": False}
