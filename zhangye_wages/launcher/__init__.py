"""Sets the portal up and runs it: environment, embedded servers, processes, tests.

Everything here that runs before the virtual environment exists uses the standard library only.
"""
