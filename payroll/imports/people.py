"""Who stands on a table, as far as choosing between tables needs it: ID numbers, names, and what they get."""

from dataclasses import dataclass, field

from payroll.imports.arithmetic import cents
from payroll.imports.rows import SIGNATURE, SUBTOTAL, TOTAL, is_identity
from payroll.rules.names import SPACES, split_name
from payroll.rules.numbers import clean_id
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import as_text


@dataclass(slots=True)
class People:
    """The people of a table; `net` in cents."""

    names: dict[str, None] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # ID number → name
    net: int = 0

    @property
    def count(self) -> int:
        return max(len(self.names), len(self.ids))

    @property
    def identified(self) -> bool:
        """Whether most of them have an ID number."""
        return len(self.ids) * 2 >= len(self.names)

    def repeated_in(self, others: list["People"]) -> float:
        """The share of these people who stand on the others too."""
        missing, known = self._compared(others)
        return 1 - len(missing) / known if known else 0.0

    def missing_in(self, others: list["People"]) -> list[str]:
        """The names of those who stand on none of the others."""
        return self._compared(others)[0]

    def _compared(self, others: list["People"]) -> tuple[list[str], int]:
        """Who is missing, and of how many: by ID number where both sides have them, else by name."""
        if self.identified and all(one.identified for one in others):
            ids = set().union(*(one.ids for one in others))
            return [name for number, name in self.ids.items() if number not in ids], len(self.ids)
        names = set().union(*(one.names for one in others))
        return [name for name in self.names if name not in names], len(self.names)


def people_of(sheet: Sheet, header: Header, stop: int | None = None) -> People:
    """One quick walk over the rows, up to the row `stop`."""
    people, mapping = People(), header.mapping
    name_at, net_at, id_at = mapping["name"] - 1, mapping["net_pay"] - 1, mapping.get("id_number", 0) - 1
    for row, cells in sheet.rows(header.first_data_row):
        if row == stop:
            break
        name = cells[name_at] if name_at < len(cells) else None
        net = cells[net_at] if net_at < len(cells) else None
        identity = cells[id_at] if 0 <= id_at < len(cells) else None
        known, amount = is_identity(identity), cents(net)
        if type(name) is not str or (not known and (net is None or amount is None)):
            continue
        label = SPACES.sub("", name)
        if not label or (not known and any(words.fullmatch(label) for words in (TOTAL, SUBTOTAL, SIGNATURE))):
            continue
        clean = split_name(name)[0]
        people.names[clean] = None
        people.net += amount or 0
        if known and len(number := clean_id(as_text(identity))) == 18:
            people.ids.setdefault(number, clean)
    return people
