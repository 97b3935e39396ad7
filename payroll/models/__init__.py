from payroll.models.batches import PayrollBatch, PayrollLine, PayrollRemark, StoredFile
from payroll.models.people import BankCard, MinimumWage, RosterEntry, Worker

__all__ = [
    "BankCard",
    "MinimumWage",
    "PayrollBatch",
    "PayrollLine",
    "PayrollRemark",
    "RosterEntry",
    "StoredFile",
    "Worker",
]
