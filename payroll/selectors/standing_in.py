"""Which registered card may stand in where a sheet names none. Unscoped: for the import, of the roster's people only."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection


class StandIn(NamedTuple):
    """A worker's registered card."""

    card: int
    last4: str


def stand_in_cards_unscoped(workers: Sequence[int]) -> dict[int, StandIn]:
    """{worker: the card that was last paid to, else the only one}; who has several and was paid on none is left out.

    Not a card about which the worker was asked and hasn't said yes, that the bank refused last, or that is somebody
    else's too: such a card leaves a doubt about the others as well, unless one of them was paid to. One that was replaced
    or that he said isn't his is no card of his. Nor the one that was paid to where a later submitted sheet names another.
    What a bank hasn't answered yet says nothing. Each worker has few cards, and a card few attempts: looked up by index
    whatever the statistics say. Basis: 724 art 31 (本人银行账户).
    """
    rows = _rows(
        """
        SELECT asked.worker, chosen.id, chosen.last4
        FROM unnest(%s::bigint[]) AS asked (worker)
        CROSS JOIN LATERAL (
            SELECT own.id, own.last4, tried.state, tried.line_id, fit.fits, count(*) OVER () AS several
            FROM (SELECT id, last4, number_index FROM payroll_bankcard WHERE worker_id = asked.worker OFFSET 0) own
            LEFT JOIN LATERAL (
                SELECT id, state, line_id FROM payroll_payout
                WHERE card_id = own.id AND state NOT IN ('voided', 'pending') ORDER BY id DESC LIMIT 1) tried ON true
            CROSS JOIN LATERAL (
                SELECT coalesce(tried.state, '') NOT IN ('failed', 'returned')
                   AND NOT EXISTS (SELECT FROM payroll_cardchange asked_about
                                   WHERE asked_about.new_card_id = own.id AND asked_about.state = 'waiting')
                   AND NOT EXISTS (SELECT FROM payroll_bankcard other WHERE other.number_index = own.number_index
                                                                        AND other.worker_id <> asked.worker)
                   AS fits) fit
            WHERE NOT EXISTS (SELECT FROM payroll_cardchange denied
                              WHERE denied.new_card_id = own.id AND denied.state = 'denied')
              AND NOT EXISTS (
                  SELECT FROM payroll_payrollline line
                  JOIN payroll_payconfirmation confirmation ON confirmation.line_id = line.id
                  JOIN payroll_paycontest denied ON denied.confirmation_id = confirmation.id
                  WHERE line.worker_id = asked.worker AND denied.reason = 'not_my_card' AND denied.state <> 'withdrawn'
                    AND denied.figures ->> 'card_last4' = own.last4 AND NOT EXISTS (
                      SELECT FROM payroll_cardchange his
                      WHERE his.new_card_id = own.id AND his.state = 'confirmed'
                        AND his.answered_at >= denied.raised_at))
              AND NOT EXISTS (
                  SELECT FROM payroll_cardchange away
                  WHERE away.old_card_id = own.id AND away.new_card_id <> own.id AND NOT EXISTS (
                      SELECT FROM payroll_cardchange back
                      WHERE back.new_card_id = own.id AND back.id > away.id))
            ORDER BY fit.fits DESC, tried.state = 'paid' DESC NULLS LAST, tried.id DESC NULLS LAST LIMIT 1
        ) chosen
        WHERE chosen.fits AND (chosen.several = 1 OR chosen.state = 'paid' AND NOT EXISTS (
            SELECT FROM payroll_payrollline later
            JOIN payroll_payrollbatch batch ON batch.id = later.batch_id AND batch.status = 'submitted'
            WHERE later.worker_id = asked.worker AND later.id > chosen.line_id AND later.card_id <> chosen.id))
        """,
        [list(workers)],
    )
    return {worker: StandIn(card, last4) for worker, card, last4 in rows}


def with_cards_unscoped(workers: Sequence[int]) -> set[int]:
    """Those of the workers who have any card at all."""
    rows = _rows(
        """
        SELECT asked.worker FROM unnest(%s::bigint[]) AS asked (worker)
        WHERE EXISTS (SELECT FROM payroll_bankcard WHERE worker_id = asked.worker OFFSET 0)
        """,
        [list(workers)],
    )
    return {worker for (worker,) in rows}


def _rows(query: str, arguments: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()
