from payroll.models.attendance import AttendanceDay, AttendanceProblem, AttendanceRow, AttendanceSheet
from payroll.models.batches import (
    BatchAct,
    PayrollBatch,
    PayrollLine,
    PayrollRejectedRow,
    PayrollRemark,
    StoredFile,
)
from payroll.models.contracts import LabourContract, LeaverSettlement, RecordSource, SiteStay
from payroll.models.people import BankCard, MinimumWage, RosterEntry, Worker

__all__ = [
    "AttendanceDay",
    "AttendanceProblem",
    "AttendanceRow",
    "AttendanceSheet",
    "BankCard",
    "BatchAct",
    "LabourContract",
    "LeaverSettlement",
    "MinimumWage",
    "PayrollBatch",
    "PayrollLine",
    "PayrollRejectedRow",
    "PayrollRemark",
    "RecordSource",
    "RosterEntry",
    "SiteStay",
    "StoredFile",
    "Worker",
]
