"""Photos and scans: checked by their bytes, stored sealed."""

from payroll.models import StoredFile
from payroll.rules.photos import EXTENSIONS, LIMIT, PHOTOS, SCANS, bare, fault_of, kind_of
from payroll.services.stored_files import file_store
from responsibilities.rules.errors import Refused
from responsibilities.services import vault


def picture_store(
    data: bytes, *, name: str, field: str, scan: bool = False, private: bool = False
) -> tuple[StoredFile, str]:
    """Seal a photo (or, with `scan`, a PDF too); returns it with its media type. Refuses under `field`.

    The stored name is ours: what a telephone calls a photo may say where and when it was taken. With `private`, for
    what comes from a worker, the place, the time and the device go out of the photo itself (个人信息保护法 art 6: no
    more than the purpose needs); a contractor's proof stays as it came.
    """
    allowed = SCANS if scan else PHOTOS
    kind = kind_of(data)
    if len(data) > LIMIT:
        message = f"文件超过 {LIMIT // (1024 * 1024)} MB。请压缩或重新拍照后再上传。"
    elif kind not in allowed:
        message = "只能上传 JPG、PNG、WebP 格式的照片" + ("或 PDF 扫描件。" if scan else "。") + "请重新选择文件。"
    else:
        message = fault_of(data)
    if message:
        raise Refused("picture_refused", message, {field: message})
    return file_store(name=f"{name}.{EXTENSIONS[kind]}", data=bare(data) if private else data), kind


def picture_open(file: StoredFile) -> tuple[bytes, str]:
    """The bytes and their media type, for a caller who was let through already."""
    data = vault.unseal_bytes(file.sealed, "file")
    return data, kind_of(data) or "application/octet-stream"
