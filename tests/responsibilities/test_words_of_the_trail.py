"""Everything that the code writes into the trail has a word: nobody reads `month_on` there."""

import ast

from responsibilities.rules.words import CHANGE_WORDS, change_words
from zhangye_wages.launcher.paths import PROJECT

ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation")


def written() -> dict[str, str]:
    """The names of changes that stand in the code as they are, and a file that writes each."""
    found = {}
    for room in ROOMS:
        for file in (PROJECT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                for keyword in node.keywords:
                    if keyword.arg == "changes" and isinstance(keyword.value, ast.Dict):
                        names = [key.value for key in keyword.value.keys if isinstance(key, ast.Constant)]
                        found |= dict.fromkeys(names, str(file.relative_to(PROJECT)))
    return found


def test_every_change_has_a_word():
    names = written()
    assert len(names) > 60
    assert {name: file for name, file in names.items() if name not in CHANGE_WORDS} == {}


def test_a_name_without_a_word_is_shown_as_it_is():
    assert change_words("no_such_name") == "no_such_name"
