"""Attacks in the XML of an .xlsx: far cells, floods, entities, nonsense; and .ods."""

import io
import zipfile

from tests.sheets.hostile import READ, family
from tests.sheets.hostile.archives import ONE, SHEET, repacked
from tests.sheets.making import NS, raw_xlsx, xlsx

FAR = (100_000_000, 2**31 - 1, 2**31, 2**32, 2**63, 2**64, 10**30)
EVERY_PART = [
    SHEET,
    "xl/workbook.xml",
    "xl/sharedStrings.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
]


def cell(place: str, value="1", kind="") -> str:
    return f'<c r="{place}"{kind and f" t={chr(34)}{kind}{chr(34)}"}><v>{value}</v></c>'


def changed(random, change, parts=EVERY_PART) -> bytes:
    """An honest workbook with `change(text)` made in one of its parts."""
    chosen = random.choice(parts)
    data = raw_xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared="<si><t>root</t></si>")
    return repacked(data, lambda name, content: change(content.decode()).encode() if name == chosen else content)


def after_head(text: str, more: str) -> str:
    head, mark, rest = text.partition("?>\n")
    return head + mark + more + rest


@family("too_many_rows", "too_many_columns", "too_large", "corrupt")
def cells_far_away(random):
    corner = random.choice(["XFD1048576", "XFD1", "A1048576", "ABC900000", "ZZ999999"])
    number = "".join(filter(str.isdigit, corner))
    return raw_xlsx((ONE if number != "1" else "") + f'<row r="{number}">{cell(corner)}</row>')


@family("too_many_rows", "too_many_columns", "corrupt", "timeout")
def rows_beyond_numbers(random):
    row = random.choice(FAR)
    return raw_xlsx(ONE + f'<row r="{row}">{cell(f"A{row}")}</row>')


@family(READ, "too_many_rows", "too_many_columns", "corrupt", "too_large", "empty")
def places_that_are_none(random):
    places = [
        "",
        "A",
        "1",
        "A0",
        "A-1",
        "0A",
        "ZZZZZZZ1",
        "É1",
        "A1:B2",
        "$A$1",
        "R1C1",
        "A" * 500 + "1",
        "A1.5",
        "a1",
        "A" + "9" * 400,
    ]
    cells = "".join(cell(random.choice(places)) for _ in range(5))
    return raw_xlsx(f'<row r="{random.choice(["1", "0", "-1", "x", "", "1.5"])}">{cells}</row>')


@family("too_large", "corrupt", "zip_bomb")
def one_text_without_end(random):
    text = random.choice("长a ") * random.randrange(3_000_000, 12_000_000) + str(random.random())
    text = "".join(f"{text[:1000]}{n}" for n in range(len(text) // 1000))
    if random.random() < 0.5:
        return raw_xlsx(cell_row("A1", 0, "s"), shared=f"<si><t>{text}</t></si>")
    return raw_xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')


def cell_row(place, value, kind="") -> str:
    return f'<row r="1">{cell(place, value, kind)}</row>'


@family(READ, "zip_bomb", "too_large", "timeout", "corrupt")
def shared_texts_by_the_million(random):
    shared = "".join(f"<si><t>{n}</t></si>" for n in range(random.randrange(200_000, 700_000)))
    return raw_xlsx(cell_row("A1", 5, "s"), shared=shared)


@family(READ, "corrupt", "empty")
def shared_texts_that_lie(random):
    count = random.choice([2**32, -1, 10**18, "x"])
    index = random.choice([0, 1, -1, 2**31, 2**64, "x", "", "1e5", "0.5"])
    data = raw_xlsx(cell_row("A1", index, "s"), shared="<si><t>a</t></si>")
    return repacked(
        data,
        lambda name, content: (
            content.replace(b"<sst ", f'<sst count="{count}" uniqueCount="{count}" '.encode())
            if "shared" in name
            else content
        ),
    )


@family(READ, "too_large", "zip_bomb", "corrupt")
def merges_by_the_million(random):
    count = random.choice([60_000, 300_000, 1_000_000])
    kinds = [lambda n: f"A{n + 1}:B{n + 1}", lambda n: "A1:XFD1048576", lambda n: f"A{n}:A{n - 5}", lambda n: "ZZZZ9:A"]
    ref = random.choice(kinds)
    merged = "".join(f'<mergeCell ref="{ref(n)}"/>' for n in range(count))
    return raw_xlsx(ONE, rest=f'<mergeCells count="{count}">{merged}</mergeCells>')


@family(READ, "corrupt", "too_large")
def merges_that_make_no_sense(random):
    refs = ["", "A1", "B2:A1", "A1:XFD1048576", "A1:A1", "A1:B2:C3", "A0:B0", "1:5", "A:C", "x", "A1:ZZZZ99999999"]
    merged = "".join(f'<mergeCell ref="{random.choice(refs)}"/>' for _ in range(4))
    return raw_xlsx(ONE, rest=f"<mergeCells>{merged}</mergeCells>")


@family("too_large", "zip_bomb", "corrupt", "timeout")
def sheets_by_the_million(random):
    sheets = "".join(
        f'<sheet name="S{n}" sheetId="{n + 1}" r:id="rId1"/>' for n in range(random.choice([300, 30_000, 400_000]))
    )
    data = raw_xlsx(ONE)
    return repacked(
        data,
        lambda name, content: (
            content.replace(b"</sheets>", sheets.encode() + b"</sheets>") if name == "xl/workbook.xml" else content
        ),
    )


ENTITIES = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd">%p;<!ENTITY e "x">]>',
    '<!DOCTYPE x [<!ENTITY e "http://127.0.0.1:9/">]>',
]


@family(READ, "corrupt", "empty")
def entities_from_elsewhere(random):
    doctype = random.choice(ENTITIES)
    return changed(
        random, lambda text: after_head(text, doctype).replace("root", "&e;").replace('name="S"', 'name="&e;"')
    )


@family(READ, "corrupt", "empty")
def entities_that_grow(random):
    depth, width = random.randrange(8, 30), random.randrange(10, 40)
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * width}">' for n in range(1, depth))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'
    name = f"&e{depth - 1};"
    return changed(
        random, lambda text: after_head(text, doctype).replace("root", name).replace('name="S"', f'name="{name}"')
    )


@family(READ, "corrupt", "too_large", "empty", "zip_bomb", "timeout")
def tags_without_bottom(random):
    count = random.choice([5_000, 100_000, 400_000])
    tag = random.choice(["a", "row", "si", "t", "sheet", "r", "c", "is"])
    closed = f"</{tag}>" * count if random.random() < 0.5 else ""
    flood = f"<{tag}>" * count + closed
    return changed(random, lambda text: text[: text.rfind("</")] + flood + text[text.rfind("</") :])


@family(READ, "corrupt", "too_large", "empty", "zip_bomb", "timeout")
def attributes_without_end(random):
    if random.random() < 0.5:
        flood = "".join(f' a{n}="{n}"' for n in range(random.choice([10_000, 200_000])))
    else:
        flood = ' a="' + "".join(map(str, range(random.choice([10_000, 2_000_000])))) + '"'
    return (
        changed(
            random,
            lambda text: text[: text.rfind("></")] + flood + text[text.rfind("></") :],
            [SHEET, "xl/sharedStrings.xml"],
        )
        if random.random() < 0.3
        else changed(random, lambda text: text.replace(" xmlns=", flood + " xmlns=", 1))
    )


@family(READ, "too_large", "zip_bomb", "corrupt", "timeout")
def columns_by_the_million(random):
    if random.random() < 0.5:
        return raw_xlsx(ONE, before=f'<cols><col min="1" max="{random.choice(FAR)}" hidden="1"/></cols>')
    columns = "".join(
        f'<col min="{n}" max="{n + 16000}" width="0" hidden="1"/>' for n in range(random.choice([1000, 200_000]))
    )
    return raw_xlsx(ONE, before=f"<cols>{columns}</cols>")


@family(READ, "corrupt", "too_large", "zip_bomb", "timeout")
def styles_without_end(random):
    count = random.choice([10, 300_000])
    forms = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{random.choice(["yyyy", "0", "[" * 50, "h" * 200])}"/>'
        for n in range(min(count, 50_000))
    )
    formats = f'<cellXfs count="{random.choice([count, 2**32, -1])}">' + '<xf numFmtId="14"/>' * count + "</cellXfs>"
    styles = f'<styleSheet xmlns="{NS}"><numFmts>{forms}</numFmts>{formats}</styleSheet>'
    style = random.choice([0, 5, count + 1, 2**32, -1, "x"])
    return raw_xlsx(f'<row r="1"><c r="A1" s="{style}"><v>45000</v></c></row>', extra=[("xl/styles.xml", styles)])


@family(READ, "corrupt", "empty")
def numbers_that_are_none(random):
    numbers = [
        "1e999",
        "-1e999",
        "NaN",
        "inf",
        "-0",
        "1e-400",
        "0x10",
        "1,5",
        "１２",
        "9" * 400,
        "--1",
        "",
        " ",
        "1e",
        "2958466",
        "-1",
        "1e300",
        "99999999999",
    ]
    styles = f'<styleSheet xmlns="{NS}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="21"/></cellXfs></styleSheet>'
    cells = "".join(
        f'<c r="{chr(65 + n)}1" s="{random.randrange(4)}"{random.choice(["", "", chr(32) + "t=" + chr(34) + "d" + chr(34)])}><v>{random.choice(numbers)}</v></c>'
        for n in range(8)
    )
    return raw_xlsx(f'<row r="1">{cells}</row>', extra=[("xl/styles.xml", styles)])


@family(READ, "corrupt", "too_large", "zip_bomb")
def formulas_that_explode(random):
    kinds = [
        "(" * 100_000 + "1" + ")" * 100_000,
        "B1+" * 50_000 + "B1",
        "A1",
        'REPT("a",1E9)',
        '=cmd|"/c calc"!A1',
        'WEBSERVICE("http://127.0.0.1:9/")',
        "SUM(A1:XFD1048576)",
        "INDIRECT(A1)",
    ]
    cells = "".join(
        f'<c r="{chr(65 + n)}1"><f>{random.choice(kinds)}</f></c>'.replace('"/c', "&quot;/c") for n in range(6)
    )
    shared = f'<c r="H1"><f t="shared" ref="A1:XFD1048576" si="{random.choice([0, 2**32, -1])}">H1+1</f></c><c r="I1"><f t="shared" si="0"/></c>'
    return raw_xlsx(f'<row r="1">{cells}{shared}</row>')


@family(READ, "corrupt", "empty", "not_a_sheet")
def parts_in_odd_encodings(random):
    encoding, said = random.choice(
        [
            ("utf-16", "UTF-16"),
            ("utf-16-be", "UTF-16BE"),
            ("utf-32", "UTF-32"),
            ("utf-7", "UTF-7"),
            ("cp037", "IBM037"),
            ("utf-8-sig", "UTF-8"),
            ("gb18030", "GBK"),
            ("utf-8", "x-none"),
        ]
    )
    chosen = random.choice(EVERY_PART)
    data = raw_xlsx(cell_row("A1", 0, "s"), shared="<si><t>王伟</t></si>")
    return repacked(
        data,
        lambda name, content: content.decode().replace("UTF-8", said).encode(encoding) if name == chosen else content,
    )


@family(READ, "corrupt", "empty")
def letters_that_are_none(random):
    letters = [
        "&#xD800;",
        "&#0;",
        "&#x110000;",
        "&#xFFFE;",
        "_x0000_",
        "_xD800_",
        "_xFFFF_",
        "&#x1F600;",
        "&bogus;",
        "&",
        "<",
        "]]>",
        "\x0b",
        "\x00",
    ]
    return raw_xlsx(cell_row("A1", 0, "s"), shared=f"<si><t>a{''.join(random.sample(letters, 2))}b</t></si>")


@family(READ, "corrupt", "empty", "not_a_sheet")
def relations_that_lead_nowhere(random):
    targets = [
        "../../../../etc/passwd",
        "/etc/passwd",
        "http://127.0.0.1:9/x",
        "file:///etc/passwd",
        "workbook.xml",
        "../_rels/.rels",
        "",
        "worksheets/sheet1.xml\x7f",
        "worksheets\\sheet1.xml",
        "/xl/worksheets/sheet1.xml",
        "a" * 10_000,
    ]
    return changed(
        random,
        lambda text: text.replace("worksheets/sheet1.xml", random.choice(targets)),
        ["xl/_rels/workbook.xml.rels"],
    )


@family(READ, "corrupt", "empty")
def cells_that_contradict_themselves(random):
    kinds = ["s", "str", "n", "b", "e", "d", "inlineStr", "bogus", ""]
    texts = ["", "0", "1", "x", "#N/A", "#BOGUS!", "2025-13-45", "2025-10-01T25:00:00", "TRUE", "-5"]
    cells = "".join(
        f'<c r="{random.choice(["A1", "B1", "C2", "A3"])}" t="{random.choice(kinds)}">{random.choice(["<v>{}</v>", "<v>{}</v><v>9</v>", "<is><t>{}</t></is>", "<f>{}</f>", "<f/><v>{}</v>"]).format(random.choice(texts))}</c>'
        for _ in range(12)
    )
    return raw_xlsx(f'<row r="2">{cells}</row><row r="1">{cells}</row><row>{cells}</row>', shared="<si><t>a</t></si>")


@family(READ, "too_large", "too_many_rows", "zip_bomb", "corrupt")
def hidden_rows_by_the_million(random):
    rows = "".join(f'<row r="{n}" hidden="1"/>' for n in range(1, random.choice([1000, 400_000])))
    return raw_xlsx(rows + ("" if random.random() < 0.5 else f'<row r="{2**31}" hidden="1"/>') + ONE)


@family(READ, "too_large", "too_many_rows", "too_many_columns", "corrupt", "zip_bomb")
def errors_by_the_million(random):
    count = random.choice([1000, 250_000])
    kind = random.choice(
        ['<c r="A{0}" t="e"><v>#N/A</v></c>', '<c r="A{0}"><f>A1</f></c>', '<c r="ZZZ{0}" t="e"><v>#REF!</v></c>']
    )
    return raw_xlsx("".join(f'<row r="{n}">{kind.format(n)}</row>' for n in range(1, count)))


@family(READ, "too_large", "too_many_rows", "corrupt", "zip_bomb", "timeout")
def rows_in_disorder(random):
    numbers = [random.randrange(1, 300_000) for _ in range(200)]
    return raw_xlsx("".join(f'<row r="{n}">{cell(random.choice("ABZ") + str(n))}</row>' for n in numbers))


@family(READ, "corrupt", "too_many_rows", "too_many_columns", "too_large", "not_a_sheet", "empty", "timeout")
def open_document_that_repeats(random):
    name = "urn:oasis:names:tc:opendocument:xmlns:"
    again = random.choice([5, 300_000, 1_048_576, 2**31, 2**63])
    columns = random.choice([1, 1024, 16_384, 2**31])
    content = (
        f'<office:document-content xmlns:office="{name}office:1.0" xmlns:table="{name}table:1.0" xmlns:text="{name}text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="S">'
        f'<table:table-row table:number-rows-repeated="{again}"><table:table-cell table:number-columns-repeated="{columns}"'
        ' office:value-type="string"><text:p>a</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return box.getvalue()


@family(READ, "too_large", "zip_bomb", "too_many_rows")
def honest_but_big(random):
    return xlsx([[f"{n}-{c}" for c in range(8)] for n in range(random.randrange(1000, 4000))])
