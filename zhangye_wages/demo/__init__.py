"""A city that tells a story: synthetic projects, money and people, dated relative to today.

Everybody in it is invented; ID numbers and cards are valid only in their check digits.
"""
