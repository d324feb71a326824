"""What all benchmarks share: the registry of budgets, the timer, and the floor that calls are measured against.

The floor is the same call through a client of its own that a handler of ``before-call`` answers with a constant: what
botocore costs before anybody emulates anything. So a budget of 1.3 floors leaves three tenths of botocore's own time.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from functools import cache
from statistics import median
from typing import Any

import boto3
from attrs import frozen
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from benchmarks.data import Data

REGION = "us-east-1"

Work = Callable[[], object]


@frozen(kw_only=True)
class Pair:
    """Two pieces of work to compare; each call of either does one unit of it."""

    work: Work
    base: Work


@frozen(kw_only=True)
class Measurement:
    """A number to hold against a budget, and the seconds that one unit of the work took, if it was timed."""

    value: float
    seconds: float | None = None


@frozen(kw_only=True)
class Budget:
    """One row of the table: what is done, how much it may cost, in which unit, and how to measure it."""

    title: str
    most: float
    unit: str
    measure: Callable[[Bench], Measurement]


@frozen(kw_only=True)
class Bench:
    """What a benchmark is handed: the data, and clients to call with and without an emulator behind them."""

    data: Data

    def call(self, service: str, action: Callable[[Any], object]) -> Pair:
        """``action`` on a client of ``service``, against the same on a client with constant answers.

        The mock must be active while the pair is measured; the generator that yields the pair sees to that.
        """
        client, constant = emulated_client(service), constant_client(service)
        return Pair(work=lambda: action(client), base=lambda: action(constant))

    def against_floor(self, work: Work) -> Pair:
        """Work that is no call, against the floor of a plain Describe."""
        arn = f"arn:aws:personalize:{REGION}:123456789012:campaign/floor"
        constant = constant_client("personalize")
        return Pair(work=work, base=lambda: constant.describe_campaign(campaignArn=arn))


BUDGETS: list[Budget] = []

PairMaker = Callable[[Bench], Iterator[Pair]]


def budget(
    title: str, *, floors: float | None = None, times: float | None = None, versus: str = "floors"
) -> Callable[[PairMaker], PairMaker]:
    """Register a generator that sets up, yields one ``Pair``, and cleans up.

    Either at most ``floors``, or at most so many ``times`` of what ``versus`` names.
    """
    most = floors if floors is not None else times
    if most is None:
        raise ValueError(f"{title}: give floors= or times=")
    unit = "floors" if times is None else f"x {versus}"

    def register(maker: PairMaker) -> PairMaker:
        def measure(bench: Bench) -> Measurement:
            pairs = maker(bench)
            try:
                return compare(next(pairs))
            finally:
                next(pairs, None)

        BUDGETS.append(Budget(title=title, most=most, unit=unit, measure=measure))
        return maker

    return register


Quantity = Callable[[Bench], float]


def limit(title: str, *, most: float, unit: str) -> Callable[[Quantity], Quantity]:
    """Register a function that measures one number, with its unit; at most ``most``."""

    def register(quantity: Quantity) -> Quantity:
        def measure(bench: Bench) -> Measurement:
            return Measurement(value=quantity(bench))

        BUDGETS.append(Budget(title=title, most=most, unit=unit, measure=measure))
        return quantity

    return register


@cache
def emulated_client(service: str, region: str = REGION) -> Any:
    """A client as anybody makes it; whoever calls it activates a mock around that."""
    return boto3.session.Session().client(service, region_name=region)  # type: ignore[call-overload]


@cache
def constant_client(service: str) -> Any:
    """A client of its own whose every call is answered by a constant, before anybody else sees it."""
    client = boto3.session.Session().client(service, region_name=REGION)  # type: ignore[call-overload]
    answer: tuple[AWSResponse, dict[str, object]] = (
        AWSResponse(f"https://{service}", 200, HTTPHeaders(), None),
        {},
    )
    client.meta.events.register_first(f"before-call.{service}", lambda **_: answer)
    return client


PAIRS = 200  # of one unit of work and one of the base, in one round
ROUND_SECONDS = 0.2  # a round that would take longer has fewer pairs, down to one
ROUNDS = range(9, 31)
STABLE = 0.005  # a round that moves the ratio by less than this is a calm one; after three of them it stands


def compare(pair: Pair) -> Measurement:
    """How many times the base the work takes.

    Single units of both alternate, so that both meet the same weather: a machine that others share is twice as fast in
    one second as in the next. A round compares the lowest tenth of each, because within it noise only ever adds, and
    the median of the rounds counts. Rounds go on until it holds still.
    """
    pair.work(), pair.base()
    pairs = max(1, min(PAIRS, int(ROUND_SECONDS / (_seconds(pair.work) + _seconds(pair.base)))))
    rounds: list[tuple[float, float]] = []
    ratio, calm = float("inf"), 0
    while len(rounds) < ROUNDS.start or (calm < 3 and len(rounds) < ROUNDS.stop):
        rounds.append(_round(pair, pairs))
        before, ratio = ratio, median(work / base for work, base in rounds)
        calm = calm + 1 if abs(before - ratio) <= STABLE * ratio else 0
    return Measurement(value=ratio, seconds=min(work for work, _ in rounds))


def _round(pair: Pair, pairs: int) -> tuple[float, float]:
    """Seconds that one unit of the work and of the base take in a tenth of the cases, without the collector."""
    work: list[float] = []
    base: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(pairs):
            work.append(_seconds(pair.work))
            base.append(_seconds(pair.base))
    finally:
        gc.enable()
    return sorted(work)[pairs // 10], sorted(base)[pairs // 10]


def _seconds(work: Work) -> float:
    """Seconds of one unit."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
