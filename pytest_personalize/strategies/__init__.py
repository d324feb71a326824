"""Hypothesis strategies from the service shapes: valid requests, requests that break one rule, schemas, interactions.

For property tests of code that calls Amazon Personalize. Needs the extra ``pytest-personalize[hypothesis]``.

>>> from hypothesis import given
>>> @given(requests("CreateSolution", datasetGroupArn=group_arn))
... def test_my_wrapper(members): ...
"""

from importlib.util import find_spec

if find_spec("hypothesis") is None:
    needed = f"{__name__} needs hypothesis: pip install 'pytest-personalize[hypothesis]'"
    raise ModuleNotFoundError(needed, name="hypothesis")

from pytest_personalize.strategies.invalid import InvalidRequest, invalid_requests
from pytest_personalize.strategies.valid import requests
from pytest_personalize.strategies.values import csv_of, interactions, schemas

__all__ = ["InvalidRequest", "csv_of", "interactions", "invalid_requests", "requests", "schemas"]
