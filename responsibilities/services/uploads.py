"""Files that people send: what can be told at once without starting a process, and the name they are kept under."""

from django.conf import settings

from responsibilities.rules.errors import Refused
from sheets.refusal import MESSAGES
from sheets.sniff import sniff

NAME_LENGTH = 200
BEGINNING = 65_536  # bytes that tell what kind of file it is


def require_sheet(data: bytes, field: str = "file") -> None:
    """Refuse what is no sheet, under `field`: `empty`, `too_large`, `not_a_sheet`."""
    code, message = "", ""
    if not data.strip(b"\x00 \t\r\n"):
        code = "empty"
    elif len(data) > settings.PORTAL_UPLOAD_LIMIT:
        code = "too_large"
        megabytes = settings.PORTAL_UPLOAD_LIMIT // (1024 * 1024)
        message = f"文件超过 {megabytes} MB 的上限。请只保留需要的工作表后重新上传。"
    elif sniff(data[:BEGINNING]).kind == "other":
        code = "not_a_sheet"
    if code:
        message = message or MESSAGES[code]
        raise Refused(code, message, {field: message})


def bare_name(name: str, unnamed: str) -> str:
    """The name without folders and control characters; `unnamed` where nothing of it remains."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in bare if character.isprintable())[:NAME_LENGTH] or unnamed
