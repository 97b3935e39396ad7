"""Rows of a bank's answer into the database by COPY, and their counts as JSON keeps them."""

from collections.abc import Sequence

from payroll.imports.bank_results import ResultRow
from payroll.models import BankResult
from payroll.services.copying import copy_in, text_of, value_of
from responsibilities.services import vault

CHUNK = 5000
NULL = "\\N"


def rows_copy(result: BankResult, rows: Sequence[ResultRow]) -> None:
    """Store the rows, unmatched yet. Cards by their index and last four digits only."""
    index = vault.blind_indexer("bank_card")
    for start in range(0, len(rows), CHUNK):
        copy_in(
            "payroll_bankresultrow (result_id, row, reference, seq, name, card_index, card_last4, amount, outcome,"
            ' code, message, bank_reference, "on", verdict)',
            "".join(
                [
                    f"{result.pk}\t{row.row}\t{text_of(row.reference, 80)}\t{value_of(row.seq)}\t"
                    f"{text_of(row.name, 60)}\t{_bytes(index(row.card)) if row.card else NULL}\t{row.last4}\t"
                    f"{value_of(row.amount)}\t{row.outcome}\t{text_of(row.code, 40)}\t{text_of(row.message, 200)}\t"
                    f"{text_of(row.bank_reference, 80)}\t{value_of(row.on)}\tunmatched\n"
                    for row in rows[start : start + CHUNK]
                ]
            ),
        )


def counts_plain(counts: dict) -> dict:
    """Counts as JSON keeps them."""
    return {name: int(value) for name, value in counts.items()}


def _bytes(value: bytes) -> str:
    """Bytes as COPY reads them; the backslash is itself escaped."""
    return "\\\\x" + value.hex()
