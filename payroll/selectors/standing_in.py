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

    Not a card about which the worker was asked and hasn't said yes, of which he said that it isn't his, that was replaced
    by another, that the bank refused last, or that is somebody else's too. What a bank hasn't answered yet says nothing.
    Each worker has few cards, and a card few attempts: looked up by
    index whatever the statistics say. Basis: 724 art 31 (本人银行账户).
    """
    rows = _rows(
        """
        SELECT asked.worker, chosen.id, chosen.last4
        FROM unnest(%s::bigint[]) AS asked (worker)
        CROSS JOIN LATERAL (
            SELECT own.id, own.last4, tried.state, count(*) OVER () AS several
            FROM (SELECT id, last4, number_index FROM payroll_bankcard WHERE worker_id = asked.worker OFFSET 0) own
            LEFT JOIN LATERAL (
                SELECT id, state FROM payroll_payout
                WHERE card_id = own.id AND state NOT IN ('voided', 'pending') ORDER BY id DESC LIMIT 1) tried ON true
            WHERE coalesce(tried.state, '') NOT IN ('failed', 'returned')
              AND NOT EXISTS (SELECT FROM payroll_cardchange asked_about
                              WHERE asked_about.new_card_id = own.id AND asked_about.state IN ('waiting', 'denied'))
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
              AND NOT EXISTS (SELECT FROM payroll_bankcard other
                              WHERE other.number_index = own.number_index AND other.worker_id <> asked.worker)
            ORDER BY tried.state = 'paid' DESC NULLS LAST, tried.id DESC NULLS LAST LIMIT 1
        ) chosen
        WHERE chosen.several = 1 OR chosen.state = 'paid'
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
