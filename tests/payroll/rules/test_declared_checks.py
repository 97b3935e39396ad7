"""Every check is declared whole: a code that programs know, sentences that people can act on, a basis."""

import datetime
import json
import re
from pathlib import Path

import pytest

from payroll.rules.checks import FAMILY_LABELS, Check, Family, Setting, Severity, catalogue, severities

# The promises of the contract, by the severity that it states.
ERRORS = set(
    "name_missing id_missing id_length id_checksum id_precision_lost id_birth_date duplicate_worker card_missing "
    "card_checksum card_precision_lost amount_invalid amount_negative net_mismatch days_invalid days_over_month "
    "month_mismatch".split()
)
WARNINGS = set(
    "total_mismatch unknown_worker name_differs card_differs below_minimum_wage underage overage shared_card "
    "shared_phone days_over_attendance same_day_other_site formula_without_value hidden_row".split()
)
FIGURES = {
    row["code"]: row
    for row in json.loads((Path(__file__).parents[3] / "fixtures" / "figures.json").read_text("utf-8"))["figures"]
}
CHECKS = pytest.mark.parametrize("check", catalogue().values(), ids=catalogue())


def test_the_promised_codes_keep_their_severity():
    assert {code for code, check in catalogue().items() if check.default == Severity.ERROR} >= ERRORS
    assert {code for code, check in catalogue().items() if check.default == Severity.WARNING} >= WARNINGS
    assert catalogue()["unknown_bank"].default == Severity.NOTICE


def test_every_family_has_its_label():
    assert set(FAMILY_LABELS) == set(Family)


@CHECKS
def test_a_check_is_declared_whole(check):
    assert re.fullmatch(r"[a-z_]{3,30}", check.code)
    assert check.title
    assert check.what.endswith("。")
    assert check.family in Family
    assert check.lighter in (Severity.WARNING, Severity.NOTICE)
    sentences = [value for name, value in vars(check).items() if name.endswith("message")]
    assert check.message in sentences
    for sentence in sentences:
        assert sentence.endswith("。"), sentence
        assert re.search(r"[\u4e00-\u9fff]", sentence)
    if check.fixed:
        assert check.fixed.endswith("。")


@CHECKS
def test_a_basis_is_an_instrument_in_force_or_our_own_default(check):
    basis = check.basis
    if basis.is_default:
        assert str(basis) == "本系统默认，可调整"
    else:
        assert basis.instrument.startswith("《")
        assert basis.in_force_from < datetime.date(2024, 1, 1)


@CHECKS
def test_the_figures_that_a_check_uses_stand_in_the_fixture(check):
    for code in check.figures:
        figure = FIGURES[code]
        assert figure["instrument"] or figure["is_default"]


def test_a_setting_changes_the_severity_of_what_may_be_changed():
    free, fixed = catalogue()["net_mismatch"], catalogue()["id_checksum"]
    assert (free.severity(None), free.severity("notice"), free.severity("stop")) == ("error", "warning", "error")
    assert {fixed.severity(setting) for setting in (None, "notice", "stop")} == {"error"}
    assert severities({"unknown_worker": "stop"})["unknown_worker"] == Severity.ERROR
    assert severities({})["unknown_worker"] == Severity.WARNING
    assert catalogue()["unknown_bank"].severity("notice") == Severity.NOTICE
    assert catalogue()["unknown_worker"].setting() == Setting.NOTICE


def test_a_code_is_declared_once():
    with pytest.raises(TypeError, match="net_mismatch"):
        type("Again", (Check,), {"code": "net_mismatch"})
