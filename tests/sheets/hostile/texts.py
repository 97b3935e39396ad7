"""Attacks in web pages, SpreadsheetML and csv."""

from tests.sheets.hostile import READ, family
from tests.sheets.making import spreadsheetml

HONEST = "<html><meta charset=utf-8><table><tr><th>姓名<th>实发</tr><tr><td>王伟</td><td>6000</td></tr></table></html>"
DATA = '<Cell><Data ss:Type="String">王伟</Data></Cell>'


@family(READ, "corrupt", "empty", "not_a_sheet", "too_large", "timeout")
def page_of_nested_tags(random):
    tag = random.choice(["table", "div", "b", "td", "tr", "p", "font", "table><tr><td"])
    return (
        HONEST.replace(
            "<table>", f"<{tag}>" * random.choice([100, 100_000, 1_000_000 // (1 + len(tag) // 5)]) + "<table>"
        )
    ).encode()


@family(READ, "too_many_columns", "too_many_rows", "too_large")
def page_with_giant_spans(random):
    span = random.choice([0, 1000, 10**9, 2**31, 2**64, -5, "1e9", "", "x"])
    cells = "".join(f"<td {random.choice(['colspan', 'rowspan'])}={span}>a</td>" for _ in range(random.choice([1, 30])))
    return f"<table>{f'<tr>{cells}</tr>' * random.choice([1, 50, 5000])}</table>".encode()


@family(READ, "corrupt", "empty", "not_a_sheet", "too_large", "timeout")
def page_left_open(random):
    opened = random.choice(
        [
            "<!--",
            "<![CDATA[",
            "<!DOCTYPE ",
            "<td title='",
            "<script>",
            "<style>",
            "<?php ",
            "</",
            "<td a=",
            "<textarea>",
            "<![if ",
            "&",
            "&#",
            "<a ",
            "<!",
        ]
    )
    times = random.choice([1, 1000, 200_000])
    return (HONEST.replace("</table>", "") + (opened + random.choice(["", "x", " "])) * times).encode()


@family(READ, "corrupt", "too_large", "not_a_sheet", "empty", "timeout")
def page_of_attributes(random):
    flood = " ".join(f"a{n}={n}" for n in range(random.choice([1000, 300_000])))
    return HONEST.replace("<td>", f"<td {flood}>", 1).encode()


@family(READ, "too_large")
def page_of_odd_letters(random):
    letters = [
        "&#99999999999;",
        "&#xD800;",
        "&#0;",
        "&#x1F600;",
        "&bogus;",
        "&amp" * 200,
        "&nbsp;" * 3000,
        "\u202e",
        "\ufeff",
        "\ue000",
        "&#x80;",
        "&lt;script&gt;",
        "＝cmd",
    ]
    return HONEST.replace("王伟", "".join(random.choices(letters, k=random.choice([3, 40])))).encode()


@family("too_many_rows", "too_many_columns", "too_large", "timeout", "empty")
def page_without_end(random):
    kind = random.choice(["<tr><td>a", "<td>a", "<p>a</p>", "a"])
    return (
        ("<table><tr>" if kind != "<p>a</p>" else "<p>").encode()
        + kind.encode() * random.choice([1_000_000, 1_500_000])
        + b"<table>"
    )


@family()
def page_cut_off_or_damaged(random):
    data = bytearray((HONEST * 30).encode(random.choice(["utf-8", "gb18030", "utf-16"])))
    for _ in range(random.choice([0, 1, 5, 60])):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data[: random.randrange(1, len(data))])


@family(READ)
def page_that_calls_out(random):
    calls = [
        "<img src=http://127.0.0.1:9/x>",
        "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
        "<link rel=stylesheet href=http://127.0.0.1:9/>",
        "<iframe src=file:///etc/passwd></iframe>",
        "<script src=http://127.0.0.1:9/></script>",
        "<base href=http://127.0.0.1:9/>",
        "<object data=file:///etc/passwd></object>",
    ]
    return HONEST.replace("<table>", "".join(random.sample(calls, 3)) + "<table>").encode()


@family("too_many_rows", "too_many_columns", "corrupt")
def xml_table_with_giant_figures(random):
    figure = random.choice([2**31, 2**64, 10**30, 10**9])
    return random.choice(
        [
            spreadsheetml(f'<Row ss:Index="{figure}">{DATA}</Row>'),
            spreadsheetml(f"<Row>{DATA.replace('<Cell', f'<Cell ss:Index={chr(34)}{figure}{chr(34)}')}</Row>"),
            spreadsheetml(f"<Row>{DATA.replace('<Cell', f'<Cell ss:MergeAcross={chr(34)}{figure}{chr(34)}')}</Row>"),
            spreadsheetml(f"<Row>{DATA.replace('<Cell', f'<Cell ss:MergeDown={chr(34)}{figure}{chr(34)}')}</Row>"),
            spreadsheetml(f'<Row ss:Span="{figure}">{DATA}</Row><Row>{DATA}</Row>'),
        ]
    ).encode()


@family(READ, "corrupt", "empty", "too_large")
def xml_table_that_makes_no_sense(random):
    odd = ["0", "-1", "x", "", "1.5", "９"]
    cells = "".join(
        f'<Cell ss:Index="{random.choice(odd)}" ss:MergeAcross="{random.choice(odd)}"><Data ss:Type="{random.choice(["Number", "DateTime", "Bogus", ""])}">{random.choice(["", "1e999", "nan", "2025-99-99T00:00:00", "x"])}</Data></Cell>'
        for _ in range(4)
    )
    return spreadsheetml(
        random.choice(
            [
                f"<Row>{cells}</Row>",
                cells,
                f"<Column/>{DATA}",
                f"<Row>{DATA}</Row></Table><Table><Row>{DATA}</Row>",
                f"<Row><Row>{DATA}</Row></Row>",
            ]
        )
    ).encode()


@family("corrupt")
def xml_table_with_entities(random):
    doctype = random.choice(
        [
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">',
            '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY e "' + "&a;" * 1000 + '">]>',
        ]
    )
    return spreadsheetml(f"<Row>{DATA.replace('王伟', '&e;')}</Row>", doctype=doctype).encode(
        random.choice(["utf-8", "utf-16"])
    )


@family("too_many_rows", "too_many_columns", "too_large", "corrupt", "timeout")
def xml_table_without_end(random):
    kinds = [
        f"<Row>{DATA}</Row>" * 210_000,
        "<Row>" * 100_000,
        f'<Row><Cell><Data ss:Type="String">{"长" * 1_000_000}</Data></Cell></Row>',
        f"<Row>{DATA * 600}</Row>".replace(DATA, DATA, 1) + "<",
    ]
    more = '<Worksheet ss:Name="S"><Table/></Worksheet>' * 5000 if random.random() < 0.3 else ""
    return spreadsheetml(random.choice(kinds) if not more else f"<Row>{DATA}</Row>", more=more).encode()


@family()
def xml_table_cut_off_or_damaged(random):
    data = bytearray(spreadsheetml(f"<Row>{DATA * 3}</Row>" * 40).encode(random.choice(["utf-8", "gb18030", "utf-16"])))
    for _ in range(random.choice([0, 1, 5, 60])):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data[: random.randrange(1, len(data))])


@family("too_large")
def csv_with_one_giant_field(random):
    return (
        "姓名,实发\n"
        + random.choice(['"', ""])
        + random.choice(["长", "a", "长\n" if False else "b "]) * random.randrange(1_000_000, 6_000_000)
    ).encode()


@family("too_many_rows", "too_many_columns", "too_large", "empty", READ)
def csv_without_end(random):
    return random.choice([b"a\n", b",", b"\n", b"a,b,c\n", b"\t", b'"",', b"\r"]) * random.randrange(600_000, 3_000_000)


@family("corrupt", "not_a_sheet", "empty", READ, "too_large")
def csv_of_odd_bytes(random):
    pieces = [
        b"\0",
        b"\xff\xfe",
        b"\xff",
        b"\xed\xa0\x80",
        "王伟".encode("gb18030"),
        "王伟".encode(),
        "王伟".encode("utf-16-le"),
        b"a,b\n",
        b'"',
        b"\xef\xbb\xbf",
        b"\x1a",
        b"\x85",
        b"\xe2\x80\xa8",
        "王偉".encode("big5"),
    ]
    return b"".join(random.choice(pieces) for _ in range(random.choice([3, 30, 3000])))


@family("corrupt", "not_a_sheet", READ)
def csv_in_broken_utf_16(random):
    text = "姓名,实发\n王伟,6000\n" * 5
    data = bytearray(text.encode(random.choice(["utf-16", "utf-16-le", "utf-16-be"])))
    for _ in range(random.choice([1, 3])):
        at = random.randrange(1, len(data) // 2) * 2
        data[at : at + 2] = random.choice([b"\x00\xd8", b"\xdc\x00", b"\x00\xdc", b"\xff\xff"])
    return bytes(data if random.random() < 0.7 else data[:-1])


@family(READ, "empty", "corrupt", "not_a_sheet")
def csv_of_odd_quotes(random):
    pieces = [
        '"',
        '""',
        ",",
        "\n",
        "\r",
        "\r\n",
        "'",
        "=",
        "sep=",
        'sep="\n',
        "sep=\n",
        "=cmd|'/c calc'!A1",
        '="',
        "@SUM(A1)",
        "\\",
        "王",
        " ",
        "|",
        ";",
    ]
    return "".join(random.choice(pieces) for _ in range(random.choice([2, 10, 500]))).encode()


@family("not_a_sheet", "empty", "corrupt", "zip_bomb", READ)
def bytes_of_anything(random):
    marks = [
        b"",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"<?xml ",
        b"<html>",
        b"\x09\x08\x10\x00",
        b"PK\x05\x06",
        b"\x1f\x8b",
        b"{\\rtf",
    ]
    return random.choice(marks) + random.randbytes(random.choice([0, 1, 30, 5000]))
