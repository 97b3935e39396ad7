"""Spreadsheets in and out: sniffing, safe reading, columns, remarks, writing.

Plain Python. This room knows nothing of wages and nothing of Django; titles, caps and
remarks are passed in by the rooms above.
"""
