"""Who stands on a table, as far as choosing between tables needs it: ID numbers, names, and what they get."""

from dataclasses import dataclass, field

from payroll.imports.arithmetic import cents
from payroll.imports.rows import SIGNATURE, SUBTOTAL, TOTAL
from payroll.rules.names import SPACES, split_name
from responsibilities.rules.identifiers import normalise_id
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

    def repeated_in(self, others: list["People"]) -> float:
        """The share of these people who stand on the others too: by ID number where both have them."""
        if not self.count:
            return 0.0
        return 1 - len(self.missing_in(others)) / self.count

    def missing_in(self, others: list["People"]) -> list[str]:
        """The names of those who stand on none of the others."""
        ids, names = set().union(*(one.ids for one in others)), set().union(*(one.names for one in others))
        if len(self.ids) * 2 >= self.count and len(ids) * 2 >= len(names):
            return [name for number, name in self.ids.items() if number not in ids]
        return [name for name in self.names if name not in names]


def people_of(sheet: Sheet, header: Header, stop: int | None = None) -> People:
    """One quick walk over the rows, up to the row `stop`."""
    people, mapping = People(), header.mapping
    name_at, net_at, id_at = mapping["name"] - 1, mapping["net_pay"] - 1, mapping.get("id_number", 0) - 1
    for number, cells in sheet.rows(header.first_data_row):
        if number == stop:
            break
        name = cells[name_at] if name_at < len(cells) else None
        net = cells[net_at] if net_at < len(cells) else None
        identity = normalise_id(as_text(cells[id_at])) if 0 <= id_at < len(cells) else ""
        if name is None or type(name) is not str or (net is None and not identity):
            continue
        label = SPACES.sub("", name)
        if (
            not label
            or TOTAL.fullmatch(label)
            or SUBTOTAL.fullmatch(label)
            or (not identity and SIGNATURE.fullmatch(label))
        ):
            continue
        amount = cents(net)
        if amount is None and not identity:
            continue
        clean = split_name(name)[0]
        people.names[clean] = None
        people.net += amount or 0
        if len(identity) == 18:
            people.ids.setdefault(identity, clean)
    return people
