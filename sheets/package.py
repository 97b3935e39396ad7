"""The parts of an .xlsx, changed one by one; the others stay byte for byte. Child only."""

import re
import zipfile
from io import BytesIO
from posixpath import basename, dirname, join, normpath

from defusedxml import ElementTree

from sheets.defence import read_entry

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
LARGEST = 160 * 1024 * 1024


class Unstampable(Exception):
    """This workbook's remarks need another road."""


class Package:
    """An archive with changes that aren't written yet."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.lower(): name for name in archive.namelist()}
        self.changed: dict[str, bytes] = {}
        self.dropped: set[str] = set()

    def has(self, name: str) -> bool:
        return name in self.changed or name.lower() in self.names

    def read(self, name: str) -> bytes:
        if name in self.changed:
            return self.changed[name]
        if name.lower() not in self.names:
            raise Unstampable
        content = read_entry(self.archive, self.names[name.lower()], LARGEST)
        if (
            not content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<")
            or b"<!DOCTYPE" in content
            or b"<!ENTITY" in content
        ):
            raise Unstampable
        return content

    def write(self, name: str, content: bytes) -> None:
        self.changed[self.names.get(name.lower(), name)] = content

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """(id, last word of the type, path of the target) of a part's relations."""
        name = relations_of(part)
        if not self.has(name):
            return []
        found = []
        for node in ElementTree.fromstring(self.read(name)):
            target = node.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target))
            found.append((node.get("Id", ""), node.get("Type", "").rpartition("/")[2], path))
        return found

    def relate(self, part: str, relations: str) -> None:
        """Add relations to a part."""
        name = relations_of(part)
        if self.has(name):
            content = self.read(name)
            at = content.rfind(b"</")
            if at < 0:
                content = re.sub(rb"\s*/>\s*\Z", b"></Relationships>", content)
                at = content.rfind(b"</")
            self.write(name, content[:at] + relations.encode() + content[at:])
        else:
            self.write(name, f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'.encode())

    def declare(self, *, default: tuple[str, str], override: tuple[str, str]) -> None:
        """Say of what type a new part is."""
        content = self.read("[Content_Types].xml")
        more = f'<Override PartName="/{override[0]}" ContentType="{override[1]}"/>'
        if f'Extension="{default[0]}"'.encode() not in content:
            more = f'<Default Extension="{default[0]}" ContentType="{default[1]}"/>{more}'
        at = content.rfind(b"</")
        self.write("[Content_Types].xml", content[:at] + more.encode() + content[at:])

    def packed(self) -> bytes:
        box = BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as target:
            for name in self.archive.namelist():
                if name in self.dropped:
                    continue
                content = self.changed.pop(name, None)
                target.writestr(name, self.archive.read(name) if content is None else content)
            for name, content in self.changed.items():
                target.writestr(name, content)
        return box.getvalue()


def relations_of(part: str) -> str:
    """xl/a.xml → xl/_rels/a.xml.rels."""
    return join(dirname(part), "_rels", f"{basename(part)}.rels")
