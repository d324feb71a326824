"""Why an answer is as it is: told of what is answered with, and by the values of the user that asks."""

from __future__ import annotations

from typing import Any

from making import Deploy, MakeDataset, MakeGroup, Train
from pytest_personalize import PersonalizeBackend


def test_of_actions_it_is_told_by_their_own_ids(
    backend: PersonalizeBackend, make_group: MakeGroup, make_solution: Any, train: Train, deploy: Deploy
) -> None:
    group = make_group("INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS")
    campaign = deploy(train(make_solution("aws-next-best-action", datasetGroupArn=group)))

    why = backend.explain(campaign, user_id="u1", items=["a1", "i1"])
    assert [why[each].outcome for each in ("a1", "i1")] == ["answered", "unrecorded"]


def test_an_if_part_is_told_of_with_the_values_of_the_user_that_asks(
    backend: PersonalizeBackend,
    client: Any,
    films: str,
    make_dataset: MakeDataset,
    make_solution: Any,
    train: Train,
    deploy: Deploy,
) -> None:
    make_dataset(films, "USERS", ["USER_ID,MEMBERSHIP", "u1,gold", "u2,iron"])
    expression = 'EXCLUDE ItemID WHERE Items.PRICE > 5 IF CurrentUser.MEMBERSHIP IN ("iron")'
    arn = client.create_filter(name="cheap", datasetGroupArn=films, filterExpression=expression)["filterArn"]
    campaign = deploy(train(make_solution("aws-user-personalization")))

    outcomes = [
        backend.explain(campaign, user_id=user, filter_arn=arn, items="i9", num_results=20)["i9"].outcome
        for user in ("u1", "u2", "nobody")
    ]
    assert outcomes == ["answered", "filtered", "answered"]


def test_of_what_is_not_applied_it_is_told_as_much_as_an_answer_needs(
    backend: PersonalizeBackend,
    client: Any,
    films: str,
    make_dataset: MakeDataset,
    make_solution: Any,
    train: Train,
    deploy: Deploy,
) -> None:
    make_dataset(films, "USERS", ["USER_ID,MEMBERSHIP", "u1,gold"])
    expression = 'EXCLUDE ItemID WHERE Items.PRICE > $MOST IF CurrentUser.MEMBERSHIP IN ("iron")'
    arn = client.create_filter(name="cheap", datasetGroupArn=films, filterExpression=expression)["filterArn"]
    campaign = deploy(train(make_solution("aws-user-personalization")))

    why = backend.explain(campaign, user_id="u1", filter_arn=arn, filter_values={"MOST": "much"}, items="i9")
    assert why["i9"].outcome == "answered"
