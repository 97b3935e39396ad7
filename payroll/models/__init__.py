from payroll.models.attendance import AttendanceDay, AttendanceProblem, AttendancePunch, AttendanceRow, AttendanceSheet
from payroll.models.batches import BatchAct, PayrollBatch, PayrollLine, PayrollRejectedRow, PayrollRemark, StoredFile
from payroll.models.checks import CheckSetting
from payroll.models.confirmations import Channel, ComplaintTelephone, PayConfirmation, PayContest, SiteCode
from payroll.models.contracts import LabourContract, LeaverSettlement, RecordSource, SignedSettlement, SiteStay
from payroll.models.layouts import ColumnLayout
from payroll.models.matches import DebitExplanation, DebitShare, StatementMatch
from payroll.models.notices import Declaration, PayNotice, PayNoticePhoto
from payroll.models.payouts import CardChange, Payout, PayoutException, PayoutFile
from payroll.models.people import BankCard, MinimumWage, RosterEntry, Worker
from payroll.models.results import BankResult, BankResultRow

__all__ = [
    "AttendanceDay",
    "AttendanceProblem",
    "AttendancePunch",
    "AttendanceRow",
    "AttendanceSheet",
    "BankCard",
    "BankResult",
    "BankResultRow",
    "BatchAct",
    "CardChange",
    "Channel",
    "CheckSetting",
    "ColumnLayout",
    "ComplaintTelephone",
    "DebitExplanation",
    "DebitShare",
    "Declaration",
    "LabourContract",
    "LeaverSettlement",
    "MinimumWage",
    "PayConfirmation",
    "PayContest",
    "PayNotice",
    "PayNoticePhoto",
    "Payout",
    "PayoutException",
    "PayoutFile",
    "PayrollBatch",
    "PayrollLine",
    "PayrollRejectedRow",
    "PayrollRemark",
    "RecordSource",
    "RosterEntry",
    "SignedSettlement",
    "SiteCode",
    "SiteStay",
    "StatementMatch",
    "StoredFile",
    "Worker",
]
