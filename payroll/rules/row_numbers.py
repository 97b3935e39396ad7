"""Row numbers as people write them: 5、7-9."""

import re
import unicodedata

AT_MOST = 500
SAY_HOW = "行号写法不对，请写成 5、7-9 这样。"
_PART = re.compile(r"(\d{1,7})(?:[-–—~至到](\d{1,7}))?")


def row_numbers(text: str) -> list[int]:
    """The numbers in order, each once; raises ValueError with a sentence where they can't be read or are too many."""
    found: set[int] = set()
    # Full-width figures and signs are what a Chinese keyboard writes.
    plain = re.sub(r"\s*([-–—~至到])\s*", r"\1", unicodedata.normalize("NFKC", text))
    for part in re.split(r"[\s,、;。]+", plain.strip()):
        if not part:
            continue
        said = _PART.fullmatch(part.removeprefix("第").removesuffix("行"))
        if said is None:
            raise ValueError(SAY_HOW)
        first, last = int(said[1]), int(said[2] or said[1])
        if last < first:
            raise ValueError(f"“{part}”前大后小，请写成从小到大。")
        if last - first >= AT_MOST or len(found) + last - first >= AT_MOST:
            raise ValueError(f"一次最多写 {AT_MOST} 行。整份都要改的，不用写行号，在退回理由里写明。")
        found.update(range(first, last + 1))
    return sorted(found)
