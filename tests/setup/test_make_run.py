"""`make run` as a person uses it: starts, answers, stops, and comes back after the worst."""

import contextlib
import json
import os
import signal
import time

import pytest

from tests.setup.surroundings import Machine
from zhangye_wages.demo.logins import LOGINS


class Portal:
    """One `make run` that tests share while it lives; whoever stops or kills it leaves the next one to start it."""

    def __init__(self, machine: Machine):
        self.machine, self.process = machine, None

    def up(self):
        if self.process is None or self.process.poll() is not None:
            self.process = self.machine.start()
            self.machine.await_welcome(self.process)
        return self.process

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(180)


@pytest.fixture(scope="module")
def machine():
    made = Machine()
    yield made
    made.clean()


@pytest.fixture(scope="module")
def shared(machine):
    made = Portal(machine)
    yield made
    made.stop()
    machine.await_silence()


@pytest.fixture
def portal(shared):
    return shared.up()


@pytest.mark.xdist_group("make-run")
class TestMakeRun:
    def test_says_address_and_logins_and_every_part_is_ready(self, machine, portal):
        said = machine.log.read_text()
        assert f"http://127.0.0.1:{machine.port}/" in said
        assert all(login.username in said for login in LOGINS)
        status, body = machine.get("/readyz")
        assert (status, json.loads(body)) == (200, dict.fromkeys(("database", "broker", "worker", "beat"), "ok"))

    def test_sigterm_stops_everything_it_started(self, machine, portal):
        assert len(machine.processes()) > 5
        portal.terminate()
        assert portal.wait(180) is not None
        assert machine.processes() == []

    def test_ctrl_c_stops_everything_it_started(self, machine, portal):
        os.killpg(portal.pid, signal.SIGINT)
        portal.wait(180)
        assert machine.processes() == []

    def test_killing_make_with_9_takes_the_portal_along(self, machine, portal):
        portal.kill()
        portal.wait()
        machine.await_silence()

    def test_comes_back_after_every_process_was_killed_with_9(self, machine, portal):
        for pid in (portal.pid, *machine.processes()):
            with contextlib.suppress(ProcessLookupError):  # some end by themselves when their parent does
                os.kill(pid, signal.SIGKILL)
        portal.wait()
        again = machine.start()
        try:
            machine.await_welcome(again)
            assert machine.get("/readyz")[0] == 200
        finally:
            again.terminate()
            again.wait(180)
        machine.await_silence(5)

    def test_a_killed_worker_is_started_again(self, machine, portal):
        before = self._worker(machine)
        os.kill(before, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while "worker 退出" not in machine.log.read_text() or self._worker(machine) in {None, before}:
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def test_a_second_one_on_the_same_data_is_refused(self, machine, portal):
        first_log, machine.log = machine.log, machine.data / "second.txt"
        try:
            second = machine.start()
            second.wait(180)
            assert "平台已在运行" in machine.log.read_text()
            assert "Traceback" not in machine.log.read_text()
        finally:
            machine.log = first_log

    def test_commands_share_the_running_servers_and_leave_them_running(self, machine, portal):
        done = machine.manage("workday", "--from", "2026-11-23", "--add", "3", "--json")
        assert done.returncode == 0, done.stderr
        assert set(json.loads(done.stdout)) >= {"from", "add", "due_on", "skipped", "provisional"}
        assert machine.get("/readyz")[0] == 200

    def test_a_second_start_takes_seconds_and_seeds_nothing_again(self, machine, portal):
        portal.terminate()
        portal.wait(180)
        began = time.monotonic()
        again = machine.start()
        said = machine.await_welcome(again)
        took = time.monotonic() - began
        again.terminate()
        again.wait(180)
        assert "生成演示数据" not in said
        assert took < 120  # about eight on two idle cores; here other tests keep them busy

    def _worker(self, machine) -> int | None:
        from zhangye_wages.launcher.processes import command_line, marked

        supervised = marked(f"DATA_DIR={machine.data}")
        workers = [pid for pid in supervised if "zhangye_wages.celery worker" in command_line(pid)]
        return min(workers, default=None)
