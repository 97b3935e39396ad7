"""Gives a Django process its addresses and keys before Django loads."""

import os

from . import keys
from .paths import data_dir
from .servers import Hold


def prepare() -> Hold | None:
    """Set DATABASE_URL, REDIS_URL and keys. Embedded servers are held (and started) where an address is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhangye_wages.settings.development")
    own_database = "DATABASE_URL" in os.environ
    if own_database:
        keys.require_from_environment()
        if "REDIS_URL" in os.environ:
            return None
    data = data_dir()
    hold = Hold(data).acquire()
    os.environ.setdefault("DATABASE_URL", hold.state["database_url"])
    os.environ.setdefault("REDIS_URL", hold.state["redis_url"])
    if not own_database:
        keys.use_embedded(data)
    return hold
