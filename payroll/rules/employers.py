"""How an employer on a site is called: the general contractor's own crews have no organization of their own in a
payroll.
"""

OWN_CREWS = "总包自有班组"
# The same in forms and addresses, where a subcontractor is named by its code.
OWN = "own"


def employer_words(subcontractor) -> str:
    """The subcontractor's name; of None the general contractor's own crews."""
    return subcontractor.name if subcontractor else OWN_CREWS
