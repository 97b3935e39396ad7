"""What is installed is locked with hashes, comes from no named address, and every icon used is there."""

import re
import tomllib

import pytest

from zhangye_wages.launcher import assets
from zhangye_wages.launcher.console import Stop
from zhangye_wages.launcher.paths import PROJECT, REQUIREMENTS, VENDOR

LOCKS = sorted(REQUIREMENTS.glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_hashes_and_no_address(lock):
    text = lock.read_text()
    pins = re.findall(r"^[a-z0-9][^\n]*==", text, re.M)
    assert pins
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text)[1:])
    assert "http" not in text


def test_the_npm_lock_holds_no_download_address():
    text = (PROJECT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_every_dependency_has_its_purpose_written_down():
    told = (PROJECT / "docs" / "dependencies.md").read_text()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    names = {re.split(r"[\[<>=]", line)[0] for line in wanted}
    assert sorted(name for name in names if name not in told) == []


def test_every_icon_that_a_page_names_is_in_the_sprite():
    sprite = (VENDOR / "icons.svg").read_text()
    drawn = set(re.findall(r'id="(tabler-[a-z0-9-]+)"', sprite))
    pages = [*PROJECT.glob("templates/**/*.html"), *PROJECT.glob("static/js/**/*.js")]
    named = {
        name
        for page in pages
        for name in re.findall(r"#(tabler-[a-z0-9-]*[a-z0-9])(?![a-z0-9-]*[{$])", page.read_text())
    }
    assert sorted(named - drawn) == []


def test_an_icon_that_does_not_exist_is_refused():
    with pytest.raises(Stop, match="no-such-icon"):
        assets.icon_sprite(["no-such-icon"], "<svg></svg>", "<svg></svg>")


def test_vendor_files_point_to_no_source_map():
    for name in assets.FILES.values():
        assert "sourceMappingURL" not in (VENDOR / name).read_text()
