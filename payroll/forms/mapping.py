"""The mapping page's form: one field for each column of a workbook."""

from django import forms

from payroll.imports.columns import TITLES
from payroll.imports.correcting import problems
from payroll.imports.layout import Layout


class MappingForm(forms.Form):
    """Which column is what, for every table of a proposal: `0-on`, `0-from`, `0-to` and `0-B` for its column B.

    `said` is a layout that stands already (a person's or the memory's), shown instead of the guesses.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    remember = forms.BooleanField(label="记住，以后同样表头的文件自动按此读取", required=False, initial=True)

    def __init__(self, *arguments, proposal, said=None, **facts):
        super().__init__(*arguments, **facts)
        self.tables = proposal["sheets"]
        self.proposal = proposal
        standing = {table["name"]: table for table in (said or {}).get("sheets", ())}
        choices = [("", "不读取"), *TITLES.items()]
        likely = _likely(self.tables)
        for number, table in enumerate(self.tables):
            stands = standing.get(table["name"])
            rows = table["header_rows"]
            self.fields[f"{number}-on"] = forms.BooleanField(
                label="读取这张表", required=False, initial=stands is not None if said else number in likely
            )
            for name, row in (("from", rows[0] if rows else None), ("to", rows[-1] if rows else None)):
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
            sheets.append({"name": table["name"], "header_rows": self.header_rows(number), "columns": columns})
        if not sheets:
            self.add_error(None, "没有勾选要读取的工作表。请至少勾选一张，并指定它的姓名列和实发工资列。")
            return data
        self.layout = Layout.from_dict({"sheets": sheets})
        for problem in problems(self.layout, self.proposal):
            number = numbers[problem.table]
            place = "from" if problem.at == "rows" else problem.at or "on"
            self.add_error(f"{number}-{place}", problem.message)
        return data

    def header_rows(self, number: int) -> list[int]:
        """From the two row numbers; none where both are blank."""
        return header_rows_of(self.data, number) if self.is_bound else list(self.tables[number]["header_rows"])


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


def header_rows_of(data, number: int) -> list[int]:
    """The header rows that a table's two fields name; a lone number is one row, blanks are a sheet without a header."""
    told = [int(text) for name in ("from", "to") if (text := str(data.get(f"{number}-{name}", "")).strip()).isdigit()]
    if not told:
        return []
    first, last = min(told), max(told)
    # A slip of the keyboard is shown as such, not spelled out row by row.
    return list(range(first, last + 1)) if last - first < 10 else [first, last]
