"""A sheet put before those of a finished .xlsx, without opening the workbook: its other parts stay byte for byte.

For what has no cell to stand at: remarks on a workbook as a whole.
"""

import re
import shutil
from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sheets.values import column_letter
from sheets.writing import clean

PART = "xl/worksheets/sheet_in_front.xml"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
# Beyond this a workbook is given back without the sheet rather than packed anew.
MOST_BYTES = 128 * 1024 * 1024
LONGEST_CELL = 32_000
_SHEETS = re.compile(rb"<((?:\w+:)?)sheets\s*>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_NAME = re.compile(rb'\bname="([^"]*)"')
_SHEET_ID = re.compile(rb'\bsheetId="(\d+)"')
_RELATION = re.compile(rb'\b(\w+):id="')
_NAMESPACE = re.compile(rb'\bxmlns(?::\w+)?="([^"]*spreadsheetml/[^"]*main|[^"]*spreadsheetml/main)"')
_RELATION_TYPE = re.compile(rb'\bType="([^"]*/worksheet)"')
_LOCAL = re.compile(rb'\b(localSheetId|activeTab|firstSheet)="(\d+)"')
_VIEW = re.compile(rb"<(?:\w+:)?workbookView\b(?![^>]*activeTab)")


def put_in_front(data: bytes, name: str, rows: Sequence[Sequence[object]], widths: Sequence[float] = ()) -> bytes:
    """The workbook with a sheet of texts and numbers before the others; opened where it was opened before.

    A workbook that is built otherwise than expected, is very large or has a sheet of this name comes back as it is.
    """
    try:
        with ZipFile(BytesIO(data)) as package:
            if sum(one.file_size for one in package.infolist()) > MOST_BYTES:
                return data
            parts = _changed(package, name)
            if parts is None:
                return data
            box = BytesIO()
            with ZipFile(box, "w", ZIP_DEFLATED) as out:
                for one in package.infolist():
                    if one.filename in parts:
                        out.writestr(one.filename, parts[one.filename])
                    else:
                        with package.open(one) as source, out.open(one.filename, "w") as target:
                            shutil.copyfileobj(source, target)
                namespace = _NAMESPACE.search(package.read("xl/workbook.xml"))[1].decode()
                out.writestr(PART, _page(namespace, rows, widths))
            return box.getvalue()
    except (BadZipFile, KeyError, UnicodeDecodeError):
        return data


def _changed(package: ZipFile, name: str) -> dict[str, bytes] | None:
    """The three parts that must know of the new sheet; None where they can't be told."""
    book, relations, types = (
        package.read(part) for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")
    )
    sheets, relation, kind = _SHEETS.search(book), _RELATION.search(book), _RELATION_TYPE.search(relations)
    known = _SHEET.findall(book)
    if not (sheets and relation and kind and known and _NAMESPACE.search(book)) or PART in package.namelist():
        return None
    taken = [found[1] for one in known if (found := _NAME.search(one))]
    if escape(name).encode() in taken or b"rIdInFront" in relations:
        return None
    number = 1 + max(int(found[1]) for one in known if (found := _SHEET_ID.search(one)))
    # Everything that counts sheets by their place counts one more.
    book = _LOCAL.sub(lambda found: b'%s="%d"' % (found[1], int(found[2]) + 1), book)
    book = _VIEW.sub(lambda found: found[0] + b' activeTab="1"', book)
    entry = (
        f'<{sheets[1].decode()}sheet name="{escape(name)}" sheetId="{number}" {relation[1].decode()}:id="rIdInFront"/>'
    )
    book = _SHEETS.sub(lambda found: found[0] + entry.encode(), book, count=1)
    target = f'<Relationship Id="rIdInFront" Type="{kind[1].decode()}" Target="/{PART}"/>'
    override = f'<Override PartName="/{PART}" ContentType="{CONTENT_TYPE}"/>'
    return {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": relations.replace(b"</Relationships>", target.encode() + b"</Relationships>"),
        "[Content_Types].xml": types.replace(b"</Types>", override.encode() + b"</Types>"),
    }


def _page(namespace: str, rows: Sequence[Sequence[object]], widths: Sequence[float]) -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, start=1)
    )
    body = "".join(
        f'<row r="{number}">{"".join(_cell(column_letter(at), number, value) for at, value in enumerate(row, start=1))}</row>'
        for number, row in enumerate(rows, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{namespace}">'
        f"{f'<cols>{columns}</cols>' if columns else ''}<sheetData>{body}</sheetData></worksheet>"
    )


def _cell(letter: str, row: int, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, int | float):
        return f'<c r="{letter}{row}"><v>{value}</v></c>'
    text = escape(clean(str(value))[:LONGEST_CELL])
    return f'<c r="{letter}{row}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
