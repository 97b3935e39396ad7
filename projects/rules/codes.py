"""What a project's code may look like: it stands in addresses, so no slashes and no blanks."""

import re

_SHAPE = re.compile(r"[\w][\w.\-()（）〔〕\[\]]{0,39}\Z")
# Words that stand in the same place of an address as a code.
RESERVED = frozenset({"new", "import"})


def is_project_code(code: str) -> bool:
    """Whether a text can be a project's code: its shape, and no word that an address uses."""
    return bool(_SHAPE.match(code)) and code.lower() not in RESERVED


CODE_HELP = "项目编号由汉字、字母、数字和“-”“_”“.”组成，不含空格和“/”，最长 40 个字。"
