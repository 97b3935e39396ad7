"""The papers that leavers signed until now: those that count, and from the trail those that were replaced since.

A replaced one was kept as a file that nothing named any more. The trail says for whose pay on which site it was signed, its
digest, who recorded it, and the balance agreed before it; the day of the signature it doesn't say, so that stays empty. Where
a person has several settlements on a site, or an exit was withdrawn since, nobody can tell to which one it belongs, and it is
left alone rather than guessed.
"""

from django.db import migrations

# Older papers first: a newer one has the higher number.
REPLACED = """
    INSERT INTO payroll_signedsettlement (settlement_id, file_id, signed_on, balance, recorded_by_id, recorded_at)
    SELECT settlement.id, file.id, NULL, (agreed.changes->'balance'->>1)::numeric, signed.actor_id, signed.at
    FROM responsibilities_auditevent signed
    JOIN payroll_rosterentry entry
      ON entry.project_id = signed.project_id AND entry.worker_id::text = signed.object_id
    JOIN payroll_sitestay stay ON stay.entry_id = entry.id
    JOIN payroll_leaversettlement settlement ON settlement.stay_id = stay.id
    CROSS JOIN LATERAL (
        SELECT kept.id FROM payroll_storedfile kept
        WHERE kept.sha256 = signed.changes->'sha256'->>1 AND kept.created_at <= signed.at
        ORDER BY kept.created_at DESC, kept.id DESC LIMIT 1
    ) file
    CROSS JOIN LATERAL (
        SELECT before.changes FROM responsibilities_auditevent before
        WHERE before.action = 'leaver.agree' AND before.project_id = signed.project_id
          AND before.object_type = signed.object_type AND before.object_id = signed.object_id AND before.id < signed.id
        ORDER BY before.id DESC LIMIT 1
    ) agreed
    WHERE signed.action = 'leaver.confirm'
      AND file.id IS DISTINCT FROM settlement.confirmed_scan_id
      AND (
          SELECT count(*) FROM payroll_leaversettlement other
          JOIN payroll_sitestay its_stay ON its_stay.id = other.stay_id
          JOIN payroll_rosterentry its_entry ON its_entry.id = its_stay.entry_id
          WHERE its_entry.project_id = entry.project_id AND its_entry.worker_id = entry.worker_id
      ) = 1
      AND NOT EXISTS (
          SELECT FROM responsibilities_auditevent undone
          WHERE undone.action = 'worker.leave_withdraw' AND undone.project_id = signed.project_id
            AND undone.object_type = signed.object_type AND undone.object_id = signed.object_id
      )
    ORDER BY signed.id
"""
COUNTING = """
    INSERT INTO payroll_signedsettlement (settlement_id, file_id, signed_on, balance, recorded_by_id, recorded_at)
    SELECT settlement.id, file.id, settlement.confirmed_on, settlement.balance, signed.actor_id,
           COALESCE(signed.at, file.created_at)
    FROM payroll_leaversettlement settlement
    JOIN payroll_storedfile file ON file.id = settlement.confirmed_scan_id
    JOIN payroll_sitestay stay ON stay.id = settlement.stay_id
    JOIN payroll_rosterentry entry ON entry.id = stay.entry_id
    LEFT JOIN LATERAL (
        SELECT event.actor_id, event.at FROM responsibilities_auditevent event
        WHERE event.action = 'leaver.confirm' AND event.project_id = entry.project_id
          AND event.object_id = entry.worker_id::text AND event.changes->'sha256'->>1 = file.sha256
        ORDER BY event.id DESC LIMIT 1
    ) signed ON true
    ORDER BY settlement.id
"""


class Migration(migrations.Migration):
    dependencies = [("payroll", "0027_signed_settlements"), ("responsibilities", "0001_initial")]

    operations = [
        migrations.RunSQL(REPLACED, migrations.RunSQL.noop),
        migrations.RunSQL(COUNTING, migrations.RunSQL.noop),
    ]
