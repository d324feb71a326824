"""What ties the members of a request to each other, which no shape can say: one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from hypothesis import strategies as st

from pytest_personalize.strategies.values import schemas


class Presence(Enum):
    """Whether a member is there: with any value of its shape, or not at all."""

    ANY = auto()
    NEVER = auto()


ANY: Final = Presence.ANY
NEVER: Final = Presence.NEVER

Alternative = Mapping[str, Any]
"""Members that are there with that value, with one of that strategy, with ``ANY``, or ``NEVER``."""

Tie = tuple[Alternative, ...]
"""One of the alternatives holds."""

TIES: Final[Mapping[str, tuple[Tie, ...]]] = {
    "ActionInteraction": (({"eventType": st.sampled_from(("TAKEN", "NOT_TAKEN", "VIEWED"))},),),
    "CampaignConfig": (({"syncWithLatestSolutionVersion": NEVER}, {"syncWithLatestSolutionVersion": False}),),
    "CreateBatchInferenceJobRequest": (
        (
            {"batchInferenceJobMode": "BATCH_INFERENCE", "themeGenerationConfig": NEVER},
            {"batchInferenceJobMode": "THEME_GENERATION", "themeGenerationConfig": ANY},
        ),
    ),
    "CreateDatasetGroupRequest": (({"kmsKeyArn": ANY, "roleArn": ANY}, {"kmsKeyArn": NEVER, "roleArn": NEVER}),),
    "CreateSchemaRequest": (
        (
            {"schema": schemas(), "domain": NEVER},
            {"schema": schemas(domain="ECOMMERCE"), "domain": "ECOMMERCE"},
            {"schema": schemas(domain="VIDEO_ON_DEMAND"), "domain": "VIDEO_ON_DEMAND"},
        ),
    ),
    "CreateSolutionRequest": (
        ({"recipeArn": ANY, "performAutoML": NEVER}, {"recipeArn": NEVER, "performAutoML": True}),
        ({"performHPO": NEVER}, {"performHPO": False}),
        ({"performAutoTraining": True}, {"performAutoTraining": NEVER}, {"solutionConfig": NEVER}),
        ({"eventType": NEVER}, {"solutionConfig": NEVER}),
    ),
    "Event": (({"itemId": ANY},),),
    "EventParameters": (({"eventType": ANY},),),
    "GetActionRecommendationsRequest": (({"campaignArn": ANY},),),
    "GetRecommendationsRequest": (
        ({"campaignArn": ANY, "recommenderArn": NEVER}, {"campaignArn": NEVER, "recommenderArn": ANY}),
    ),
    "TrainingDataConfig": (({"excludedDatasetColumns": NEVER}, {"includedDatasetColumns": NEVER}),),
    "UpdateMetricAttributionRequest": (({"metricAttributionArn": ANY},),),
    "UpdateSolutionRequest": (({"performAutoTraining": True}, {"solutionUpdateConfig": NEVER}),),
}
"""By the name of the structure."""
