"""What a picture or scan is, told from its first bytes, never from its name."""

LIMIT = 8 * 1024 * 1024
PHOTOS = ("image/jpeg", "image/png", "image/webp")
SCANS = (*PHOTOS, "application/pdf")
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


def kind_of(data: bytes) -> str | None:
    """The media type of a JPEG, PNG, WebP or PDF, None for anything else."""
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:5] == b"%PDF-":
        return "application/pdf"
    return None
