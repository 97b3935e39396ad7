"""The styles of an .xlsx, with a coloured one more for each that a remark needs. Child only."""

import re
from collections.abc import Mapping

from sheets.markup import P
from sheets.package import Package, Unstampable

FILLS = re.compile(rb"(<(" + P + rb")fills\b[^>]*>)(.*?)(</" + P + rb"fills>)", re.DOTALL)
FILL = re.compile(rb"<" + P + rb"fill(?:\s[^>]*)?>")
FORMATS = re.compile(rb"(<" + P + rb"cellXfs\b[^>]*>)(.*?)(</" + P + rb"cellXfs>)", re.DOTALL)
FORMAT = re.compile(rb"<(" + P + rb")xf\b([^>]*?)(/>|>.*?</" + P + rb"xf>)", re.DOTALL)
FILL_OF = re.compile(rb"\s(?:fillId|applyFill)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
COUNT = re.compile(rb"\scount\s*=\s*(?:\"[^\"]*\"|'[^']*')")


class Looks:
    """The workbook's styles, with one more for each style and severity that is asked for."""

    def __init__(self, package: Package, colours: Mapping[str, str]) -> None:
        self.package = package
        self.name = package.names.get("xl/styles.xml", "")
        if not self.name:
            raise Unstampable
        self.xml = package.read(self.name)
        fills, formats = FILLS.search(self.xml), FORMATS.search(self.xml)
        if not fills or not formats:
            raise Unstampable
        prefix = fills[2].decode()
        self.first_fill = len(FILL.findall(fills[3]))
        self.severities = list(colours)
        self.fills = "".join(
            f'<{prefix}fill><{prefix}patternFill patternType="solid"><{prefix}fgColor rgb="FF{colour}"/>'
            f'<{prefix}bgColor indexed="64"/></{prefix}patternFill></{prefix}fill>'
            for colour in colours.values()
        ).encode()
        self.formats = [match.groups() for match in FORMAT.finditer(formats[2])]
        self.added: dict[tuple[int, str], int] = {}
        self.new: list[bytes] = []

    def of(self, style: int, severity: str) -> int:
        """The number of the style that looks like `style` with the severity's colour."""
        severity = severity if severity in self.severities else "warning"
        if (style, severity) not in self.added:
            if style >= len(self.formats):
                raise Unstampable
            prefix, attributes, rest = self.formats[style]
            fill = self.first_fill + self.severities.index(severity)
            changed = FILL_OF.sub(b"", attributes) + f' fillId="{fill}" applyFill="1"'.encode()
            self.added[style, severity] = len(self.formats) + len(self.new)
            self.new.append(b"<" + prefix + b"xf" + changed + rest)
        return self.added[style, severity]

    def keep(self) -> None:
        if not self.new:
            return
        xml = FORMATS.sub(
            lambda match: (
                _counted(match[1], len(self.formats) + len(self.new)) + match[2] + b"".join(self.new) + match[3]
            ),
            self.xml,
            count=1,
        )
        total = self.first_fill + len(self.severities)
        xml = FILLS.sub(lambda match: _counted(match[1], total) + match[3] + self.fills + match[4], xml, count=1)
        self.package.write(self.name, xml)


def _counted(tag: bytes, count: int) -> bytes:
    return COUNT.sub(b"", tag)[:-1] + f' count="{count}">'.encode()
