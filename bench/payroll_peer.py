"""django-import-export doing the same job on the same sheet, well tuned and as it comes; `bench.payroll` compares with it.

The same job: the same file is read, every row checked by the very checks of the portal, people and cards found by
their blind index, the new ones sealed under the same keys, and workers, cards and lines stored with the same values.
Tuned: calamine instead of openpyxl, bulk creation in large batches, no query per row (who is known is asked before,
foreign keys come from dictionaries), no diffs, no reports of skipped rows, no model validation, one transaction, no
second run for a preview. It recognises nobody on a roster and writes no remarks: it does a little less.
As it comes (`plain_seconds`): openpyxl, and resources with nothing but their model, columns and keys set, so that each
row is looked for, compared, saved and reported by itself and each foreign key is a query; checks and sealing as above.
"""

import datetime
import time
from io import BytesIO

import openpyxl
import python_calamine
import tablib
from django.db import transaction
from import_export import fields, resources
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import ForeignKeyWidget, Widget

from payroll.models import BankCard, PayrollLine, Worker
from payroll.rules.checks import ORDER, RowChecks
from payroll.rules.month import Month
from payroll.rules.net import Sum
from responsibilities.rules.identifiers import birth_date
from responsibilities.rules.pinyin import person_key
from responsibilities.services import vault
from sheets.values import column_letter
from tests.factories.payroll import COLUMNS

HEADER_ROW = 2
BATCH = 5_000
WORKER = (
    "id_number_index", "id_number_sealed", "name", "pinyin_key", "id_last4", "birth_on", "phone_sealed", "phone_last4",
)  # fmt: skip
CARD = ("worker_id", "number_index", "number_sealed", "last4", "bank_name")
LINE = (
    "batch_id", "row", "worker_id", "card_id", "crew", "trade", "days", "unit_price", "gross", "deductions", "advance",
    "net",
)  # fmt: skip


class Known(Widget):
    """A foreign key by a dictionary that was filled before."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {}

    def clean(self, value, row=None, **_options):
        return self.keys[value]


class AsItIs(Widget):
    """A value that needs no reading any more: the checks have made it what the column holds."""

    def clean(self, value, row=None, **_options):
        return value

    def render(self, value, obj=None, **_options):
        return str(value)


class Tuned(resources.ModelResource):
    class Meta:
        use_bulk = True
        batch_size = BATCH
        use_transactions = False  # the caller's
        skip_diff = True
        skip_html_diff = True
        report_skipped = False
        clean_model_instances = False
        force_init_instance = True  # who is known was sorted out before


def _resource(model, columns: tuple[str, ...], found_by: str, **foreign: str) -> type[Tuned]:
    """A resource whose values are stored as they are; `foreign` keys are found by another column."""
    named = {name: fields.Field(name, foreign.get(name, name), widget=AsItIs()) for name in columns}
    for name in foreign:
        named[name].widget = Known()
    about = {
        "model": model,
        "import_id_fields": (found_by,),
        "fields": columns,
        "instance_loader_class": CachedInstanceLoader,
    }
    return type(f"{model.__name__}s", (Tuned,), named | {"Meta": type("Meta", (Tuned.Meta,), about)})


Workers = _resource(Worker, WORKER, "id_number_index")
Cards = _resource(BankCard, CARD, "number_index", worker_id="id_number_index")
Lines = _resource(PayrollLine, LINE, "row", worker_id="id_number_index", card_id="number_index")


def _plain(model, columns: tuple[str, ...], found_by: tuple[str, ...], **foreign) -> resources.ModelResource:
    """A resource as it comes; `foreign` keys are found by a query for another column. Bytes have no widget of its own."""
    named = {
        name: fields.Field(name, name, widget=AsItIs()) for name in columns if name.endswith(("_index", "_sealed"))
    }
    for name, (there, column) in foreign.items():
        named[name] = fields.Field(name, column, widget=ForeignKeyWidget(there, column))
    meta = type("Meta", (), {"model": model, "fields": (*columns, *foreign), "import_id_fields": found_by})
    return type(f"Plain{model.__name__}s", (resources.ModelResource,), named | {"Meta": meta})()


def plain_seconds(data: bytes, batch_id: int, month_on: datetime.date) -> float:
    """How long it takes as it comes, everybody being new; what it stored is taken back."""
    worker, card = (Worker, "id_number_index"), (BankCard, "number_index")
    begun = time.perf_counter()
    with transaction.atomic():
        rows = _sealed_cards(_sealed_people(_checked(_openpyxl(data), month_on, batch_id)))
        for row in rows:
            row["batch"] = batch_id
        _import(_plain(Worker, WORKER, ("id_number_index",)), WORKER, rows)
        _import(_plain(BankCard, CARD[1:], ("number_index",), worker=worker), ("id_number_index", *CARD[1:]), rows)
        lines = _plain(PayrollLine, ("batch", "row", *LINE[4:]), ("batch", "row"), worker=worker, card=card)
        _import(lines, ("batch", "row", "id_number_index", "number_index", *LINE[4:]), rows)
        took = time.perf_counter() - begun
        assert PayrollLine.objects.filter(batch_id=batch_id).count() == len(rows)
        transaction.set_rollback(True)
    return took


def seconds(data: bytes, batch_id: int, month_on: datetime.date, *, reader: str) -> float:
    """How long the peer takes to store workers, cards and lines of the sheet; what it stored is taken back."""
    begun = time.perf_counter()
    with transaction.atomic():
        rows = _checked(_calamine(data) if reader == "calamine" else _openpyxl(data), month_on, batch_id)
        workers = dict(_existing(Worker, "id_number_index", [row["id_number_index"] for row in rows]))
        cards = dict(_existing(BankCard, "number_index", [row["number_index"] for row in rows]))
        if new := [row for row in rows if row["id_number_index"] not in workers]:
            _import(Workers(), WORKER, _sealed_people(new))
            workers = dict(_existing(Worker, "id_number_index", [row["id_number_index"] for row in rows]))
        if new := [row for row in rows if row["number_index"] not in cards]:
            resource = Cards()
            resource.fields["worker_id"].widget.keys = workers
            _import(resource, ("id_number_index", *CARD[1:]), _sealed_cards(new))
            cards = dict(_existing(BankCard, "number_index", [row["number_index"] for row in rows]))
        resource = Lines()
        resource.fields["worker_id"].widget.keys = workers
        resource.fields["card_id"].widget.keys = cards
        _import(resource, ("batch_id", "row", "id_number_index", "number_index", *LINE[4:]), rows)
        took = time.perf_counter() - begun
        assert PayrollLine.objects.filter(batch_id=batch_id).count() == len(rows)
        transaction.set_rollback(True)
    return took


def _checked(rows: list, month_on: datetime.date, batch_id: int) -> list[dict]:
    """The rows' lines with their blind indexes; every row must pass the portal's own checks."""
    letters = {name: column_letter(at) for at, name in enumerate(COLUMNS, start=1)}
    how = Sum(computable=True, gross=(11,), deductions=(12,), has_advance=True)
    checks = RowChecks(month=Month(month_on.year, month_on.month), letters=letters, how=how)
    id_index, card_index = vault.blind_indexer("id_number"), vault.blind_indexer("bank_card")
    place = {name: at for at, name in enumerate(COLUMNS)}
    found = []
    for number, row in enumerate(rows, start=HEADER_ROW + 1):
        line = checks.check(number, [row[place[name]] if name in place else None for name in ORDER], row)
        found.append(
            line._asdict()
            | {
                "batch_id": batch_id,
                "id_number_index": id_index(line.id_number),
                "number_index": card_index(line.bank_card),
            }
        )
    checks.finish()
    assert not checks.errors
    return found


def _sealed_people(rows: list[dict]) -> list[dict]:
    seal_id, seal_phone = vault.sealer("id_number"), vault.sealer("phone")
    return [
        row
        | {
            "id_number_sealed": seal_id(row["id_number"]),
            "pinyin_key": person_key(row["name"]),
            "id_last4": row["id_number"][-4:],
            "birth_on": birth_date(row["id_number"]),
            "phone_sealed": seal_phone(row["phone"]),
            "phone_last4": row["phone"][-4:],
        }
        for row in rows
    ]


def _sealed_cards(rows: list[dict]) -> list[dict]:
    seal = vault.sealer("bank_card")
    return [row | {"number_sealed": seal(row["bank_card"]), "last4": row["bank_card"][-4:]} for row in rows]


def _existing(model, field: str, values: list):
    for index, pk in model.objects.filter(**{f"{field}__in": values}).values_list(field, "pk"):
        yield bytes(index), pk


def _import(resource: resources.ModelResource, columns: tuple[str, ...], rows: list[dict]) -> None:
    dataset = tablib.Dataset(headers=list(columns))
    dataset.extend([tuple(row[name] for name in columns) for row in rows])
    result = resource.import_data(dataset, dry_run=False, raise_errors=True)
    assert result.totals["new"] == len(rows)


def _calamine(data: bytes) -> list[list]:
    sheet = python_calamine.load_workbook(BytesIO(data)).get_sheet_by_index(0)
    return sheet.to_python()[HEADER_ROW:]


def _openpyxl(data: bytes) -> list[tuple]:
    """As openpyxl reads it: its whole numbers are no floats, which the checks expect."""
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
    return [
        tuple(float(cell) if type(cell) is int else cell for cell in row)
        for row in book.worksheets[0].iter_rows(min_row=HEADER_ROW + 1, values_only=True)
    ]
