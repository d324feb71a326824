"""What the test modules begin with that runs of pytest within a test run."""

HELPERS = """
import asyncio
import unittest

import boto3
import pytest

from pytest_personalize import RealPersonalizeCallBlocked, mock_personalize

CLIENT = boto3.client("personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")

def create(name):
    CLIENT.create_dataset_group(name=name)

def names():
    return sorted(group["name"] for group in CLIENT.list_dataset_groups()["datasetGroups"])
"""
