"""Sheets from the field, where they lie beside the project: an answer for each, never a traceback."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories.payroll import site

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.suffix.lower() in {".xls", ".xlsx", ".csv", ".xlsm"})

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not FILES, reason="样例文件不在项目旁边")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_sample_is_answered_with_one_object(path, cast, capsys):
    project = site(cast)
    code = 0
    try:
        call_command("payroll_import", str(path), "--project", project.code, "--month", "2026-10", "--json", "--rows")
    except SystemExit as left:
        code = left.code
    out, err = capsys.readouterr()
    said = json.loads(out)
    if "refused" in said:
        assert code == 2
        assert err.strip() == said["refused"]["message"]
    else:
        assert code == (1 if said["rejected"] else 0)
        assert said["rows"] == said["accepted"] + said["rejected"]
        assert len(said["lines"]) == said["accepted"]
        assert {error["row"] for error in said["errors"]}.isdisjoint(line["row"] for line in said["lines"])
