"""Workbooks for the tests: honest ones, and hostile ones put together by hand."""

import zipfile
from io import BytesIO
from pathlib import Path

import xlsxwriter

from sheets import child, reader
from sheets.defence import Limits

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
QUICK = Limits(seconds=20)
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def xlsx(*sheets, merged=(), hidden_rows=()):
    """An honest workbook; each sheet is (name, rows) or only rows. Texts stay texts."""
    box = BytesIO()
    book = xlsxwriter.Workbook(
        box,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    for index, sheet in enumerate(sheets, 1):
        name, rows = sheet if isinstance(sheet, tuple) else (f"Sheet{index}", sheet)
        page = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value is not None:
                    page.write(r, c, value)
        for area in merged:
            first = area.split(":")[0]
            page.merge_range(area, None)
            letters, number = first.rstrip("0123456789"), int(first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            value = rows[number - 1][ord(letters) - 65]
            if value is not None:
                page.write(first, value)
        for row in hidden_rows:
            page.set_row(row - 1, None, None, {"hidden": True})
    book.close()
    return box.getvalue()


def raw_xlsx(sheet_data, *, shared="", extra=(), before="", rest="", compression=zipfile.ZIP_DEFLATED):
    """A workbook of one sheet whose `<sheetData>` is given as it shall stand."""
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{NS}" xmlns:r="{REL}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{HEAD}<worksheet xmlns="{NS}">{before}<sheetData>{sheet_data}</sheetData>{rest}</worksheet>',
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{NS}">{shared}</sst>'
    box = BytesIO()
    with zipfile.ZipFile(box, "w", compression) as archive:
        for name, content in (*parts.items(), *extra):
            archive.writestr(name, content)
    return box.getvalue()


def spreadsheetml(rows, *, declared="UTF-8", doctype="", options="", more=""):
    """A SpreadsheetML 2003 document of one sheet, 工资."""
    return (
        f'<?xml version="1.0" encoding="{declared}"?>{doctype}<?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="工资"><Table>{rows}</Table>'
        f'<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">{options}</WorksheetOptions></Worksheet>'
        f"{more}</Workbook>"
    )


def values(sheet):
    """All rows, trailing blanks cut."""
    found = []
    for _number, cells in sheet.rows():
        while cells and cells[-1] is None:
            cells = cells[:-1]
        found.append(cells)
    return found


def read_here(data, limits=QUICK):
    """Read in this very process, over the same lines that the child would write: for honest files only."""
    box = BytesIO()
    child.read(data, limits, box)
    child.say(box, {"done": True})
    return reader._collect(iter(box.getvalue().splitlines()), lambda _rows: None)


def saved(book):
    """The bytes of an openpyxl workbook."""
    box = BytesIO()
    book.save(box)
    return box.getvalue()
