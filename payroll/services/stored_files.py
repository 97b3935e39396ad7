"""Files kept sealed: uploaded sheets, scans, and what the portal writes."""

import hashlib

from payroll.models import StoredFile
from payroll.rules.photos import fault_of
from responsibilities.rules.errors import Refused
from responsibilities.services import vault
from responsibilities.services.uploads import bare_name

# Scans of signed papers: what phones and scanners make.
SCANS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
SCAN_LIMIT = 10 * 1024 * 1024


def require_scan(data: bytes, field: str = "scan") -> None:
    """Refuse what is no PDF, JPEG or PNG, told by its first bytes, or a picture that can't be shown: `scan_kind`,
    `too_large`, `picture_refused`."""
    if not any(data.startswith(start) for start in SCANS):
        message = "扫描件只能是 PDF、JPG 或 PNG。请另存后重新选择。"
        raise Refused("scan_kind", message, {field: message})
    if len(data) > SCAN_LIMIT:
        message = f"扫描件超过 {SCAN_LIMIT // (1024 * 1024)} MB 的上限。请降低分辨率后重新选择。"
        raise Refused("too_large", message, {field: message})
    if message := fault_of(data):
        raise Refused("picture_refused", message, {field: message})


def scan_type(data: bytes) -> str:
    """The media type of a scan, by its bytes and never by its name."""
    kind = next((kind for start, kind in SCANS.items() if data.startswith(start)), "")
    return {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}.get(kind, "application/octet-stream")


def file_store(*, name: str, data: bytes, unnamed: str = "文件") -> StoredFile:
    """Seal the bytes as a whole; the name without folders and control characters, `unnamed` where none remains."""
    return StoredFile.objects.create(
        name=bare_name(name, unnamed),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        sealed=vault.seal_bytes(data, "file"),
    )
