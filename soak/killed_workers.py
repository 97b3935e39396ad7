"""一百次在随机时刻用 SIGKILL 杀死正在读取工资表的真实 worker：一行不少，一行不重，分文不差。"""

import os
import random
import time
from functools import partial

import redis

from tests.cast import build_cast
from tests.factories.payroll import site
from tests.payroll.services import killing
from tests.worker import worker_end, worker_start
from zhangye_wages.launcher.copies import copied_database

SEED = int(os.environ.get("SOAK_SEED", "20261127"))
KILLS = 100
ROWS, NEW = 1_500, 100  # people on each sheet, and how many of them nobody has seen
WHOLE_WORKER = 10  # of so many sheets one loses the whole worker, the others their reading process
PROCESSES = 2
TELL_EVERY = 10
PATIENCE = 3_600.0


def run(tell) -> list[str]:
    """Kill until a hundred blows struck a reader; returns what was lost, doubled or altered."""
    tell(f"种子 {SEED}（环境变量 SOAK_SEED 可另给）；每份 {ROWS} 行，其中 {NEW} 人是新面孔")
    with copied_database("soak_killed_workers"):
        redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
        trial = _Trial(random.Random(SEED))
        try:
            return trial.run(tell)
        finally:
            worker_end(trial.worker)


class _Trial:
    def __init__(self, chance: random.Random) -> None:
        self.chance, self.project = chance, site(build_cast())
        self.worker = worker_start(PROCESSES)
        self.batches, self.struck, self.whole, self.missed = [], 0, 0, 0

    def run(self, tell) -> list[str]:
        lasts = min(killing.lasting(self._sheet()) for _warm_up in range(3))
        tell(f"不受打扰时读一份用 {lasts:.2f} 秒")
        begun, told = time.monotonic(), 0
        while self.struck < KILLS:
            if time.monotonic() - begun > PATIENCE:
                return [f"{PATIENCE:.0f} 秒内只击中 {self.struck} 次"]
            batch, kills = self._sheet(), min(self.chance.choice((1, 2)), KILLS - self.struck)
            whole = len(self.batches) % WHOLE_WORKER == 0
            kill = self._kill_worker if whole else partial(killing.kill_readers, self.worker.pid)
            struck = killing.read_with_kills(batch, kill, kills, lasts, self.chance)
            killing.finish(batch)
            self.struck += struck
            self.whole += struck if whole else 0
            self.missed += struck < kills
            if self.struck // TELL_EVERY > told:
                told = self.struck // TELL_EVERY
                tell(f"已击中 {self.struck} 次，读完 {len(self.batches)} 份")
        rows = ROWS * len(self.batches)
        attempts = sum(batch.attempts for batch in self.batches)
        tell(
            f"击中 {self.struck} 次（{self.whole} 次是整个 worker），另有 {self.missed} 次来时已读完；"
            f"{len(self.batches)} 份 {rows} 行，共读 {attempts} 次"
        )
        wrong = killing.wrong_with(self.batches, ROWS, ROWS + NEW * (len(self.batches) - 1))
        if attempts != len(self.batches) + self.struck:
            wrong.append(f"{len(self.batches)} 份被击中 {self.struck} 次，却读了 {attempts} 次")
        if not wrong:
            tell("每份恰好一版，人、卡、行、留痕各一份，各行、批次、原件三处实发合计相等")
        return wrong

    def _sheet(self):
        number = len(self.batches)
        batch = killing.sheet(self.project, number, rows=ROWS, beginning=number * NEW + 1)
        self.batches.append(batch)
        return batch

    def _kill_worker(self) -> None:
        killing.kill_worker(self.worker.pid)
        self.worker.wait()
        self.worker = worker_start(PROCESSES)
