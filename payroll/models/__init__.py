from payroll.models.batches import (
    BatchAct,
    PayrollBatch,
    PayrollLine,
    PayrollRejectedRow,
    PayrollRemark,
    StoredFile,
)
from payroll.models.people import BankCard, MinimumWage, RosterEntry, Worker

__all__ = [
    "BankCard",
    "BatchAct",
    "MinimumWage",
    "PayrollBatch",
    "PayrollLine",
    "PayrollRejectedRow",
    "PayrollRemark",
    "RosterEntry",
    "StoredFile",
    "Worker",
]
