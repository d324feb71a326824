"""What is seen of jobs while they run."""

from __future__ import annotations

import io

import boto3
import pytest

from pytest_personalize import mock_personalize
from pytest_personalize.progress import ProgressBar
from pytest_personalize.service.kernel.resource import Resource


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def job() -> Resource:
    """Any resource."""
    with mock_personalize() as backend:
        client = boto3.client("personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_dataset_group(name="shop")
        return backend.dataset_groups["shop"]


def test_a_terminal_shows_a_bar_that_is_gone_in_the_end(job: Resource) -> None:
    terminal = Terminal()
    show = ProgressBar(terminal)
    show(job, 500, 1000)
    assert terminal.getvalue() == f"\r\033[Kdataset-group [{'#' * 15}{'.' * 15}] 500 of 1,000"
    show(job, 1000, 1000)
    assert terminal.getvalue().endswith("1,000\r\033[K")


def test_elsewhere_each_tenth_is_a_line_in_the_log(job: Resource, caplog: pytest.LogCaptureFixture) -> None:
    stream = io.StringIO()
    show = ProgressBar(stream)
    with caplog.at_level("INFO", logger="pytest_personalize"):
        for done in range(100, 2001, 100):
            show(job, done, 2000)
        show(job, 1, 1)
    assert caplog.messages == [f"{job.arn}: {done:,} of 2,000" for done in (100, *range(200, 2001, 200))]
    assert stream.getvalue() == ""
