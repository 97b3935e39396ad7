"""What an amount of one project may be at most."""

from decimal import Decimal

# Ten thousand million yuan: no site in the city is near it, and sums of such amounts stay within their columns.
LARGEST = Decimal("9999999999.99")
