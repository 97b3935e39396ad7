"""Attacks in OLE containers and BIFF records."""

import struct

from tests.sheets.biff_making import biff5, biff8, container, record, xls
from tests.sheets.hostile import READ, family

ROWS = [["姓名", "身份证号", "实发"], *(["王伟", "110105194912310021", 6000.5 + n] for n in range(30))]
WEB = struct.pack("<HHHHHH", 0x809, 8, 0, 0x10, 0, 0)


@family("encrypted")
def workbook_with_a_password(random):
    if random.random() < 0.4:
        # What Office writes for an .xlsx with a password: the package, encrypted, in a container.
        return container({"EncryptionInfo": random.randbytes(300), "EncryptedPackage": random.randbytes(9000)})
    body = random.choice(
        [
            struct.pack("<HHH", 0, *random.sample(range(65536), 2)),
            struct.pack("<HHH", 1, 1, 1) + random.randbytes(48),
            struct.pack("<HHH", 1, 2, 2) + random.randbytes(200),
        ]
    )
    return xls(("工资", ROWS), extra=record(0x002F, body))


@family()
def sectors_that_run_in_circles(random):
    data = {"Workbook": biff8(("工资", ROWS * 20))}
    changes = [
        (random.randrange(1, 60), random.choice([1, 2, 5, 0xFFFFFFFE, 0xFFFFFFF0, 10**6, random.randrange(60)]))
        for _ in range(random.randrange(1, 5))
    ]
    return container(data, fat_changes=changes)


@family()
def container_head_that_lies(random):
    places = [24, 26, 28, 30, 32, 40, 44, 48, 56, 60, 64, 68, 72, 76, 80]
    head = [
        (
            random.choice(places),
            random.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x01\0\0\0", random.randbytes(4), b"\x1f\0\0\0"]),
        )
        for _ in range(random.randrange(1, 4))
    ]
    return container({"Workbook": biff8(("工资", ROWS))}, head=head)


@family()
def tables_of_sectors_in_circles(random):
    target = random.randrange(0, 12)
    return container(
        {"Workbook": biff8(("工资", ROWS))},
        head=[(68, struct.pack("<I", target)), (72, struct.pack("<I", 2**31))],
        fat_changes=[(n, n) for n in range(3)],
    )


@family()
def records_with_wrong_lengths(random):
    stream = bytearray(random.choice([biff8, biff5])(("工资", ROWS)))
    for _ in range(random.randrange(1, 8)):
        at = 0
        for _step in range(random.randrange(1, 90)):
            length = struct.unpack_from("<H", stream, at + 2)[0]
            if at + 4 + length + 4 > len(stream):
                break
            at += 4 + length
        struct.pack_into(
            "<H", stream, at + random.choice([0, 2]), random.choice([0, 1, 7, 0xFFFF, random.getrandbits(16)])
        )
    return container({random.choice(["Workbook", "Book"]): bytes(stream)})


@family()
def shared_texts_of_an_old_workbook_that_lie(random):
    counts = struct.pack("<II", random.choice([2**32 - 1, 2**31, 5]), random.choice([2**32 - 1, 2**31, 10**8, 5]))
    text = struct.pack("<HB", random.choice([1, 0xFFFF, 30_000]), random.choice([0, 1, 4, 8, 0xFF])) + random.randbytes(
        60
    )
    more = b"".join(record(0x003C, random.randbytes(random.randrange(40))) for _ in range(5))
    cells = record(0x00FD, struct.pack("<HHHI", 0, 0, 0, random.choice([0, 4, 2**32 - 1])))
    return xls(("工资", ROWS), extra=record(0x00FC, counts + text) + more, cells=cells)


@family()
def sheets_of_an_old_workbook_elsewhere(random):
    stream = bytearray(biff8(*[(f"S{n}", ROWS[:3]) for n in range(random.randrange(1, 6))]))
    at = stream.find(struct.pack("<H", 0x0085))
    for _ in range(random.randrange(1, 4)):
        struct.pack_into(
            "<I",
            stream,
            at + 4,
            random.choice([0, 4, at, len(stream), 2**32 - 1, 2**31, random.randrange(len(stream))]),
        )
        at = stream.find(struct.pack("<H", 0x0085), at + 4)
        if at < 0:
            break
    return container({"Workbook": bytes(stream)})


@family()
def cells_of_an_old_workbook_far_away(random):
    place = struct.pack(
        "<HHH",
        random.choice([65535, 60_000, 0]),
        random.choice([255, 256, 16_383, 65535]),
        random.choice([0, 4000, 65535]),
    )
    cells = [
        record(0x0203, place + struct.pack("<d", 1.0)),
        record(0x00BD, place[:4] + random.randbytes(random.choice([6, 20, 2000]))),
        record(0x0200, struct.pack("<IIHHH", 0, random.choice([2**32 - 1, 65536]), 0, random.choice([65535, 256]), 0)),
        record(0x00E5, struct.pack("<H", 65535) + random.randbytes(random.choice([8, 800]))),
        record(0x0006, place + random.randbytes(30)),
        record(0x0207, random.randbytes(random.choice([1, 3, 400]))),
    ]
    return xls(("工资", ROWS), cells=b"".join(random.sample(cells, 3)))


@family()
def old_workbook_cut_off(random):
    data = xls(("工资", ROWS * random.choice([1, 40])))
    return data[: random.randrange(8, len(data))]


@family()
def old_workbook_with_wrong_bits(random):
    data = bytearray(
        container({"Workbook": biff8(("工资", ROWS))} if random.random() < 0.6 else {"Book": biff5(("工资", ROWS))})
    )
    for _ in range(random.choice([1, 3, 20, 200])):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


@family("not_a_sheet", "corrupt")
def container_of_something_else(random):
    return container(
        {
            random.choice(
                ["WordDocument", "PowerPoint Document", "__properties_version1.0", "x" * 30]
            ): random.randbytes(5000)
        }
    )


@family()
def bare_records_of_all_kinds(random):
    kinds = [
        0x02,
        0x03,
        0x04,
        0x05,
        0x06,
        0x07,
        0x0203,
        0x0204,
        0x0205,
        0x0206,
        0x0406,
        0x0207,
        0x027E,
        0xBD,
        0xD6,
        0x22,
        0x42,
        0x1E,
        0x041E,
        0xE0,
        0x43,
        0x7D,
        0x0208,
        0x0809,
        0x0A,
    ]
    body = b"".join(
        record(random.choice(kinds), random.randbytes(random.choice([0, 4, 7, 8, 14, 20, 300])))
        for _ in range(random.randrange(1, 40))
    )
    start = random.choice(
        [
            WEB,
            struct.pack("<HHHH", 9, 4, 2, 0x10),
            struct.pack("<HHHHH", 0x0209, 6, 0, 0x10, 0),
            struct.pack("<HHHHH", 0x0409, 6, 0, 0x10, 0),
        ]
    )
    return start + body + record(0x0A)


@family("corrupt", READ, "too_many_columns", "empty")
def bare_numbers_and_dates(random):
    forms = b"".join(
        record(0x001E, bytes([len(form)]) + form) for form in (b"General", b"yyyy", b"h:mm", b'"[' * 40, b"\\" * 90)
    )
    styles = b"".join(record(0x0043, bytes((0, 0, n % 5, 0))) for n in range(10))
    cells = b"".join(
        record(
            0x0003,
            struct.pack("<HH", n, random.choice([0, 1, 511]))
            + bytes((random.randrange(10), 0, 0))
            + random.choice(
                [struct.pack("<d", 45000.5), random.randbytes(8), b"\xff" * 8, struct.pack("<d", float("nan"))]
            ),
        )
        for n in range(20)
    )
    return struct.pack("<HHHH", 9, 4, 2, 0x10) + forms + styles + cells + record(0x0A)
