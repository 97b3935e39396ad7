from accounts.models.accounts import SpecialAccount
from accounts.models.allocations import Allocation, AllocationPeriod, LabourCostFloor
from accounts.models.months import AllocationMonth
from accounts.models.statements import StatementImport, StatementLine

__all__ = [
    "Allocation",
    "AllocationMonth",
    "AllocationPeriod",
    "LabourCostFloor",
    "SpecialAccount",
    "StatementImport",
    "StatementLine",
]
