"""一千多个恶意文件逐个交给受限子进程读取：只许有编码的退回或正确的读取。"""

from collections import Counter

from sheets.defence import MB, Limits
from tests.sheets.hostile import FAMILIES, every
from tests.sheets.hostile.trial import PARENT_MAY_GROW, attempt, peak_of_parent

LIMITS = Limits()
TELL_EVERY = 100


def run(tell) -> list[str]:
    """Read them all; returns the files that ended as they must not."""
    wrong, ends, slowest, peak = [], Counter(), [], 0
    start = peak_of_parent()
    for count, (family, seed) in enumerate(every(), start=1):
        result = attempt(family, seed, LIMITS)
        ends[result.end] += 1
        peak = max(peak, result.peak)
        slowest = sorted([*slowest, (result.seconds, result.name)], reverse=True)[:5]
        if result.wrong:
            wrong.append(f"{result.name}：{result.wrong}")
        if count % TELL_EVERY == 0:
            tell(f"{count} 个文件，子进程内存峰值 {peak // MB} MB")
    tell(
        f"{sum(ends.values())} 个文件，{len(FAMILIES)} 类：" + "，".join(f"{end} {n}" for end, n in ends.most_common())
    )
    tell("最慢：" + "，".join(f"{name} {seconds:.1f} 秒" for seconds, name in slowest))
    tell(f"内存峰值：子进程 {peak // MB} MB，父进程 {peak_of_parent() // MB} MB")
    if peak > LIMITS.memory:
        wrong.append(f"子进程内存峰值 {peak // MB} MB，超过上限")
    if peak_of_parent() - start > PARENT_MAY_GROW:
        wrong.append(f"父进程内存增长到 {peak_of_parent() // MB} MB")
    return wrong
