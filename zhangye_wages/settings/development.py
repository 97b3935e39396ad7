"""`make run` and the command line on one's own machine: plain HTTP, static files straight from their folders."""

import os

from .base import *  # noqa: F403

DEBUG = os.environ.get("PORTAL_DEBUG") == "1"
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]", ".localhost"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 60
