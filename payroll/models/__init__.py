from payroll.models.batches import (
    PayrollBatch,
    PayrollLine,
    PayrollRejectedRow,
    PayrollRemark,
    StoredFile,
)
from payroll.models.people import BankCard, MinimumWage, RosterEntry, Worker

__all__ = [
    "BankCard",
    "MinimumWage",
    "PayrollBatch",
    "PayrollLine",
    "PayrollRejectedRow",
    "PayrollRemark",
    "RosterEntry",
    "StoredFile",
    "Worker",
]
