"""Loaded by `-p` before any other plugin: a bare `pytest` gets its servers too, before settings are read."""

import os

from .testing import MARK, start_servers

if "PYTEST_XDIST_WORKER" not in os.environ and not os.environ.get(MARK):
    start_servers()
