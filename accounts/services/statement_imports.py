"""A bank's statement file on its way in: stored sealed, read in the background, shown, added by a person's word."""

import hashlib

from django.db import transaction

from accounts.models import SpecialAccount, StatementImport
from accounts.services.periods import require_visible
from accounts.services.statements import StatementTaken, statement_account, statement_of_file, statement_take
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.row_queue import RowQueue
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.uploads import bare_name, require_sheet
from sheets.refusal import Refusal

READ_TASK = "accounts.read_statement"
STATEMENTS = RowQueue(
    StatementImport,
    space=720_135,
    number="流水编号",
    file="这份流水",
    related=("account__project", "imported_by", "confirmed_by"),
    queued_at="imported_at",
)
Status = StatementImport.Status
LIVE = (Status.QUEUED, Status.READING, Status.READY)


@transaction.atomic
def statement_upload(
    *, project, name: str, data: bytes, actor: Actor, scope=None, wake: bool = True
) -> tuple[StatementImport, bool]:
    """Store a bank's file sealed and queue it. The same bytes, while they wait for a person, are the same import.

    Errors: `empty`, `too_large`, `not_a_sheet`, `no_special_account`.
    """
    account = statement_account(project, scope)
    require_sheet(data)
    # Two clicks at once: the second waits here and then finds the first one's import.
    SpecialAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    digest = hashlib.sha256(data).hexdigest()
    known = StatementImport.objects.filter(account=account, sha256=digest, status__in=LIVE).first()
    if known is not None:
        return known, False
    imported = StatementImport.objects.create(
        account=account,
        name=bare_name(name, "专户流水"),
        sha256=digest,
        sealed=vault.seal_bytes(data, "file"),
        status=Status.QUEUED,
        imported_by=actor.user,
        imported_at=now(),
    )
    _event(imported, actor, "statement.upload", {"file": ["", imported.name], "sha256": ["", digest]})
    if wake:
        transaction.on_commit(lambda: ring(READ_TASK, imported.pk))
    return imported, True


def statement_read(import_id: int) -> StatementTaken | None:
    """Read a queued file if nobody else does: to show what it would add, or to add it once a person said so.

    Safe to ring at any time and to kill at any moment: attempts are counted first, and what is added is added in one
    transaction with the row's state.
    """
    with STATEMENTS.alone(import_id) as alone:
        imported = STATEMENTS.claim(import_id) if alone else None
        if imported is None:
            return None
        try:
            movements, problems = statement_of_file(imported, vault.unseal_bytes(imported.sealed, "file"))
            return (
                _store(imported, movements, problems) if imported.confirmed_at else _show(imported, movements, problems)
            )
        except (Refusal, Refused) as refusal:
            _refuse(imported, refusal.code, refusal.message)
            return None
        except BaseException:
            STATEMENTS.give_up(imported)
            raise


@transaction.atomic
def statement_confirm(*, import_id: int, version: int, actor: Actor, scope=None) -> StatementImport:
    """Say that what was shown is to be added; it is, in the background. Said again, it changes nothing.

    Errors: `not_ready`, `edited_meanwhile`, `nothing_to_add`.
    """
    imported = _locked(import_id, scope)
    if imported.confirmed_at is not None:
        return imported
    if imported.status != Status.READY:
        raise Refused("not_ready", f"这份流水现在是“{imported.get_status_display()}”，不能导入。")
    if imported.version != version:
        raise EditedMeanwhile("这份流水", imported.version)
    if not imported.found.get("added"):
        raise Refused("nothing_to_add", "这份流水此前都已导入，没有需要新增的。")
    imported.confirmed_by, imported.confirmed_at = actor.user, now()
    imported.status, imported.attempts = Status.QUEUED, 0
    imported.version += 1
    imported.save(update_fields=["confirmed_by", "confirmed_at", "status", "attempts", "version"])
    transaction.on_commit(lambda: ring(READ_TASK, imported.pk))
    return imported


@transaction.atomic
def statement_discard(*, import_id: int, actor: Actor, scope=None) -> StatementImport:
    """Give a file up before it counts. Errors: `already_stored`."""
    imported = _locked(import_id, scope)
    if imported.status == Status.DISCARDED:
        return imported
    if imported.confirmed_at is not None or imported.status == Status.STORED:
        raise Refused("already_stored", "这份流水已经确认导入，不能放弃。")
    imported.status = Status.DISCARDED
    imported.version += 1
    imported.save(update_fields=["status", "version"])
    _event(imported, actor, "statement.discard", {"sha256": ["", imported.sha256]})
    return imported


def _show(imported: StatementImport, movements, problems: list[str]) -> StatementTaken | None:
    taken = statement_take(
        imported=imported, movements=movements, problems=problems, actor=_actor(imported), check=True
    )
    shown = _settle(
        imported,
        status=Status.READY,
        rows=taken.rows,
        first_on=taken.first_on,
        last_on=taken.last_on,
        found=taken.shown(),
    )
    return taken if shown else None


def _store(imported: StatementImport, movements, problems: list[str]) -> StatementTaken | None:
    with transaction.atomic():
        taken = statement_take(imported=imported, movements=movements, problems=problems, actor=_actor(imported))
        if not _settle(imported, status=Status.STORED, found=taken.shown()):
            transaction.set_rollback(True)
            return None
    return taken


def _settle(imported: StatementImport, **facts) -> bool:
    """Write what became of the reading, unless the row was given up or to another reader meanwhile."""
    rows = StatementImport.objects.filter(pk=imported.pk, status=Status.READING, attempts=imported.attempts)
    return bool(rows.update(version=imported.version + 1, **facts))


def _refuse(imported: StatementImport, code: str, message: str) -> None:
    _settle(imported, status=Status.REFUSED, refused_code=code[:30], refused_message=message[:400])


def _actor(imported: StatementImport) -> Actor:
    """Who answers for what is added: whoever said so, else whoever sent the file."""
    user = imported.confirmed_by or imported.imported_by
    return Actor.user_at_console(user, "accounts.read_statement") if user else Actor.system("accounts.read_statement")


def _locked(import_id: int, scope) -> StatementImport:
    imported = (
        StatementImport.objects.select_for_update(of=("self",)).select_related("account").filter(pk=import_id).first()
    )
    if imported is None:
        raise NotVisible("没有找到这份流水，或者它不在您的管辖范围内。")
    require_visible(imported, scope, Permission.STATEMENT_IMPORT)
    return imported


def _event(imported: StatementImport, actor: Actor, action: str, changes: dict) -> None:
    record_event(
        actor=actor, action=action, target=imported.account, project_id=imported.account.project_id, changes=changes
    )
