"""What the trail keeps of an act on a single line of a payroll."""

from payroll.models import PayrollLine


def line_named(line: PayrollLine) -> dict[str, list[str]]:
    """Which line an event is about: its payroll, and the row in the words of its file."""
    return {"batch": ["", str(line.batch_id)], "row": ["", line.row_words]}
