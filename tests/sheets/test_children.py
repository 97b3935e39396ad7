"""The limited child is forked from a warm process, and outlives neither its time nor whoever asked for it."""

import dataclasses
import os
import signal
import subprocess
import sys
import time

import pytest

from sheets import process
from sheets.defence import Limits
from sheets.process import ROOT, Nursery
from sheets.reader import read
from sheets.refusal import Refusal
from tests.sheets.making import QUICK, xlsx

SERVE = "import json, os, sys, time\nfrom sheets import child, nursery\n{}\nnursery.serve(work, int(sys.argv[1]))"
SLEEPER = SERVE.format("def work(*_):\n  print(os.getpid(), flush=True)\n  time.sleep(60)")
PROBE = SERVE.format(
    """def work(*_):
  child.lock_down(child.Limits())
  try: opened = bool(open('/etc/passwd'))
  except OSError: opened = False
  print(json.dumps({'opened': opened, 'env': 'DATABASE_URL' in os.environ}), flush=True)
  return 0"""
)
ASKER = """
import sys
from sheets import process
from sheets.defence import Limits
process.nursery = process.Nursery(sys.executable, "-c", sys.argv[1])
lines = process.run("read", b"", Limits())
print(next(lines).decode(), flush=True)
sys.stdin.read()
"""


def nursery_of(monkeypatch, program):
    monkeypatch.setattr(process, "nursery", Nursery(sys.executable, "-c", program))


def is_gone(pid, patience=10.0):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_slow_child_is_gone_when_its_time_is_up(monkeypatch):
    nursery_of(monkeypatch, SLEEPER)
    next(process.run("read", b"", QUICK))  # the warm process is up
    lines = process.run("read", b"", dataclasses.replace(QUICK, seconds=1.5))
    pid = int(next(lines))
    with pytest.raises(Refusal, match="用时过长"):
        next(lines)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_is_gone_when_nobody_wants_to_hear_more(monkeypatch):
    nursery_of(monkeypatch, SLEEPER)
    lines = process.run("read", b"", QUICK)
    pid = int(next(lines))
    lines.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_child_sees_nothing_of_the_environment_and_may_open_nothing(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    nursery_of(monkeypatch, PROBE)
    assert list(process.run("read", b"", Limits())) == [b'{"opened": false, "env": false}']


def test_a_parent_killed_with_9_takes_its_child_along():
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER, SLEEPER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(asker.stdout.readline())
    os.kill(pid, 0)
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    assert is_gone(pid)


def test_a_warm_process_that_was_killed_is_started_anew(monkeypatch):
    monkeypatch.setattr(process, "nursery", Nursery(*process.nursery.program))
    data = xlsx([["a"]])
    assert read(data, QUICK).sheets[0].height == 1
    warm = process.nursery._process
    warm.kill()
    warm.wait()
    assert read(data, QUICK).sheets[0].height == 1
    assert process.nursery._process.pid != warm.pid


def test_children_of_one_warm_process_know_nothing_of_each_other(monkeypatch):
    monkeypatch.setattr(process, "nursery", Nursery(*process.nursery.program))
    small = dataclasses.replace(QUICK, memory=1)
    with pytest.raises(Refusal):
        read(xlsx([["a"]]), small)
    assert read(xlsx([["a"], ["b"]]), QUICK).sheets[0].height == 2
