"""Sheets that have no column of cards at all: said once for the sheet, and how many nobody can pay as things stand."""

from collections.abc import Callable, Collection, Mapping, Sequence

from payroll.rules.checks.accounts import CardColumnMissing, RegisteredCard
from payroll.rules.remarks import LONGEST, Remark

NAMES_TOLD = 5


class WithoutCards:
    """Call `see` with lines as they are accepted and the positions where a registered card stands in, then `finish`.

    `letters_of` gives the columns of a sheet by its number, `title_row_of` the row of its titles (0: none).
    """

    def __init__(
        self,
        *,
        letters_of: Callable[[int], Mapping[str, str]],
        title_row_of: Callable[[int], int],
        settings: Mapping[str, str],
    ) -> None:
        self._letters_of, self._title_row_of, self._settings = letters_of, title_row_of, settings
        self._stood_in: dict[int, int] = {}  # sheet_no → how many are paid to registered cards
        self._lacking: dict[int, list[str]] = {}  # sheet_no → who has none

    def see(self, lines: Sequence, stood_in: Collection[int]) -> None:
        if not lines or all("bank_card" in self._letters_of(number) for number in {line.sheet_no for line in lines}):
            return
        for position, line in enumerate(lines):
            if "bank_card" in self._letters_of(line.sheet_no):
                continue
            if position in stood_in:
                self._stood_in[line.sheet_no] = self._stood_in.get(line.sheet_no, 0) + 1
            else:
                self._lacking.setdefault(line.sheet_no, []).append(line.name)

    def finish(self) -> list[Remark]:
        """A notice of those with a registered card and a warning of those without, at the titles of each sheet."""
        found = []
        for number in sorted({*self._stood_in, *self._lacking}):
            if names := self._lacking.get(number):
                told = "、".join(names[:NAMES_TOLD]) + (" 等" if len(names) > NAMES_TOLD else "")
                said = CardColumnMissing.message.format(count=len(names), names=told)
                found.append(self._remark(number, CardColumnMissing.code, said))
            if count := self._stood_in.get(number):
                said = RegisteredCard.column_message.format(count=count)
                found.append(self._remark(number, RegisteredCard.code, said))
        return found

    def _remark(self, number: int, code: str, said: str) -> Remark:
        row = self._title_row_of(number)
        return Remark(
            row,
            f"{self._letters_of(number)['name']}{row}" if row else "",
            code,
            self._settings[code],
            said[:LONGEST],
            number,
        )
