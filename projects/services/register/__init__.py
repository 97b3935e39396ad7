"""Writes the 项目 and 审批 tables of a register: set-based, idempotent, every row's problems collected.

The caller opens the transaction, reads the file and records the one event (`accounts.services.register_import`,
because 拨付 belongs to the room above). A blank cell leaves what is on record.
"""

from projects.services.register.approvals import import_approvals
from projects.services.register.outcome import Counts, Written, locked_projects, unreachable
from projects.services.register.projects import import_projects

__all__ = ["Counts", "Written", "import_approvals", "import_projects", "locked_projects", "unreachable"]
