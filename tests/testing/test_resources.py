"""The resources of a backend, as a test looks at them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.testing.resources import ResourceMapping, Resources

GROUP = "arn:aws:personalize:us-east-1:123456789012:dataset-group/shop"


@pytest.fixture
def _groups(client: Any) -> None:
    for name in ("shop", "news"):
        client.create_dataset_group(name=name)


@pytest.mark.usefixtures("_groups")
class TestMapping:
    def test_the_name_is_the_key(self, backend: PersonalizeBackend) -> None:
        assert backend.dataset_groups["shop"].dataset_group_arn == GROUP

    def test_an_arn_finds_a_resource_too(self, backend: PersonalizeBackend) -> None:
        assert backend.dataset_groups[GROUP] is backend.dataset_groups["shop"]

    def test_it_is_in_the_order_of_creation(self, backend: PersonalizeBackend) -> None:
        assert list(backend.dataset_groups) == ["shop", "news"]
        assert len(backend.dataset_groups) == 2

    @pytest.mark.parametrize(
        ("key", "hint"),
        [("shoe", "did you mean 'shop'"), ("zebra", "there are shop, news"), (f"{GROUP}s", f"did you mean '{GROUP}'")],
    )
    def test_an_unknown_key_fails_with_the_near_match_or_all(
        self, backend: PersonalizeBackend, key: str, hint: str
    ) -> None:
        with pytest.raises(KeyError, match=f"no dataset-group '{key}' in us-east-1; {hint}"):
            backend.dataset_groups[key]

    def test_an_empty_one_says_so(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(KeyError, match="there are none"):
            backend.campaigns["picks"]

    def test_it_shows_what_is_there_at_the_moment(self, backend: PersonalizeBackend, client: Any) -> None:
        groups = backend.dataset_groups
        client.delete_dataset_group(datasetGroupArn=GROUP)

        assert list(groups) == ["news"]

    def test_it_can_not_be_written(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(TypeError):
            backend.dataset_groups["new"] = backend.dataset_groups["shop"]  # type: ignore[index]

    def test_resources_can_not_be_changed(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(AttributeError):
            backend.dataset_groups["shop"].status = "DELETED"  # type: ignore[misc]

    def test_it_is_shown_with_names_and_statuses(self, backend: PersonalizeBackend) -> None:
        shown = "[<dataset-group 'shop' ACTIVE>, <dataset-group 'news' ACTIVE>]"

        assert repr(list(backend.dataset_groups.values())) == shown

    def test_another_region_has_its_own(self, backend: PersonalizeBackend) -> None:
        assert list(backend.region("eu-west-1").dataset_groups) == []


def test_a_look_does_not_count_as_a_describe(backend: PersonalizeBackend, client: Any) -> None:
    backend.transitions = "polls:1"
    client.create_dataset_group(name="shop")

    seen = [backend.dataset_groups["shop"].status for _ in range(5)]

    assert seen == ["CREATE PENDING"] * 5


def test_a_look_sees_what_the_clock_has_done(backend: PersonalizeBackend, client: Any) -> None:
    backend.transitions = "clock"
    client.create_dataset_group(name="shop")
    groups = backend.dataset_groups

    backend.clock.advance(hours=1)

    assert groups["shop"].status == "ACTIVE"


def test_every_kind_of_resource_has_its_mapping(backend: PersonalizeBackend) -> None:
    properties = {name for name, value in vars(Resources).items() if isinstance(value, property)}
    names = properties - {"region_name"}
    mappings = [getattr(backend, name) for name in names]

    assert all(isinstance(mapping, ResourceMapping) for mapping in mappings)
    assert {mapping._cls for mapping in mappings} == set(KINDS.values())
