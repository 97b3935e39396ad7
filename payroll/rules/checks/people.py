"""People: known on this site, of age, there when they are paid for, and paid once."""

from payroll.rules.checks.declared import CHILD_LABOUR, REAL_NAME, Check, Family
from payroll.rules.checks.telling import Telling
from payroll.rules.facts import KnownWorker
from responsibilities.rules.identifiers import age_on, date_of, mask_id, sex


class UnknownWorker(Check):
    code = "unknown_worker"
    title = "不在花名册"
    what = "工人不在本项目的花名册里；第一个月没有花名册时不提示。"
    family = Family.PEOPLE
    message = "{name}（{shown}）不在本项目的花名册里。请先办理实名登记和进场，或核对身份证号。"
    basis = REAL_NAME


class NameDiffers(Check):
    code = "name_differs"
    title = "姓名与登记的不同"
    what = "同一身份证号在花名册或系统里登记的是另一个姓名。"
    family = Family.PEOPLE
    message = "表里写的是{name}，花名册里这个身份证号是{known}。请核对姓名。"
    elsewhere_message = "{name}（{shown}）的身份证号在系统中登记的是另一个姓名。请对照身份证核对姓名和号码。"
    basis = REAL_NAME


class Underage(Check):
    code = "underage"
    title = "未满最低就业年龄"
    what = "到工资月份月底未满最低就业年龄。"
    family = Family.PEOPLE
    message = "{name}到{month}月底只有 {age} 周岁，未满 {limit} 周岁。禁止使用童工，请立即核实。"
    basis = CHILD_LABOUR
    figures = ("worker_minimum_age",)


class Overage(Check):
    code = "overage"
    title = "超龄"
    what = "男、女超过提示年龄。超龄不影响领取工资。"
    family = Family.PEOPLE
    message = "{name}已 {age} 周岁，超过 {limit} 周岁。请核实用工是否合规、保险是否齐全。"
    figures = ("worker_overage_male", "worker_overage_female")


class PeopleChecks(Telling):
    """What the roster and the birth date say of a row."""

    def _on_roster(self, row: int, name: str, id_number: str, card: str | None) -> KnownWorker | None:
        worker = self.facts.worker_of(id_number)
        if worker is None:
            self.say(row, "id_number", UnknownWorker, name=name, shown=mask_id(id_number))
            return None
        if name and worker.name != name:
            self.say(row, "name", NameDiffers, name=name, known=worker.name)
        if card is not None:
            self._known_card(row, name, worker, card)
        return worker

    def _age(self, row: int, name: str, id_number: str) -> None:
        ages, age = self.facts.ages, age_on(date_of(id_number[6:14]), self._last_day)
        if ages.minimum is not None and age < ages.minimum:
            self.say(row, "id_number", Underage, name=name, month=self.month.chinese, age=age, limit=ages.minimum)
        oldest = ages.male if sex(id_number) == "男" else ages.female
        if oldest is not None and age > oldest:
            self.say(row, "id_number", Overage, name=name, age=age, limit=oldest)
