"""The clock of a backend: moved, held, slept on, and beside the tools that hold or move the time of the process."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep as imported_sleep
from types import ModuleType
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SleepLoopError, mock_personalize

LONG = 3600.0
SHORT = 5.0  # what a test may take in real seconds before it counts as having waited

MOMENT = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
def backend() -> Iterator[PersonalizeBackend]:
    with mock_personalize(transitions="clock") as backend:
        yield backend


def test_it_follows_the_time_of_the_process(backend: PersonalizeBackend) -> None:
    assert abs(backend.clock.now() - datetime.now(UTC)) < timedelta(seconds=SHORT)


def test_it_tells_milliseconds_in_utc(backend: PersonalizeBackend) -> None:
    backend.clock.freeze(1709208000.1234)

    assert backend.clock.now() == datetime(2024, 2, 29, 12, 0, 0, 123000, tzinfo=UTC)


class TestAdvance:
    def test_the_arguments_add_up(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)

        there = backend.clock.advance(days=1, hours=1, minutes=1, seconds=1)

        assert there == datetime(2024, 3, 1, 13, 1, 1, tzinfo=UTC)

    @pytest.mark.parametrize("step", [3600, 3600.0, timedelta(hours=1)])
    def test_a_step_without_a_name_is_in_seconds_or_a_timedelta(
        self, backend: PersonalizeBackend, step: timedelta | float
    ) -> None:
        backend.clock.freeze(MOMENT)

        assert backend.clock.advance(step, minutes=1) == MOMENT + timedelta(hours=1, minutes=1)

    def test_resources_move_on(self, backend: PersonalizeBackend) -> None:
        client = boto3.client("personalize", region_name="us-east-1")
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        backend.clock.advance(hours=1)

        assert client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] == "ACTIVE"

    def test_a_step_back_is_refused(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="only moves forward, not by -60"):
            backend.clock.advance(minutes=-1)

    def test_no_step_of_a_thread_is_lost(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)
        threads = [
            threading.Thread(target=lambda: [backend.clock.advance(seconds=1) for _ in range(500)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert backend.clock.now() == MOMENT + timedelta(seconds=4000)


class TestMoveTo:
    @pytest.mark.parametrize("moment", [MOMENT, MOMENT.timestamp(), MOMENT.astimezone().replace(tzinfo=None)])
    def test_it_is_then_that_time(self, backend: PersonalizeBackend, moment: datetime | float) -> None:
        backend.clock.freeze(MOMENT - timedelta(days=400))

        assert backend.clock.move_to(moment) == MOMENT

    def test_it_runs_on_from_there(self, backend: PersonalizeBackend) -> None:
        there = backend.clock.move_to(backend.clock.now() + timedelta(days=1))
        time.sleep(0.01)

        assert there < backend.clock.now() < there + timedelta(seconds=SHORT)

    def test_a_time_that_has_passed_is_refused(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)

        with pytest.raises(ValueError, match="only moves forward, not by -1"):
            backend.clock.move_to(MOMENT - timedelta(seconds=1))
        assert backend.clock.now() == MOMENT


def test_it_is_shown_with_its_time(backend: PersonalizeBackend) -> None:
    backend.clock.freeze(MOMENT)

    assert repr(backend.clock) == "<clock at 2024-02-29 12:00:00+00:00, which stands still>"


class TestFreeze:
    def test_it_stands_still(self, backend: PersonalizeBackend) -> None:
        held = backend.clock.freeze()
        time.sleep(0.01)

        assert backend.clock.now() == held

    def test_it_stands_where_it_is_told(self, backend: PersonalizeBackend) -> None:
        assert backend.clock.freeze(MOMENT) == backend.clock.now() == MOMENT

    def test_a_time_without_a_zone_is_local(self, backend: PersonalizeBackend) -> None:
        local = datetime(2024, 2, 29, 12, 0)

        assert backend.clock.freeze(local) == local.astimezone(UTC)

    def test_resources_are_created_then(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)

        boto3.client("personalize", region_name="us-east-1").create_dataset_group(name="shop")

        assert backend.dataset_groups["shop"].creation_date_time == MOMENT.timestamp()

    def test_it_can_be_moved_all_the_same(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)

        assert backend.clock.advance(minutes=1) == MOMENT + timedelta(minutes=1)

    def test_it_runs_on_from_where_it_stood(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)
        backend.clock.unfreeze()
        time.sleep(0.01)

        assert MOMENT < backend.clock.now() < MOMENT + timedelta(seconds=SHORT)


class TestSkipSleep:
    @pytest.fixture(autouse=True)
    def _frozen(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)

    @pytest.fixture(autouse=True)
    def _without_waiting(self) -> Iterator[None]:
        begun = time.monotonic()
        yield
        assert time.monotonic() - begun < SHORT

    @staticmethod
    def slept(backend: PersonalizeBackend) -> float:
        return (backend.clock.now() - MOMENT).total_seconds()

    def test_a_sleep_moves_the_clock(self, backend: PersonalizeBackend) -> None:
        with backend.clock.skip_sleep():
            time.sleep(LONG)

        assert self.slept(backend) == LONG

    def test_a_sleep_that_was_imported_by_name_moves_it(self, backend: PersonalizeBackend) -> None:
        with backend.clock.skip_sleep():
            imported_sleep(LONG)

        assert self.slept(backend) == LONG

    def test_a_polling_loop_comes_to_its_end(self, backend: PersonalizeBackend) -> None:
        client = boto3.client("personalize", region_name="us-east-1")
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]
        with backend.clock.skip_sleep():
            while client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] != "ACTIVE":
                time.sleep(30)

        assert self.slept(backend) >= 30

    def test_afterwards_sleeps_are_real(self, backend: PersonalizeBackend) -> None:
        functions = time.sleep, asyncio.sleep, imported_sleep
        with backend.clock.skip_sleep():
            assert time.sleep is not functions[0]

        assert (time.sleep, asyncio.sleep, imported_sleep) == functions

    def test_afterwards_sleeps_are_real_when_the_block_fails(self, backend: PersonalizeBackend) -> None:
        real = time.sleep
        with pytest.raises(RuntimeError), backend.clock.skip_sleep():
            raise RuntimeError

        assert time.sleep is real

    def test_a_module_that_is_imported_meanwhile_gets_the_real_sleep(
        self, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = time.sleep
        module = types.ModuleType("imported_meanwhile")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        with backend.clock.skip_sleep():
            module.pause = time.sleep  # type: ignore[attr-defined]

        assert module.pause is real  # type: ignore[attr-defined]

    def test_a_sleep_that_somebody_else_had_replaced_is_put_back(
        self, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def theirs(seconds: float) -> None:
            raise AssertionError("called")

        monkeypatch.setattr(time, "sleep", theirs)
        with backend.clock.skip_sleep():
            time.sleep(LONG)

        assert time.sleep is theirs
        assert self.slept(backend) == LONG

    def test_other_threads_sleep_on_it_too(self, backend: PersonalizeBackend) -> None:
        with backend.clock.skip_sleep():
            thread = threading.Thread(target=time.sleep, args=(LONG,))
            thread.start()
            thread.join()

        assert self.slept(backend) == LONG

    def test_a_nested_block_moves_the_inner_clock(self, backend: PersonalizeBackend) -> None:
        with mock_personalize() as inner, backend.clock.skip_sleep():
            inner.clock.freeze(MOMENT)
            with inner.clock.skip_sleep():
                time.sleep(LONG)
            time.sleep(1)

        assert (self.slept(inner), self.slept(backend)) == (LONG, 1)

    def test_a_negative_sleep_fails_as_ever(self, backend: PersonalizeBackend) -> None:
        with backend.clock.skip_sleep(), pytest.raises(ValueError, match="must be non-negative"):
            time.sleep(-1)

    def test_a_task_sleeps_and_gets_its_result(self, backend: PersonalizeBackend) -> None:
        with backend.clock.skip_sleep():
            assert asyncio.run(asyncio.sleep(LONG, "done")) == "done"

        assert self.slept(backend) == LONG

    def test_tasks_sleep_side_by_side(self, backend: PersonalizeBackend) -> None:
        async def main() -> None:
            await asyncio.gather(*(asyncio.sleep(LONG) for _ in range(10)))

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert self.slept(backend) == LONG

    def test_tasks_wake_in_the_order_of_their_times(self, backend: PersonalizeBackend) -> None:
        woken: list[tuple[str, float]] = []

        async def beat(name: str, seconds: float, times: int) -> None:
            for _ in range(times):
                await asyncio.sleep(seconds)
                woken.append((name, self.slept(backend)))

        async def main() -> None:
            await asyncio.gather(beat("slow", 25, 1), beat("fast", 10, 3))

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert woken == [("fast", 10), ("fast", 20), ("slow", 25), ("fast", 30)]

    def test_what_a_woken_task_sets_off_comes_before_the_next_one_wakes(self, backend: PersonalizeBackend) -> None:
        seen: list[float] = []

        async def main() -> None:
            queue: asyncio.Queue[None] = asyncio.Queue()

            async def produce() -> None:
                for _ in range(2):
                    await asyncio.sleep(60)
                    queue.put_nowait(None)

            async def consume() -> None:
                for _ in range(2):
                    await queue.get()
                    await asyncio.sleep(1)
                    seen.append(self.slept(backend))

            await asyncio.gather(produce(), consume())

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert seen == [61, 121]

    def test_a_cancelled_sleep_does_not_move_it(self, backend: PersonalizeBackend) -> None:
        async def main() -> None:
            task = asyncio.create_task(asyncio.sleep(LONG))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(1)

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert self.slept(backend) == 1

    def test_a_cancelled_sleep_is_passed_over(self, backend: PersonalizeBackend) -> None:
        async def main() -> None:
            task = asyncio.create_task(asyncio.sleep(1))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(LONG)

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert self.slept(backend) == LONG

    def test_when_all_sleeps_were_cancelled_the_next_one_wakes(self, backend: PersonalizeBackend) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            task = asyncio.create_task(asyncio.sleep(1))
            loop.call_soon(task.cancel)
            await asyncio.wait({task, loop.create_future()}, timeout=0.05)  # in reality
            assert task.cancelled()
            await asyncio.sleep(LONG)

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert self.slept(backend) == LONG

    def test_a_sleep_whose_end_has_passed_does_not_move_it(self, backend: PersonalizeBackend) -> None:
        async def main() -> None:
            task = asyncio.create_task(asyncio.sleep(60))
            await asyncio.sleep(0)
            backend.clock.advance(hours=1)
            await task

        with backend.clock.skip_sleep():
            asyncio.run(main())

        assert self.slept(backend) == 3600

    def test_who_kept_the_sleep_of_the_block_sleeps_in_reality_afterwards(self, backend: PersonalizeBackend) -> None:
        with backend.clock.skip_sleep():
            kept = time.sleep
        begun = time.monotonic()
        kept(0.05)

        assert time.monotonic() - begun >= 0.05
        assert self.slept(backend) == 0

    def test_a_replacement_that_was_made_meanwhile_stays(
        self, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def own(seconds: float) -> None: ...

        monkeypatch.setattr(time, "sleep", time.sleep)  # and put back at the end
        with backend.clock.skip_sleep():
            time.sleep = own
        assert time.sleep is own


class TestBesideFreezegun:
    def test_it_stands_where_freezegun_holds_the_time(self, backend: PersonalizeBackend) -> None:
        freezegun = pytest.importorskip("freezegun", reason="freezegun is not installed")
        with freezegun.freeze_time(MOMENT):
            assert backend.clock.now() == MOMENT

    def test_it_moves_with_freezegun(self, backend: PersonalizeBackend) -> None:
        freezegun = pytest.importorskip("freezegun", reason="freezegun is not installed")
        with freezegun.freeze_time(MOMENT) as held:
            held.tick(60)
            assert backend.clock.now() == MOMENT + timedelta(seconds=60)

    def test_advance_comes_on_top(self, backend: PersonalizeBackend) -> None:
        freezegun = pytest.importorskip("freezegun", reason="freezegun is not installed")
        with freezegun.freeze_time(MOMENT):
            assert backend.clock.advance(hours=1) == MOMENT + timedelta(hours=1)

    def test_sleeps_are_skipped_under_freezegun(self, backend: PersonalizeBackend) -> None:
        freezegun = pytest.importorskip("freezegun", reason="freezegun is not installed")
        with freezegun.freeze_time(MOMENT), backend.clock.skip_sleep():
            time.sleep(LONG)
            asyncio.run(asyncio.sleep(LONG))
            assert backend.clock.now() == MOMENT + timedelta(seconds=2 * LONG)

    def test_a_sleep_moves_the_time_of_freezegun(self, backend: PersonalizeBackend) -> None:
        freezegun = pytest.importorskip("freezegun", reason="freezegun is not installed")
        with freezegun.freeze_time(MOMENT), backend.clock.skip_sleep():
            deadline = datetime.now(UTC) + timedelta(seconds=LONG)
            while datetime.now(UTC) < deadline:
                time.sleep(60)
            assert backend.clock.now() == datetime.now(UTC) == deadline


class TestBesideTimeMachine:
    def test_it_stands_where_time_machine_holds_the_time(self, backend: PersonalizeBackend) -> None:
        time_machine = pytest.importorskip("time_machine", reason="time-machine is not installed")
        with time_machine.travel(MOMENT, tick=False):
            assert backend.clock.now() == MOMENT

    def test_it_moves_with_time_machine(self, backend: PersonalizeBackend) -> None:
        time_machine = pytest.importorskip("time_machine", reason="time-machine is not installed")
        with time_machine.travel(MOMENT, tick=False) as traveller:
            traveller.shift(60)
            assert backend.clock.now() == MOMENT + timedelta(seconds=60)

    def test_sleeps_are_skipped_under_time_machine(self, backend: PersonalizeBackend) -> None:
        time_machine = pytest.importorskip("time_machine", reason="time-machine is not installed")
        with time_machine.travel(MOMENT, tick=False), backend.clock.skip_sleep():
            time.sleep(LONG)
            asyncio.run(asyncio.sleep(LONG))
            assert backend.clock.now() == MOMENT + timedelta(seconds=2 * LONG)

    def test_a_sleep_moves_the_time_of_time_machine(self, backend: PersonalizeBackend) -> None:
        time_machine = pytest.importorskip("time_machine", reason="time-machine is not installed")
        with time_machine.travel(MOMENT, tick=False), backend.clock.skip_sleep():
            deadline = datetime.now(UTC) + timedelta(seconds=LONG)
            while datetime.now(UTC) < deadline:
                time.sleep(60)
            assert backend.clock.now() == datetime.now(UTC) == deadline


PROGRAM = """
from time import time, sleep

def work():
    end = time() + 600
    while time() < end:
        sleep(60)
"""


def sleep_for_ever() -> None:
    while True:
        time.sleep(1)


class TestDeadlines:
    """A loop that looks at the time between its sleeps ends when the clock has passed its deadline."""

    @pytest.mark.parametrize(("name", "unit"), [("time", 1), ("time_ns", 10**9), ("monotonic", 1)])
    def test_the_loop_of_a_program_ends(self, backend: PersonalizeBackend, name: str, unit: int) -> None:
        before = backend.clock.now()
        with backend.clock.skip_sleep():
            looks = 0
            now = getattr(time, name)
            deadline = now() + 3600 * unit
            while now() < deadline:
                time.sleep(60)
                looks += 1
        assert looks in (60, 61)
        assert timedelta(minutes=60) <= backend.clock.now() - before < timedelta(minutes=62)

    def test_names_that_a_module_imported_follow_too(
        self, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = ModuleType("program")
        lines = (
            "from time import time, sleep",
            "def work():",
            "    end = time() + 600",
            "    while time() < end: sleep(60)",
        )
        exec("\n".join(lines), vars(program))
        monkeypatch.setitem(sys.modules, "program", program)
        kept = vars(program)["time"]
        with backend.clock.skip_sleep():
            program.work()
        assert vars(program)["time"] is kept

    @pytest.mark.parametrize("name", ["threading", "botocore.auth", "pytest", "_pytest.runner", "pytest_personalize.x"])
    def test_what_runs_the_tests_gets_the_time_of_the_process(self, backend: PersonalizeBackend, name: str) -> None:
        module = {"__name__": name, "time": time}
        with backend.clock.skip_sleep():
            time.sleep(10 * LONG)
            assert eval("time.time()", module) < time.time() - 9 * LONG
            assert eval("time.monotonic()", module) < time.monotonic() - 9 * LONG

    def test_an_advance_moves_them_in_the_block_alone(self, backend: PersonalizeBackend) -> None:
        before = time.time()
        backend.clock.advance(days=1)
        assert time.time() < before + 60
        with backend.clock.skip_sleep():
            begun = time.time()
            backend.clock.advance(days=1)
            assert time.time() >= begun + 86_400

    def test_the_functions_are_put_back(self, backend: PersonalizeBackend) -> None:
        before = time.time, time.time_ns, time.monotonic, time.sleep
        with backend.clock.skip_sleep():
            assert time.time is not before[0]
        assert (time.time, time.time_ns, time.monotonic, time.sleep) == before

    def test_a_frozen_clock_moves_by_the_sleeps_alone(self, backend: PersonalizeBackend) -> None:
        backend.clock.freeze(MOMENT)
        with backend.clock.skip_sleep():
            start = time.monotonic()
            time.sleep(60)
            assert time.time() == MOMENT.timestamp() + 60
            assert time.monotonic() - start == pytest.approx(60)


class TestEndlessLoops:
    """A thread or task that made a call and sleeps on while no status changes is stopped."""

    def test_it_is_told_its_last_call_and_the_status(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.transitions = "instant"
        arn = client.create_dataset_group(name="films")["datasetGroupArn"]
        client.describe_dataset_group(datasetGroupArn=arn)
        with backend.clock.skip_sleep(), pytest.raises(SleepLoopError) as caught:
            sleep_for_ever()
        message = str(caught.value)
        assert "slept 10,000 times" in message
        assert "personalize.DescribeDatasetGroup" in message
        assert message.endswith("with status ACTIVE")

    def test_a_task_is_stopped(self, backend: PersonalizeBackend, client: Any) -> None:
        async def work() -> None:
            client.list_schemas()
            while True:
                await asyncio.sleep(1)

        with backend.clock.skip_sleep(), pytest.raises(SleepLoopError, match=r"personalize\.ListSchemas"):
            asyncio.run(work())

    def test_a_thread_that_made_no_call_sleeps_on(self, backend: PersonalizeBackend, client: Any) -> None:
        client.list_schemas()
        with backend.clock.skip_sleep(), ThreadPoolExecutor() as pool:
            pool.submit(lambda: [time.sleep(1) for _ in range(10_001)]).result()

    def test_a_change_of_status_begins_the_count_anew(self, backend: PersonalizeBackend, client: Any) -> None:
        for name in ("films", "books"):
            client.create_dataset_group(name=name)
            with backend.clock.skip_sleep():
                for _ in range(9_999):
                    time.sleep(0)
