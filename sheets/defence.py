"""What a spreadsheet may cost: caps on bytes, entries, unpacked size, rows, columns, memory, time.

The figures were calibrated on honest files: a bordered sheet of 100,000 × 14 unpacks to 72 MB from
8.8 MB. Only the child process (`sheets.child`) covers everything; the rest names the reason early.
"""

import dataclasses
import json
import struct
import zipfile
from io import BytesIO
from posixpath import normpath

from sheets.refusal import Refusal

MB = 1024 * 1024
# Cells with a look, empty ones too: a byte or two of a file each, and hundreds where they are written again.
MOST_STYLED = 400_000
# Looks of one workbook: as many as an .xls can hold. Each is an object of the workbook that is written anew.
MOST_STYLES = 4000


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one file. Sizes in bytes, times in seconds, rows and columns as a person counts."""

    max_bytes: int = 20 * MB
    max_entries: int = 500  # each sheet may bring relations, comments, a drawing and printer settings
    max_sheets: int = 200
    max_unpacked: int = 256 * MB
    max_ratio: int = 100
    ratio_free: int = 4 * MB  # below this unpacked size a high ratio harms nobody
    max_directory: int = 1 * MB
    max_rows: int = 200_000
    max_columns: int = 512
    max_cells: int = 6_000_000
    max_text: int = 32_767  # what Excel itself allows in a cell
    max_merged: int = 50_000
    max_output: int = 256 * MB
    memory: int = 1536 * MB
    seconds: float = 45.0

    def dumps(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def loads(cls, text: str) -> "Limits":
        return cls(**json.loads(text))


def check_size(data: bytes, limits: Limits) -> None:
    """Refuse nothing at all, and more than the upload cap."""
    if not data:
        raise Refusal("empty")
    if len(data) > limits.max_bytes:
        megabytes = limits.max_bytes // MB
        raise Refusal("too_large", f"文件超过 {megabytes} MB 的上限。请只保留需要的工作表后重新上传。")


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a zip after weighing its central directory; meant for the child.

    The directory's own size is weighed first, so that a directory of 400,000 entries is refused
    before Python builds an object for each. What an entry says of its size may be a lie: readers
    of entries count the bytes they really get.
    """
    _weigh_directory(data, limits)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, NotImplementedError) as error:
        raise Refusal("corrupt") from error
    entries = archive.infolist()
    if len(entries) > limits.max_entries:
        raise Refusal(
            "zip_bomb",
            f"文件内部有 {len(entries)} 个部件，超过 {limits.max_entries} 个的上限。"
            "请只保留需要的工作表、删除图片后另存为新文件再上传。",
        )
    if len({_place(entry.filename) for entry in entries}) < len(entries):
        # Two parts of one name: one program would show the first, another one the second.
        raise Refusal("corrupt")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refusal("encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.max_unpacked:
        raise Refusal("zip_bomb")
    # Entries that overlap claim the same packed bytes twice.
    if packed > len(data):
        raise Refusal("zip_bomb")
    if unpacked > limits.ratio_free and unpacked > packed * limits.max_ratio:
        raise Refusal("zip_bomb")
    return archive


def _place(name: str) -> str:
    return normpath(name.replace("\\", "/").lower()).lstrip("/")


def _weigh_directory(data: bytes, limits: Limits) -> None:
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + 22 > len(data):
        raise Refusal("corrupt")
    size = struct.unpack_from("<I", data, at + 12)[0]
    if size == 0xFFFFFFFF:
        far = data.rfind(b"PK\x06\x06", 0, at)
        if far < 0 or far + 56 > len(data):
            raise Refusal("corrupt")
        size = struct.unpack_from("<Q", data, far + 40)[0]
    if size > limits.max_directory:
        raise Refusal("zip_bomb")


def read_entry(archive: zipfile.ZipFile, name: str, cap: int) -> bytes:
    """One entry, counted while it unpacks: more than `cap` bytes is a bomb whatever it declared."""
    try:
        with archive.open(name) as stream:
            content = stream.read(cap + 1)
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refusal("corrupt") from error
    if len(content) > cap:
        raise Refusal("zip_bomb")
    return content
