"""What a page's styles say of a cell: the part of CSS that exports of tables use, in XlsxWriter's words. Child only.

Taken is what is one of the known words, a colour, a sensible size or a number format; the rest says nothing. Every step
goes over its text once, whatever stands in it. Sizes of fonts are points, all other lengths pixels.
"""

import re
from collections.abc import Iterator

from sheets.number_formats import sensible
from sheets.xml_looks import LONGEST_FONT

LONGEST_BODY, LONGEST_VALUE, LONGEST_SELECTORS = 4000, 600, 2000
SIDES = ("left", "right", "top", "bottom")
# A declaration's parts; a semicolon in quotes or behind a backslash ends none.
PART = re.compile(r"""[^;"'\\]+|\\.|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|;|\\""", re.DOTALL)
WORD = re.compile(r"rgb\([^)]{0,40}\)|\S+", re.IGNORECASE)
HEX = re.compile(r"#?([0-9A-Fa-f]{6})|#([0-9A-Fa-f]{3})")
RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.IGNORECASE)
LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,6})?|\.\d{1,6})(px|pt|)", re.IGNORECASE)
POINT = 96 / 72  # in pixels
COLOURS = dict(
    entry.split(":")
    for entry in """black:000000 silver:C0C0C0 gray:808080 grey:808080 white:FFFFFF maroon:800000 red:FF0000 purple:800080
    fuchsia:FF00FF magenta:FF00FF green:008000 lime:00FF00 olive:808000 yellow:FFFF00 navy:000080 blue:0000FF teal:008080
    aqua:00FFFF cyan:00FFFF orange:FFA500 pink:FFC0CB brown:A52A2A gold:FFD700 skyblue:87CEEB tomato:FF6347
    lightgray:D3D3D3 lightgrey:D3D3D3 darkgray:A9A9A9 darkgrey:A9A9A9 dimgray:696969 gainsboro:DCDCDC whitesmoke:F5F5F5
    lightblue:ADD8E6 lightyellow:FFFFE0 lightgreen:90EE90 lightpink:FFB6C1 lightcyan:E0FFFF aliceblue:F0F8FF
    darkred:8B0000 darkgreen:006400 darkblue:00008B steelblue:4682B4 lavender:E6E6FA beige:F5F5DC khaki:F0E68C
    windowtext:000000""".split()
)
ACROSS = {word: word for word in ("left", "center", "right", "justify")} | {
    "middle": "center",
    "start": "left",
    "end": "right",
    "center-across": "center_across",
    "general": None,
}
UPRIGHT = {"top": "top", "middle": "vcenter", "center": "vcenter", "bottom": None, "baseline": None}
GENERIC_FONTS = frozenset("serif sans-serif monospace cursive fantasy system-ui inherit initial".split())
THIN, MEDIUM, THICK = 1, 2, 5
# A kind of line that is drawn the same however thick.
LINES = {"dashed": 3, "dotted": 4, "double": 6, "hairline": 7}
DRAWN = frozenset(("solid", "inset", "outset", "ridge", "groove", *LINES))
WIDTHS = {"thin": 1.0, "medium": 2.0, "thick": 3.0}
QUOTES = ('"', "'")
ESCAPED = re.compile(r"\\([0-9A-Fa-f]{4}|.)", re.DOTALL)  # Excel always writes four digits, and a d may follow
PROPERTIES = (
    *("font_name", "font_size", "bold", "italic", "underline", "font_strikeout", "font_color"),
    *("align", "valign", "text_wrap", "num_format"),
)
INLINE = frozenset((*PROPERTIES[:8],))  # what a text inside a cell can say of all of it
OWN = frozenset(("width", "height", *(f"{side}_{what}" for side in SIDES for what in ("line", "thick", "ink"))))


def rules(text: str) -> Iterator[tuple[str, str]]:
    """Selectors and body of each rule of a style block; what stands inside an at-rule is left out."""
    text = _uncommented(text.replace("<!--", " ").replace("-->", " "))
    at, depth, selectors = 0, 0, ""
    for brace in re.finditer(r"[{}]", text):
        if brace[0] == "{":
            if not depth:
                # What ends with a semicolon before it (@charset, @import) belongs to no rule.
                selectors, at = text[at : brace.start()].rpartition(";")[2].strip(), brace.end()
            depth += 1
            continue
        if depth == 1 and not selectors.startswith("@") and len(selectors) <= LONGEST_SELECTORS:
            yield selectors, text[at : brace.start()]
        depth = max(0, depth - 1)
        if not depth:
            at = brace.end()


def _uncommented(text: str) -> str:
    kept, at = [], 0
    while (begin := text.find("/*", at)) >= 0:
        kept.append(text[at:begin])
        end = text.find("*/", begin + 2)
        at = end + 2 if end >= 0 else len(text)
    return "".join((*kept, text[at:]))


def look(body: str) -> dict[str, object]:
    """What a rule's body or a `style` attribute says; None and False where it says that something is not so."""
    found: dict[str, object] = {}
    if len(body) <= LONGEST_BODY:
        for name, value in _declarations(body):
            if handler := HANDLERS.get(name):
                found.update(handler(value))
    return found


def _declarations(body: str) -> Iterator[tuple[str, str]]:
    parts: list[str] = []
    for part in (*PART.findall(body), ";"):
        if part != ";":
            parts.append(part)
            continue
        name, _, value = "".join(parts).partition(":")
        parts = []
        value = value.strip()
        if value.lower().endswith("!important"):
            value = value[: -len("!important")].rstrip()
        if value and len(value) <= LONGEST_VALUE:
            yield name.strip().lower(), value


def properties(look: dict[str, object]) -> dict[str, object]:
    """XlsxWriter's properties of a look."""
    said = {name: look[name] for name in PROPERTIES if look.get(name)}
    if look.get("bg_color"):
        said |= {"pattern": 1, "bg_color": look["bg_color"]}
    for side in SIDES:
        if (line := look.get(f"{side}_line")) and (thick := look.get(f"{side}_thick", 1.0)):
            said[side] = LINES.get(line) or (THIN if thick < 1.2 else MEDIUM if thick <= 2 else THICK)
            if ink := look.get(f"{side}_ink"):
                said[f"{side}_color"] = ink
    return said


def colour(text: str) -> str | None:
    """#RRGGBB of a colour's name, its digits (the # may be missing, as in attributes), or rgb(…)."""
    text = text.strip()
    if match := HEX.fullmatch(text):
        return "#" + (match[1] or "".join(digit * 2 for digit in match[2])).upper()
    if (match := RGB.fullmatch(text)) and all(int(part) < 256 for part in match.groups()):
        return "#{:02X}{:02X}{:02X}".format(*map(int, match.groups()))
    return f"#{COLOURS[text.lower()]}" if text.lower() in COLOURS else None


def pixels(text: str) -> float | None:
    """A length; None for one in a unit that depends on something else."""
    match = LENGTH.fullmatch(text.strip())
    return float(match[1]) * (POINT if match[2].lower() == "pt" else 1) if match else None


def number_format(text: str) -> str | None:
    """Excel's number format, out of its quotes and backslashes; None for General and for what is no format."""
    text = text.strip()
    if text[:1] in QUOTES:
        text = text[1:].removesuffix(text[0])
    text = ESCAPED.sub(lambda match: chr(int(match[1], 16)) if len(match[1]) == 4 else match[1], text)
    if text.strip("\\") == "@":
        return "@"  # many who write it put one backslash too many before it
    return sensible(text)


def font_name(text: str) -> dict[str, object]:
    """The first font of a list."""
    name = text.split(",")[0].strip().strip("\"'").strip()
    named = name and len(name) <= LONGEST_FONT and name.isprintable() and name.lower() not in GENERIC_FONTS
    return {"font_name": name} if named and not set(name) & set('\\"<>&;:{}') else {}


def _font_size(text: str) -> dict[str, object]:
    size = pixels(text) if text[-1:].isalpha() else None
    size = round(size / POINT * 2) / 2 if size else 0
    return {"font_size": size} if 1 <= size <= 409 else {}


def _weight(text: str) -> dict[str, object]:
    text = text.lower()
    if text.isdecimal() and len(text) < 5:
        return {"bold": int(text) >= 600}
    return {"bold": text in ("bold", "bolder")} if text in ("bold", "bolder", "normal", "lighter") else {}


def _font_style(text: str) -> dict[str, object]:
    return {"italic": text.lower() in ("italic", "oblique")}


def _font(text: str) -> dict[str, object]:
    """The shorthand: words in any order, the size, the family."""
    found: dict[str, object] = {"bold": False, "italic": False}
    words = text.split()
    for at, word in enumerate(words):
        if size := _font_size(word.partition("/")[0]):
            return found | size | font_name(" ".join(words[at + 1 :]))
        found |= _weight(word)
        if word.lower() in ("italic", "oblique"):
            found["italic"] = True
    return {}


def _decoration(text: str) -> dict[str, object]:
    words = text.lower().split()
    return {"underline": 1 if "underline" in words else None, "font_strikeout": "line-through" in words}


def _font_colour(text: str) -> dict[str, object]:
    found = colour(text)
    return {"font_color": found} if found else {}


def _background(text: str) -> dict[str, object]:
    """The colour among the words of the shorthand."""
    for word in WORD.findall(text):
        if found := colour(word):
            return {"bg_color": found}
    return {"bg_color": None} if text.lower() in ("none", "transparent", "auto") else {}


def _among(name: str, words: dict[str, object]):
    return lambda text: {name: words[text.lower()]} if text.lower() in words else {}


def _length(name: str):
    return lambda text: {name: found} if (found := pixels(text)) else {}


def _number_format(text: str) -> dict[str, object]:
    return {"num_format": number_format(text)}


def _line(*sides: str):
    """The shorthand for a side or all of them."""

    def said(text: str) -> dict[str, object]:
        parts: dict[str, object] = {"line": None, "thick": 1.0, "ink": None}
        for word in WORD.findall(text):
            parts |= _part(word)
        return {f"{side}_{what}": value for side in sides for what, value in parts.items()}

    return said


def _line_part(what: str, *sides: str):
    """One of line, thick, ink: a value for all of `sides`, or up to four that go round."""

    def said(text: str) -> dict[str, object]:
        given = [_part(word) for word in WORD.findall(text)[:4]]
        if len(sides) == 1:
            return {f"{sides[0]}_{what}": given[0][what]} if given and what in given[0] else {}
        # top, right, bottom, left; what is missing is taken from across.
        round_about = dict(zip(("top", "right", "bottom", "left"), (given * 4)[:4], strict=False))
        if len(given) == 3:
            round_about["left"] = given[1]
        return {f"{side}_{what}": part[what] for side, part in round_about.items() if what in part}

    return said


def _part(word: str) -> dict[str, object]:
    word = word.lower()
    if word in DRAWN:
        return {"line": word}
    if word in ("none", "hidden"):
        return {"line": None}
    thick = WIDTHS.get(word, pixels(word))
    if thick is not None:
        return {"thick": thick}
    return {"ink": found} if (found := colour(word)) else {}


HANDLERS = {
    "font-family": font_name,
    "font-size": _font_size,
    "font-weight": _weight,
    "font-style": _font_style,
    "font": _font,
    "text-decoration": _decoration,
    "color": _font_colour,
    "background": _background,
    "background-color": _background,
    "text-align": _among("align", ACROSS),
    "vertical-align": _among("valign", UPRIGHT),
    "white-space": _among("text_wrap", {"normal": True, "nowrap": False}),
    "width": _length("width"),
    "height": _length("height"),
    "mso-number-format": _number_format,
    "vnd.ms-excel.numberformat": _number_format,
    "border": _line(*SIDES),
    **{f"border-{side}": _line(side) for side in SIDES},
    **{
        f"border{middle}-{name}": _line_part(what, *sides)
        for middle, sides in (("", SIDES), *((f"-{side}", (side,)) for side in SIDES))
        for name, what in (("style", "line"), ("width", "thick"), ("color", "ink"))
    },
}
