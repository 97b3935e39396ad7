"""How the portal's words are written in the national real-name standard: documents masked, units as codes."""

ID_LENGTH = 18
CITIZEN_CARD = "01"
# 计量单位 of the standard's dictionary; other units go as text.
UNIT_CODES = {"米": 80, "平方米": 81, "立方米": 82}
FIXED_TERM, UNTIL_DONE = 0, 1
EXIT, ENTRY = 0, 1
DIRECTIONS = {"in": "01", "out": "02", "": ""}


def masked_id(last4: str) -> str:
    """Where the standard has the number encrypted by a shared key, stars and its last four digits."""
    return f"{'*' * (ID_LENGTH - len(last4))}{last4}"


def masked_number(last4: str) -> str:
    """A card or telephone; blank where there is none."""
    return f"****{last4}" if last4 else ""


def unit_code(unit: str) -> int | str:
    """80, 81, 82 for metres, square and cubic metres; any other unit without its leading 元/."""
    bare = unit.removeprefix("元/").strip()
    return UNIT_CODES.get(bare, bare)
