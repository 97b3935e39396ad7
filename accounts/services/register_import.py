"""Takes a register in: 项目 and 审批 through `projects`, 拨付 here, in one transaction and with one event."""

import datetime
import hashlib
from dataclasses import dataclass, field

from django.db import transaction

from accounts.services.register_allocations import import_allocations
from projects.imports.register import ALLOCATIONS, APPROVALS, PROJECTS, Register, read_register
from projects.imports.tables import Remark
from projects.services.register import Counts, import_approvals, import_projects
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event
from sheets.reader import read


@dataclass
class Imported:
    """What became of a file; `check` means that nothing was written."""

    sha256: str
    check: bool
    sheets: dict[str, Counts] = field(default_factory=dict)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def as_dict(self, file: str) -> dict:
        """The promise of `project_import --json`."""
        return {
            "file": file,
            "sha256": self.sha256,
            "sheets": {name: counts.as_dict() for name, counts in self.sheets.items()},
            "errors": [remark.as_dict() for remark in self.errors],
            "warnings": [remark.as_dict() for remark in self.warnings],
        }

    def total(self, name: str) -> int:
        return sum(getattr(counts, name) for counts in self.sheets.values())


def register_import(
    *,
    data: bytes,
    file_name: str,
    check: bool = False,
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> Imported:
    """Import a register; rows with errors are left out, all errors are told. Raises sheets.Refusal.

    A check does the same work and takes it back, so that what it says is what an import would do.
    Importing the same register twice changes nothing.
    """
    register = read_register(read(data))
    imported = Imported(hashlib.sha256(data).hexdigest(), check)
    with transaction.atomic():
        _write(register, imported, scope=scope, actor=actor, today=today or clock.today(), file_name=file_name)
        if check:
            transaction.set_rollback(True)
    for table in register.tables.values():
        imported.errors += sorted(table.errors, key=lambda remark: remark.row)
        imported.warnings += sorted(table.warnings, key=lambda remark: remark.row)
    return imported


def _write(
    register: Register,
    imported: Imported,
    *,
    scope: Scope | None,
    actor: Actor,
    today: datetime.date,
    file_name: str,
) -> None:
    touched: set[int] = set()
    writers = {
        PROJECTS: lambda table: import_projects(table, scope=scope, today=today),
        APPROVALS: lambda table: import_approvals(table, scope=scope, today=today, actor=actor),
        ALLOCATIONS: lambda table: import_allocations(table, scope=scope, today=today, actor=actor),
    }
    for name, table in register.tables.items():
        written = writers[name](table)
        imported.sheets[name] = written.counts
        touched |= written.project_ids
    if not touched:
        return
    record_event(
        actor=actor,
        action="register_import",
        object_type="projects.register",
        object_id=imported.sha256[:40],
        object_name=file_name[:200],
        changes={"sha256": ["", imported.sha256]}
        | {
            name: ["", f"共 {counts.rows} 行，新增 {counts.created}，更新 {counts.updated}，未变 {counts.unchanged}"]
            for name, counts in imported.sheets.items()
        },
    )
    touch_projects(touched)
