"""Whatever a table holds comes back from every format as the same text and the same amount, or is flagged.

Tables are written the way programs write them, in all formats, and read back. A text is never another
text and never a number; a number is the same number, or known to have lost digits.
"""

import csv
import html
import io
import struct
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheets.values import lost_precision
from sheets.writing import OutColumn, OutSheet, write_csv, write_xlsx
from tests.sheets.biff_making import record, xls, xls_95
from tests.sheets.making import raw_xlsx, read_here, spreadsheetml

# No Latin letters with accents: alone in a file they can't be told from a Chinese word in GBK.
LETTERS = "王伟李娜〇𠮷 ·（）-—'\"=+@,;\t|<>&%#\\_x005F;0123456789.Xx元年月"
BREAKS = LETTERS + "\n"
IDS = st.builds("{:017d}{}".format, st.integers(10**16, 10**17 - 1), st.sampled_from("0123456789Xx"))
CARDS = st.builds(str, st.integers(10**15, 10**19 - 1))
LOOKS_NUMERIC = st.one_of(
    st.builds("{:05d}".format, st.integers(0, 9999)),
    st.builds("{:,.2f}".format, st.decimals(-(10**7), 10**7, places=2)),
    st.builds("{}E{}".format, st.integers(1, 9), st.integers(1, 20)),
    st.sampled_from(
        ["1/2", "2025-10-01", "10月", "TRUE", "#N/A", "=1+1", "'0012", "-", "1_000", "０１２", "+86-1391", "1e5"]
    ),
)
TEXTS = st.one_of(IDS, CARDS, LOOKS_NUMERIC, st.text(BREAKS, min_size=1, max_size=12))
NUMBERS = st.one_of(
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.integers(-(10**6), 10**18).map(float),
)


def tables(cells):
    return st.lists(st.lists(st.one_of(st.none(), cells), min_size=1, max_size=5), min_size=1, max_size=6).filter(
        lambda rows: any(cell is not None for row in rows for cell in row)
    )


def trimmed(text):
    """What no program keeps: blanks around a text (in XML without xml:space, in a page, in a typed cell)."""
    return text.strip(" \t\n\r\f")


PLAIN = TEXTS.map(trimmed).filter(bool)


def same(data, rows):
    """Every cell as it was written, or a number that is known to have lost digits."""
    (sheet,) = read_here(data).sheets
    found = {(number, at): cell for number, cells in sheet.rows() for at, cell in enumerate(cells) if cell is not None}
    written = {(n, at): cell for n, row in enumerate(rows, 1) for at, cell in enumerate(row) if cell is not None}
    assert found.keys() == written.keys()
    for place, cell in written.items():
        assert type(found[place]) is type(cell), (found[place], cell)
        assert found[place] == cell or lost_precision(found[place]), (found[place], cell)


def workbook(rows, *, streamed: bool = False) -> bytes:
    """As programs save it: streamed, its texts stand in the cells, otherwise in a table of their own."""
    box = io.BytesIO()
    book = xlsxwriter.Workbook(
        box,
        {
            "in_memory": not streamed,
            "constant_memory": streamed,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    page = book.add_worksheet()
    for n, row in enumerate(rows):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(n, at, cell)
            elif cell is not None:
                page.write_number(n, at, cell)
    book.close()
    return box.getvalue()


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(PLAIN, NUMBERS)))
def test_a_workbook(rows):
    same(workbook(rows), rows)


STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


def made_strict(data: bytes) -> bytes:
    """The workbook as programs save it that keep to the strict standard: the same parts under other names."""
    box = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            for usual, strict in STRICT:
                part = part.replace(usual, strict)
            after.writestr(name, part)
    return box.getvalue()


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(PLAIN, NUMBERS)), st.booleans())
def test_a_strict_workbook(rows, streamed):
    usual = workbook(rows, streamed=streamed)
    data = made_strict(usual)
    assert data != usual
    same(data, rows)


@settings(max_examples=60, deadline=None)
@given(tables(PLAIN), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_a_table_separated_by_tabs(rows, encoding):
    """As Excel saves “Unicode text”: a field with a tab, a quotation mark or a break stands in quotation marks."""
    width = max(map(len, rows)) + 1
    titles = [f"列{n}" for n in range(width)]
    # An apostrophe before a text that looks like a formula is ours, in the files that we write.
    rows = [[(cell or "").lstrip("'") or None for cell in (*row, *[None] * (width - len(row)))] for row in rows]
    box = io.StringIO()
    csv.writer(box, delimiter="\t", lineterminator="\r\n").writerows([titles, *rows])
    same(box.getvalue().encode(encoding), [titles, *rows])


@settings(max_examples=60, deadline=None)
@given(tables(TEXTS), st.randoms(use_true_random=False), st.booleans())
def test_a_workbook_whose_texts_are_split_over_runs(rows, random, shared):
    texts, lines = [], []
    for n, row in enumerate(rows, 1):
        cells = []
        for at, cell in enumerate(row):
            if cell is None:
                continue
            runs, rest = [], cell
            while rest:
                cut = random.randint(1, len(rest))
                run, rest = rest[:cut], rest[cut:]
                # Excel keeps an underscore that would read as an escape by escaping it.
                run = escape(run.replace("_x", "_x005F_x"))
                look = random.choice(["", "<rPr><b/></rPr>"])
                runs.append(f'<r>{look}<t xml:space="preserve">{run}</t></r>')
            body = "".join(runs) + '<rPh sb="0" eb="1"><t>ping</t></rPh>'
            place = f"{chr(65 + at)}{n}"
            if shared:
                cells.append(f'<c r="{place}" t="s"><v>{len(texts)}</v></c>')
                texts.append(f"<si>{body}</si>")
            else:
                cells.append(f'<c r="{place}" t="inlineStr"><is>{body}</is></c>')
        lines.append(f'<row r="{n}">{"".join(cells)}</row>')
    # A run that ends in the middle of _x005F would be read together by nobody.
    if not any("_x" in (cell or "") for row in rows for cell in row):
        same(raw_xlsx("".join(lines), shared="".join(texts)), rows)


def amount(value):
    return repr(value)


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(TEXTS, NUMBERS)), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_an_xml_table(rows, encoding):
    lines = []
    for row in rows:
        cells = []
        for at, cell in enumerate(row, 1):
            if cell is None:
                continue
            kind, text = ("String", cell) if isinstance(cell, str) else ("Number", amount(cell))
            body = escape(text, {"\n": "&#10;", "\t": "&#9;"})
            cells.append(f'<Cell ss:Index="{at}"><Data ss:Type="{kind}">{body}</Data></Cell>')
        lines.append(f"<Row>{''.join(cells)}</Row>")
    same(spreadsheetml("".join(lines), declared="UTF-8" if encoding == "utf-8" else "gb2312").encode(encoding), rows)


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(PLAIN, NUMBERS)), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.booleans())
@example([["0 \n0", "0\n 0"]], "utf-8", True)
def test_a_web_table(rows, encoding, closed):
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            if cell is None:
                cells.append("<td>&nbsp;")
            elif isinstance(cell, str):
                body = html.escape(cell).replace(" ", "&nbsp;").replace("\t", "&nbsp;").replace("\n", "<br>")
                cells.append(f"<td>{body}")
            else:
                cells.append(f"<td x:num={quoteattr(amount(cell))}>{cell:,.2f}")
            cells.append("</td>" * closed)
        lines.append(f"<tr>{''.join(cells)}{'</tr>' * closed}")
    rows = [[cell.replace("\t", " ") if isinstance(cell, str) else cell for cell in row] for row in rows]
    same(f"<html><table>{''.join(lines)}</table></html>".encode(encoding), rows)


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(PLAIN, NUMBERS)))
@example([["𠮷", 1.0]])
def test_an_old_workbook(rows):
    same(xls(("工资", rows)), rows)


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(PLAIN, NUMBERS)))
def test_a_workbook_of_excel_95(rows):
    rows = [[cell.replace("𠮷", "") or None if isinstance(cell, str) else cell for cell in row] for row in rows]
    if any(cell is not None for row in rows for cell in row):
        same(xls_95(("工资", rows), encoding="gb18030"), rows)


@settings(max_examples=60, deadline=None)
@given(tables(TEXTS), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_csv_that_we_write(rows, encoding):
    width = max(map(len, rows)) + 1
    # A header, so that the separator is told from more than one odd line.
    titles = [f"列{n}" for n in range(width)]
    # Rows of an export are as long as its header.
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    box = io.StringIO()
    write_csv(box, titles, rows)
    text = box.getvalue().removeprefix("\ufeff")
    same(text.encode(encoding), [titles, *rows])


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(PLAIN, st.decimals(-(10**9), 10**9, places=2))))
def test_a_workbook_that_we_write(rows):
    """Export → import: texts stay texts, risky ones too, and no cell is a formula."""
    width = max(map(len, rows))
    box = io.BytesIO()
    # Whether a column is of texts or of amounts, cells keep what they are.
    write_xlsx(box, [OutSheet("表", [OutColumn(f"列{n}", "money") for n in range(width)], rows)])
    data = box.getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")
    expected = [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows]
    same(data, [[f"列{n}" for n in range(width)], *expected])


def test_a_text_over_several_records_of_an_old_workbook():
    """What a hand would write: three labels of the longest text that fits one record."""
    text = "王伟" * 2000
    where = struct.pack("<HHH", 0, 0, 0)
    body = where + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
    same(xls(("工资", []), cells=record(0x0204, body)), [[text]])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0012", "12"),
        ("0012", 12.0),
        ("110105194912310021", 1.1e17),
        (6000.5, 6000.0),
        (6000.5, "6000.5"),
        ("王伟", None),
    ],
)
def test_the_comparison_sees_an_altered_cell(written, read):
    """A negative control."""
    with pytest.raises(AssertionError):
        same(raw_xlsx(f'<row r="1">{_cell(read)}</row>'), [[written]])


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="A1" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="A1"><v>{value!r}</v></c>'
