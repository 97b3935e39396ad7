"""The organizations that a register names, known or new."""

from collections.abc import Iterable

from projects.imports.tables import Table
from responsibilities.rules.identifiers import is_valid_uscc, normalise_uscc
from responsibilities.selectors.directory import Directory
from responsibilities.services.enterprises import enterprises_register


class Enterprises:
    """The organizations that a table names; new ones are registered together, in one statement."""

    def __init__(self, table: Table, pairs: Iterable[tuple[str, str]]):
        self.table = table
        self.pairs = tuple(pairs)
        names, codes = set(), set()
        for row in table.accepted:
            for name, uscc in self.pairs:
                if row.get(uscc):
                    row.values[uscc] = normalise_uscc(row.values[uscc])
                    codes.add(row.values[uscc])
                if row.get(name):
                    names.add(row.values[name])
        self.directory = Directory(names=names, codes=codes)

    def register_missing(self) -> None:
        """Check every naming, then create what is new."""
        fresh: dict[str, str] = {}
        for row in self.table.accepted:
            for name_column, uscc_column in self.pairs:
                if not row.rejected:
                    self._look(row, name_column, uscc_column, fresh)
        if fresh:
            for organization in enterprises_register(names_by_uscc=fresh):
                self.directory.add(organization)

    def of(self, row, name_column: str, uscc_column: str):
        """The organization that a row names, None where it names none."""
        name, uscc = row.get(name_column, ""), row.get(uscc_column, "")
        if not name and not uscc:
            return None
        return (uscc and self.directory.by_code(uscc)) or self.directory.by_name(name)

    def _look(self, row, name_column: str, uscc_column: str, fresh: dict[str, str]) -> None:
        name, uscc = row.get(name_column, ""), row.get(uscc_column, "")
        if not name and not uscc:
            return
        known = self.directory.by_code(uscc) if uscc else self.directory.by_name(name)
        if known is not None:
            if name and known is not self.directory.by_name(name):
                self.table.warn(
                    row, name_column, "name_differs", f"该统一社会信用代码在名录中是“{known.name}”，已按名录登记。"
                )
            return
        if not uscc:
            self.table.reject(
                row, uscc_column, "uscc_missing", f"名录中没有“{name}”，请填写它的统一社会信用代码，或核对名称。"
            )
        elif len(uscc) != 18 or not (uscc.isascii() and uscc.isalnum()):
            self.table.reject(row, uscc_column, "uscc_invalid", f"统一社会信用代码“{uscc}”应为 18 位数字和大写字母。")
        elif not name:
            self.table.reject(row, name_column, "name_missing", f"名录中没有代码 {uscc}，请填写单位名称。")
        elif (namesake := self.directory.by_name(name)) and namesake.uscc and namesake.uscc != uscc:
            self.table.reject(
                row,
                uscc_column,
                "uscc_differs",
                f"名录中“{namesake.name}”的统一社会信用代码是 {namesake.uscc}，与填写的不一致。",
            )
        elif namesake is None:
            if uscc not in fresh and not is_valid_uscc(uscc):
                self.table.warn(
                    row, uscc_column, "uscc_checksum", f"统一社会信用代码“{uscc}”的校验位不符，已照填登记，请核对。"
                )
            fresh.setdefault(uscc, name)
