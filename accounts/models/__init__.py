from accounts.models.accounts import SpecialAccount
from accounts.models.allocations import Allocation, AllocationPeriod, LabourCostFloor

__all__ = ["Allocation", "AllocationPeriod", "LabourCostFloor", "SpecialAccount"]
