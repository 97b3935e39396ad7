"""Attacks on the zip container: bombs, lies, overlaps, bad names, damage."""

import io
import struct
import warnings
import zipfile
import zlib

from tests.sheets.hostile import READ, family
from tests.sheets.making import raw_xlsx, xlsx

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
MB = 1 << 20
SHEET = "xl/worksheets/sheet1.xml"


def honest(random, rows=40) -> bytes:
    """A payroll as people send it."""
    table = [
        [
            f"王伟{n}",
            f"11010519491231{random.randrange(1000, 9999)}",
            round(random.uniform(1000, 9000), 2),
            n % 31,
            None,
        ]
        for n in range(rows)
    ]
    return xlsx([["姓名", "身份证号", "实发", "天数", "备注"], *table], merged=["A1:B1"], hidden_rows=[3])


def repacked(data: bytes, change) -> bytes:
    """The same archive with `change(name, content)` for every part; None leaves the part out."""
    box = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return box.getvalue()


def zeros(megabytes: int) -> tuple[bytes, int]:
    """(deflated, crc) of so many megabytes of blanks, without building them."""
    block = b" " * MB
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(block, crc)
    return first * megabytes + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), crc


def with_raw_entry(name: str, packed: bytes, size: int, crc: int, *, data: bytes | None = None, method=8) -> bytes:
    """An archive with one more part, whose header says what we like."""
    data = data or raw_xlsx(ONE)
    end = data.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack_from("<HII", data, end + 10)
    raw = name.encode()
    facts = struct.pack("<HHHHHIII", 20, 0, method, 0, 0, crc, len(packed), size)
    local = b"PK\x03\x04" + facts + struct.pack("<HH", len(raw), 0) + raw + packed
    central = b"PK\x01\x02\x14\0" + facts + struct.pack("<HHHHHII", len(raw), 0, 0, 0, 0, 0, start) + raw
    directory = data[start : start + length] + central
    tail = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count + 1, count + 1, len(directory), start + len(local), 0)
    return data[:start] + local + directory + tail


@family("zip_bomb", "too_large")
def flat_bomb(random):
    megabytes = random.randrange(270, 600)
    packed, crc = zeros(megabytes)
    return with_raw_entry(random.choice(["xl/media/image1.png", "xl/styles.xml"]), packed, megabytes * MB, crc)


@family("zip_bomb", "corrupt", "too_large", "timeout")
def bomb_that_lies_about_its_size(random):
    packed, crc = zeros(random.randrange(300, 500))
    data = repacked(raw_xlsx(ONE), lambda name, content: None if name == SHEET else content)
    return with_raw_entry(SHEET, packed, random.randrange(100, 5000), crc, data=data)


@family("zip_bomb", "too_large")
def bomb_by_its_ratio(random):
    return raw_xlsx(ONE, extra=[("xl/media/a.bin", bytes(random.randrange(6, 20) * MB))])


@family(READ, "corrupt", "zip_bomb", "not_a_sheet")
def archive_in_archives(random):
    data = honest(random)
    for _ in range(random.randrange(1, 12)):
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(random.choice(["a.zip", SHEET, "xl/workbook.xml", "book.xlsx"]), data)
        data = box.getvalue()
    return data if random.random() < 0.5 else raw_xlsx(ONE, extra=[("xl/embeddings/a.xlsx", data)])


@family("zip_bomb", "corrupt")
def entries_that_overlap(random):
    packed, crc = zeros(3)
    data = with_raw_entry("xl/media/0", packed, 3 * MB, crc)
    end = data.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack_from("<HII", data, end + 10)
    last = data.rfind(b"PK\x01\x02", 0, end)
    more = b"".join(data[last : last + 46] + f"xl/media/{n % 10}".encode() for n in range(1, random.randrange(20, 300)))
    directory = data[start : start + length] + more
    total = count + more.count(b"PK\x01\x02")
    return (
        data[:start] + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, total, total, len(directory), start, 0)
    )


@family("zip_bomb")
def directory_without_end(random):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        for n in range(random.randrange(2000, 9000)):
            archive.writestr(f"x/{n:040}", b"")
    return box.getvalue()


@family()
def directory_that_lies(random):
    data = bytearray(honest(random))
    end = data.rfind(b"PK\x05\x06")
    for _ in range(random.randrange(1, 4)):
        at = end + random.choice([8, 10, 12, 16, 20])
        value = random.choice([0, 1, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, random.getrandbits(32)])
        struct.pack_into(
            "<H" if at < end + 12 or at == end + 20 else "<I",
            data,
            at,
            value & (0xFFFF if at < end + 12 or at == end + 20 else 0xFFFFFFFF),
        )
    if random.random() < 0.3:
        locator = b"PK\x06\x06" + struct.pack(
            "<QHHIIQQQQ", 44, 45, 45, 0, 0, *(random.getrandbits(64) for _ in range(4))
        )
        data[end:end] = locator + b"PK\x06\x07" + struct.pack("<IQI", 0, random.choice([end, 2**63, 0]), 1)
    return bytes(data)


@family("corrupt")
def parts_that_stand_twice(random):
    name = random.choice(
        [SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/WORKBOOK.xml", "/xl/workbook.xml", "xl/./workbook.xml"]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return raw_xlsx(
            ONE, extra=[(name, f"<worksheet><sheetData>{ONE.replace('1</v>', '2</v>')}</sheetData></worksheet>")]
        )


@family(READ)
def names_that_leave_the_folder(random):
    names = [
        "../../../etc/cron.d/x",
        "/etc/passwd",
        "C:\\Windows\\x",
        "..\\..\\x",
        "xl/../../x",
        "\\\\server\\share\\x",
        "con",
        "a" * 5000,
        "xl/\u202egpj.exe",
        "~/.ssh/id",
    ]
    return raw_xlsx(ONE, extra=[(name, b"x") for name in random.sample(names, 4)])


@family("encrypted")
def parts_with_a_password(random):
    data = bytearray(honest(random))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


@family(READ, "corrupt", "timeout")
def parts_packed_in_odd_ways(random):
    if random.random() < 0.5:
        method = random.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
        return raw_xlsx(ONE, compression=method)
    data = repacked(raw_xlsx(ONE), lambda name, content: None if name == SHEET else content)
    return with_raw_entry(
        SHEET,
        random.randbytes(200),
        200,
        0,
        data=data,
        method=random.choice([1, 6, 9, 12, 14, 93, 95, 97, 98, 99, 65535]),
    )


@family()
def checksums_that_are_wrong(random):
    data = bytearray(honest(random))
    place = -1
    for _ in range(random.randrange(1, 6)):
        place = data.find(b"PK\x01\x02", place + 1)
        data[place + 16 + random.randrange(4)] ^= 0xFF
        local = struct.unpack_from("<I", data, place + 42)[0]
        data[local + 14] ^= random.choice([0, 0xFF])
    return bytes(data)


@family()
def workbook_cut_off(random):
    data = honest(random)
    return data[: random.randrange(4, len(data))]


@family()
def workbook_with_wrong_bits(random):
    data = bytearray(honest(random))
    for _ in range(random.choice([1, 1, 2, 5, 50])):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


@family()
def workbook_with_wrong_bits_inside(random):
    """Damage of the XML itself, under right checksums."""
    chosen = random.choice(
        [
            SHEET,
            "xl/workbook.xml",
            "xl/styles.xml",
            "xl/sharedStrings.xml",
            "[Content_Types].xml",
            "xl/_rels/workbook.xml.rels",
        ]
    )

    def change(name, content):
        if name != chosen:
            return content
        content = bytearray(content)
        for _ in range(random.choice([1, 3, 30])):
            content[random.randrange(len(content))] = random.randrange(256)
        return bytes(content)

    return repacked(honest(random), change)


@family()
def workbook_between_other_bytes(random):
    data = honest(random)
    before = random.choice([b"", b"MZ" + random.randbytes(500), b"PK\x03\x04" + bytes(26), b"GIF89a"])
    return before + data + random.choice([b"", random.randbytes(500), b"PK\x05\x06" + bytes(18), data])


@family()
def workbook_without_a_part(random):
    with zipfile.ZipFile(io.BytesIO(honest(random))) as archive:
        names = archive.namelist()
    gone = set(random.sample(names, random.randrange(1, 4)))
    empty = random.random() < 0.4
    return repacked(honest(random), lambda name, content: (b"" if empty else None) if name in gone else content)
