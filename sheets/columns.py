"""Columns as small declared classes that know the titles by which they are called.

A caller declares its columns (`class NetPay(Column): name = "net_pay"; …`) and passes the set to
`sheets.headers.find_header`. Titles are compared after normalising: inner spaces, line breaks, asterisks and
full-width brackets are noise; a unit in brackets may stay or go.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

NOISE = re.compile(r"[\s*★☆※:;、,。.·\"'“”‘’_\u200b-\u200f\ufeff]+")
BRACKETS = re.compile(r"[(\[{【〔<《][^)\]}】〕>》]*[)\]}】〕>》]")
BRACKET_MARKS = re.compile(r"[()\[\]{}【】〔〕<>《》]")
# Leaves that say nothing without the title above them.
GENERIC = frozenset("小计 合计 总计 金额 天数 号码 名称 数量 日期 计 元 本月 其他 扣款 单价 标准 工时".split())
TOTALS = frozenset("小计 合计 总计 金额 计 元 数额".split())
SUM = 300  # less than any whole title


@lru_cache(maxsize=4096)
def normalise(title: str) -> str:
    """姓 名 → 姓名, ＊实发工资（元） → 实发工资(元)."""
    return NOISE.sub("", unicodedata.normalize("NFKC", title)).lower()


def bare(title: str) -> str:
    """A normalised title without its bracketed part."""
    return BRACKETS.sub("", title)


@lru_cache(maxsize=4096)
def _forms(title: str) -> tuple[str, str]:
    """A title without its bracket marks, and without its bracketed part: every column asks for them."""
    return BRACKET_MARKS.sub("", title), bare(title)


class Column:
    """One canonical column. Subclasses only declare.

    `synonyms` are whole titles, best first; `patterns` regular expressions for whole titles, tried
    after every synonym; `never` are pieces of a title that rule this column out; `under` is a regular expression
    for whole titles above, which only gather columns: under them a leaf that says nothing alone (GENERIC) is this
    column. `sums` is one for titles above whose total is.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    synonyms: ClassVar[tuple[str, ...]] = ()
    patterns: ClassVar[tuple[str, ...]] = ()
    never: ClassVar[tuple[str, ...]] = ()
    under: ClassVar[str] = ""
    sums: ClassVar[str] = ""
    kind: ClassVar[str] = "text"
    required: ClassVar[bool] = False

    _ranks: ClassVar[dict[str, int]]
    _patterns: ClassVar[tuple[re.Pattern[str], ...]]
    _under: ClassVar[re.Pattern[str] | None]
    _sums: ClassVar[re.Pattern[str] | None]

    def __init_subclass__(cls, **kwargs) -> None:
        super().__init_subclass__(**kwargs)
        titles = ([cls.title] if "title" in cls.__dict__ else []) + list(cls.synonyms)
        cls._ranks = {}
        for rank, title in enumerate(titles):
            cls._ranks.setdefault(normalise(title), rank)
        cls._patterns = tuple(re.compile(pattern) for pattern in cls.patterns)
        cls._under = re.compile(cls.under) if cls.under else None
        cls._sums = re.compile(cls.sums) if cls.sums else None

    @classmethod
    def score(cls, path: Sequence[str]) -> int:
        """How well a title fits, 0 for not at all. `path` holds normalised titles, top down."""
        if not path:
            return 0
        whole = "".join(path)
        if any(piece in whole for piece in cls.never):
            return 0
        leaf, parents = path[-1], path[:-1]
        best = 0
        if not parents or bare(leaf) not in GENERIC:
            best = cls._fit(leaf)
        elif cls._under and all(cls._under.fullmatch(bare(parent)) for parent in parents):
            best = cls._fit(leaf) - 3
        for depth in range(1, len(parents) + 1):
            joined = "".join(parents[-depth:])
            best = max(best, cls._fit(joined + leaf) - 2)
            if bare(leaf) in TOTALS:
                best = max(best, cls._fit(joined) - 3, SUM if cls._sums and cls._sums.fullmatch(bare(joined)) else 0)
        return max(best, 0)

    @classmethod
    def _fit(cls, title: str) -> int:
        unmarked, short = _forms(title)
        for form, loss in ((title, 0), (unmarked, 1), (short, 2)):
            if form and (rank := cls._ranks.get(form)) is not None:
                return 1000 - 4 * rank - loss
        for rank, pattern in enumerate(cls._patterns):
            if (short and pattern.fullmatch(short)) or pattern.fullmatch(title):
                return 400 - 4 * rank
        return 0
