from accounts.models.accounts import SpecialAccount
from accounts.models.allocations import Allocation, AllocationPeriod, LabourCostFloor
from accounts.models.months import AllocationMonth

__all__ = ["Allocation", "AllocationMonth", "AllocationPeriod", "LabourCostFloor", "SpecialAccount"]
