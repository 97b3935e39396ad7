"""Everything that the code writes into the trail has a word: nobody reads `month_on` there."""

import ast

from responsibilities.rules.words import CHANGE_WORDS, change_words
from zhangye_wages.launcher.paths import PROJECT

ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation")


def written() -> dict[str, str]:
    """The names of changes that stand in the code as they are, and a file that writes each: the keys of a dictionary of
    changes, or of one of [before, after] pairs, which a function may hand on.
    """
    found = {}
    for room in ROOMS:
        for file in (PROJECT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                told = [node] if isinstance(node, ast.Dict) and all(map(is_pair, node.values)) else []
                if isinstance(node, ast.Call):
                    told = [keyword.value for keyword in node.keywords if keyword.arg == "changes"]
                for one in told:
                    names = [key.value for key in getattr(one, "keys", ()) if isinstance(key, ast.Constant)]
                    found |= dict.fromkeys(names, str(file.relative_to(PROJECT)))
    return found


def is_pair(value: ast.expr) -> bool:
    return isinstance(value, ast.List) and len(value.elts) == 2


def test_every_change_has_a_word():
    names = written()
    assert len(names) > 80
    assert "open_pay_reason" in names, "handed on before it is written"
    assert {name: file for name, file in names.items() if name not in CHANGE_WORDS} == {}


def test_a_name_without_a_word_is_shown_as_it_is():
    assert change_words("no_such_name") == "no_such_name"
