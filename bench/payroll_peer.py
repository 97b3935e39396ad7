"""django-import-export on the same sheet, as well tuned as it gets; what `bench.payroll` compares the import with.

Bulk creation in large batches, no per-row queries (instances are prefetched, foreign keys come from dictionaries), no
diffs, no model validation, one transaction. It neither seals nor indexes nor checks anything: it is given digests and
plain bytes to store, so it does less than the portal does.
"""

import hashlib
import time
from io import BytesIO

import openpyxl
import python_calamine
import tablib
from django.db import transaction
from import_export import fields, resources
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import Widget

from payroll.models import BankCard, PayrollLine, Worker
from tests.factories.payroll import COLUMNS

HEADER_ROW = 2
BATCH = 5_000


class Known(Widget):
    """A foreign key by a dictionary that was filled before."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {}

    def clean(self, value, row=None, **_options):
        return self.keys[value]


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


class Workers(Tuned):
    id_number_index = fields.Field("id_number_index", "id_index")
    id_number_sealed = fields.Field("id_number_sealed", "id_bytes")
    name = fields.Field("name", "name")
    id_last4 = fields.Field("id_last4", "id_last4")

    class Meta(Tuned.Meta):
        model = Worker
        import_id_fields = ("id_number_index",)
        fields = ("id_number_index", "id_number_sealed", "name", "id_last4")
        instance_loader_class = CachedInstanceLoader


class Cards(Tuned):
    worker_id = fields.Field("worker_id", "id_index", widget=Known())
    number_index = fields.Field("number_index", "card_index")
    number_sealed = fields.Field("number_sealed", "card_bytes")
    last4 = fields.Field("last4", "card_last4")
    bank_name = fields.Field("bank_name", "bank_name")

    class Meta(Tuned.Meta):
        model = BankCard
        import_id_fields = ("number_index",)
        fields = ("worker_id", "number_index", "number_sealed", "last4", "bank_name")


class Lines(Tuned):
    worker_id = fields.Field("worker_id", "id_index", widget=Known())
    card_id = fields.Field("card_id", "card_index", widget=Known())
    batch_id = fields.Field("batch_id", "batch")
    row = fields.Field("row", "row")
    net = fields.Field("net", "net_pay")

    class Meta(Tuned.Meta):
        model = PayrollLine
        import_id_fields = ("row",)
        fields = (
            "batch_id", "row", "worker_id", "card_id", "crew", "trade", "days", "unit_price", "gross", "deductions",
            "advance", "net",
        )  # fmt: skip


def seconds(data: bytes, batch_id: int, *, reader: str) -> float:
    """How long the peer takes to read the sheet and store workers, cards and lines; what it stored is taken back."""
    begun = time.perf_counter()
    with transaction.atomic():
        rows = _calamine(data) if reader == "calamine" else _openpyxl(data)
        dataset = _dataset(rows, batch_id)
        known = dict(_existing(Worker, "id_number_index", dataset["id_index"]))
        _import(Workers(), [row for row in dataset.dict if row["id_index"] not in known])
        workers = dict(_existing(Worker, "id_number_index", dataset["id_index"]))
        known = dict(_existing(BankCard, "number_index", dataset["card_index"]))
        cards = Cards()
        cards.fields["worker_id"].widget.keys = workers
        _import(cards, [row for row in dataset.dict if row["card_index"] not in known])
        lines = Lines()
        lines.fields["worker_id"].widget.keys = workers
        lines.fields["card_id"].widget.keys = dict(_existing(BankCard, "number_index", dataset["card_index"]))
        _import(lines, dataset.dict)
        took = time.perf_counter() - begun
        assert PayrollLine.objects.filter(batch_id=batch_id).count() == len(rows)
        transaction.set_rollback(True)
    return took


def _existing(model, field: str, values: list):
    for index, pk in model.objects.filter(**{f"{field}__in": values}).values_list(field, "pk"):
        yield bytes(index), pk


def _import(resource: Tuned, rows: list[dict]) -> None:
    if not rows:
        return
    dataset = tablib.Dataset(headers=list(rows[0]))
    dataset.extend([tuple(row.values()) for row in rows])
    result = resource.import_data(dataset, dry_run=False, raise_errors=True)
    assert result.totals["new"] == len(rows)


def _calamine(data: bytes) -> list[list]:
    sheet = python_calamine.load_workbook(BytesIO(data)).get_sheet_by_index(0)
    return sheet.to_python()[HEADER_ROW:]


def _openpyxl(data: bytes) -> list[tuple]:
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
    return list(book.worksheets[0].iter_rows(min_row=HEADER_ROW + 1, values_only=True))


def _dataset(rows: list, batch_id: int) -> tablib.Dataset:
    added = ("batch", "row", "id_index", "id_bytes", "id_last4", "card_index", "card_bytes", "card_last4")
    dataset = tablib.Dataset(headers=[*COLUMNS, *added])
    who, card = COLUMNS.index("id_number"), COLUMNS.index("bank_card")
    for number, row in enumerate(rows, start=HEADER_ROW + 1):
        one, other = row[who].encode(), row[card].encode()
        dataset.append(
            (
                *row, batch_id, number, hashlib.sha256(one).digest(), one, row[who][-4:],
                hashlib.sha256(other).digest(), other, row[card][-4:],
            )
        )  # fmt: skip
    return dataset
