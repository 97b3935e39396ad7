"""Which views give out files, told from their source."""

import inspect
import re

from django.urls import URLPattern

# The header itself, and the functions that set it for others (`responsibilities.views.downloads`, `.listing.export`).
DOWNLOAD = re.compile(r"[\"']Content-Disposition[\"']|(?<!def )\b(attachment|workbook|export)\(")


def speaks_of_files(pattern: URLPattern) -> bool:
    """Whether a view's module could give out a file: then everybody who may is asked, until somebody gets it."""
    module = inspect.getmodule(getattr(pattern.callback, "cls", inspect.unwrap(pattern.callback)))
    return "export" in inspect.getsource(module) or bool(DOWNLOAD.search(inspect.getsource(module)))
