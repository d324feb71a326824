"""A project without pytest in its tests: TestCase, setUp, addCleanup."""

# ruff: noqa: PT009, PT027

from __future__ import annotations

import unittest

import boto3

from pytest_personalize import PersonalizeBackend, active_backend, mock_personalize


class Catalogue:
    """The code under test."""

    def __init__(self) -> None:
        self.personalize = boto3.client("personalize", region_name="us-east-1")

    def group(self, name: str) -> str:
        """The ARN of the dataset group of that name, which is made if it is not there."""
        for page in self.personalize.get_paginator("list_dataset_groups").paginate():
            for group in page["datasetGroups"]:
                if group["name"] == name:
                    return str(group["datasetGroupArn"])
        return str(self.personalize.create_dataset_group(name=name)["datasetGroupArn"])


@mock_personalize(preset="shop")
class DecoratedTest(unittest.TestCase):
    def setUp(self) -> None:
        self.catalogue = Catalogue()
        self.shop = active_backend().seeded["shop"]

    def test_what_is_there_is_found(self) -> None:
        self.assertEqual(self.catalogue.group("shop"), self.shop.arn)

    def test_each_test_begins_anew(self) -> None:
        self.catalogue.group("films")
        self.assertEqual(sorted(active_backend().dataset_groups), ["films", "shop"])

    def test_each_test_begins_anew_in_any_order(self) -> None:
        self.catalogue.group("books")
        self.assertEqual(sorted(active_backend().dataset_groups), ["books", "shop"])


class SetUpTest(unittest.TestCase):
    backend: PersonalizeBackend

    def setUp(self) -> None:
        mock = mock_personalize(region="us-east-1")
        self.backend = mock.start()
        self.addCleanup(mock.stop)

    def test_what_is_missing_is_made_once(self) -> None:
        first, second = Catalogue().group("films"), Catalogue().group("films")

        self.assertEqual(first, second)
        self.backend.assert_called("CreateDatasetGroup", times=1)

    def test_a_quota_is_an_error(self) -> None:
        catalogue = Catalogue()
        for number in range(5):
            catalogue.group(f"films-{number}")

        with self.assertRaises(catalogue.personalize.exceptions.LimitExceededException):
            catalogue.group("one-too-many")


class WholeClassTest(unittest.TestCase):
    backend: PersonalizeBackend
    arn: str

    @classmethod
    def setUpClass(cls) -> None:
        mock = mock_personalize()
        cls.backend = mock.start()
        cls.addClassCleanup(mock.stop)
        cls.arn = Catalogue().group("films")

    def test_what_the_class_made_is_there(self) -> None:
        self.assertEqual(Catalogue().group("films"), self.arn)

    def test_it_is_there_in_every_test(self) -> None:
        self.assertEqual(self.backend.dataset_groups["films"].arn, self.arn)
