"""The mapping page's form: one field for each column of a workbook."""

from collections.abc import Sequence

from django import forms

from payroll.imports.columns import TITLES
from payroll.imports.correcting import problems
from payroll.imports.layout import Layout
from payroll.imports.shown import Rows


class MappingForm(forms.Form):
    """Which column is what, for every table of a proposal: `0-on`, `0-from`, `0-to`, `0-data` and `0-B` for its
    column B.

    `said` is a layout that stands already (a person's or the memory's), shown instead of the guesses.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    remember = forms.BooleanField(label="记住，以后同样表头的文件自动按此读取", required=False, initial=True)

    def __init__(self, *arguments, proposal, said=None, **facts):
        super().__init__(*arguments, **facts)
        self.tables = proposal["sheets"]
        self.proposal = proposal
        choices = [("", "不读取"), *TITLES.items()]
        likely = _likely(self.tables)
        for number, table in enumerate(self.tables):
            stands = standing(table, self.tables, (said or {}).get("sheets", ()))
            rows = Rows.of(table)
            self.fields[f"{number}-on"] = forms.BooleanField(
                label="读取这张表", required=False, initial=stands is not None if said else number in likely
            )
            first, last = (rows.header[0], rows.header[-1]) if rows.header else (None, None)
            for name, row in (("from", first), ("to", last), ("data", rows.data or None)):
                self.fields[f"{number}-{name}"] = forms.IntegerField(
                    min_value=1, required=False, initial=row, error_messages={"min_value": "行号从 1 起。"}
                )
            of = {letter: name for name, letter in stands["columns"].items()} if stands else None
            for column in table["columns"]:
                initial = of.get(column["letter"], "") if of is not None else column["column"] or ""
                self.fields[f"{number}-{column['letter']}"] = forms.ChoiceField(
                    choices=choices, required=False, initial=initial
                )

    def chosen(self, number: int) -> dict[str, str]:
        """Letter → canonical column of a table, as it stands in the form; what can't be read is left out."""
        found = {}
        for column in self.tables[number]["columns"]:
            value = self[f"{number}-{column['letter']}"].value()
            if value in TITLES:
                found[column["letter"]] = value
        return found

    def clean(self):
        """Duplicates, and whatever else keeps the layout from being read, each at its place."""
        data = super().clean()
        self.layout = None
        sheets, numbers = [], []
        for number, table in enumerate(self.tables):
            if not data.get(f"{number}-on"):
                continue
            numbers.append(number)
            letters: dict[str, list[str]] = {}
            for letter, name in self.chosen(number).items():
                letters.setdefault(name, []).append(letter)
            for name, places in letters.items():
                if len(places) > 1:
                    said = f"“{TITLES[name]}”同时指定在 {'、'.join(places)} 列，请只留一列。"
                    for letter in places:
                        self.add_error(f"{number}-{letter}", said)
            columns = {name: places[0] for name, places in letters.items()}
            rows = rows_of(self.data, number)
            sheets.append(
                {
                    "name": table["name"],
                    "header_rows": list(rows.header),
                    "first_data_row": rows.data,
                    "columns": columns,
                }
            )
        if not sheets:
            self.add_error(None, "没有勾选要读取的工作表。请至少勾选一张，并指定它的姓名列和实发工资列。")
            return data
        self.layout = Layout.from_dict({"sheets": sheets})
        for problem in problems(self.layout, self.proposal):
            number = numbers[problem.table]
            place = {"rows": "from", "": "on"}.get(problem.at, problem.at)
            self.add_error(f"{number}-{place}", problem.message)
        return data


def standing(table: dict, tables: list[dict], said: Sequence[dict]) -> dict | None:
    """The table of a layout that is this one of the proposal: of two side by side, the one with its columns."""
    alike = [one for one in said if one["name"] == table["name"]]
    if sum(1 for one in tables if one["name"] == table["name"]) > 1:
        letters = {column["letter"] for column in table["columns"]}
        alike = [one for one in alike if letters.issuperset(one["columns"].values())]
    return alike[0] if alike else None


def _likely(tables: list[dict]) -> set[int]:
    """The tables that are proposed for reading; where none is, the one of which most is understood."""
    chosen = {number for number, table in enumerate(tables) if table["chosen"]}
    if chosen:
        return chosen
    known = [
        (sum(1 for column in table["columns"] if column["column"]), -number)
        for number, table in enumerate(tables)
        if table["state"] == "visible"
    ]
    best = max(known, default=(0, 0))
    return {-best[1]} if best[0] else set()


def rows_of(data, number: int) -> Rows:
    """The rows that a table's fields name; a lone header row is one row, blanks are a sheet without a header, and
    people that begin right below."""
    first, last, start = (_number(data.get(f"{number}-{name}", "")) for name in ("from", "to", "data"))
    told = [row for row in (first, last) if row is not None]
    if not told:
        return Rows((), start or 0).plain()
    first, last = min(told), max(told)
    # A slip of the keyboard is shown as such, not spelled out row by row.
    header = tuple(range(first, last + 1)) if last - first < 10 else (first, last)
    return Rows(header, start or 0).plain()


def _number(text: str) -> int | None:
    text = str(text).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
