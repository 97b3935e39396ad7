"""A hundred generated hostile files, through the real child; `make soak` reads more than a thousand."""

import dataclasses
import random

import pytest

from sheets import reader
from sheets.defence import MB
from tests.sheets.hostile import FAMILIES, READ, Family, every, make, some, trial
from tests.sheets.making import QUICK, xlsx

CHOSEN = some(100)


@pytest.mark.parametrize(("family", "seed"), CHOSEN, ids=[f"{family}-{seed}" for family, seed in CHOSEN])
def test_a_hostile_file_ends_in_a_coded_refusal_or_is_read(family, seed):
    before = trial.peak_of_parent()
    result = trial.attempt(family, seed, QUICK)
    assert result.wrong == ""
    assert trial.peak_of_parent() - before < trial.PARENT_MAY_GROW


def test_there_are_a_thousand_and_the_hundred_are_of_every_family():
    assert len(list(every())) >= 1000
    assert {family for family, _seed in CHOSEN} == set(FAMILIES)


@pytest.mark.parametrize("family", random.Random(1).sample(sorted(FAMILIES), 12))
def test_a_family_and_a_seed_are_always_the_same_file(family):
    assert make(family, 3) == make(family, 3)


def test_the_trial_measures_the_child(monkeypatch):
    told_by_its_first_bytes = trial.attempt("bytes_of_anything", 0, QUICK)
    assert told_by_its_first_bytes.peak == 0, "this one needs no child"
    sheet = xlsx([[f"{n}-{column}" for column in range(8)] for n in range(20_000)])
    monkeypatch.setitem(FAMILIES, "honest", Family("honest", lambda _random: sheet, frozenset({READ})))
    short, big = trial.attempt("parts_in_odd_encodings", 0, QUICK), trial.attempt("honest", 0, QUICK)
    assert short.wrong == big.wrong == ""
    assert short.peak > 5 * MB, "a child of a few milliseconds is measured too"
    assert 5 * MB < big.peak - short.peak < 200 * MB
    monkeypatch.setattr(trial, "CHILD_MAY_USE", short.peak)
    assert trial.attempt("honest", 0, QUICK).wrong.startswith("took"), "a child that takes too much is seen"
    monkeypatch.setattr(trial.Watch, "note", lambda *_: None)
    assert "0 measured" in trial.attempt("parts_in_odd_encodings", 0, QUICK).wrong, "a child not measured is seen"


def test_the_trial_sees_what_must_not_be(monkeypatch):
    """A negative control: a reader that fails, lets a bomb through or hands out a file of this machine."""
    name = "bomb_by_its_ratio"
    assert trial.attempt(name, 0, QUICK).wrong == ""
    assert (
        trial.attempt(name, 0, dataclasses.replace(QUICK, max_ratio=10**9, max_unpacked=10**9)).wrong == "ended as read"
    )
    monkeypatch.setattr(
        trial, "read", lambda _data, _limits: reader.Workbook("csv", [reader.Sheet.of([["root:x:0:0"]])])
    )
    assert "walked" in trial.attempt("parts_in_odd_encodings", 0, QUICK).wrong
    assert READ in FAMILIES["parts_in_odd_encodings"].ends

    def broken(_data, _limits):
        raise ValueError

    monkeypatch.setattr(trial, "read", broken)
    with pytest.raises(ValueError):  # noqa: PT011 - whichever escapes
        trial.attempt(name, 0, QUICK)
