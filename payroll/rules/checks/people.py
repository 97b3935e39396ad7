"""People: known on this site, of age, there when they are paid for, and paid once."""

from payroll.rules.checks.declared import CHILD_LABOUR, LEDGER, REAL_NAME, TO_ONES_OWN_CARD, Check, Family
from payroll.rules.checks.telling import Telling
from payroll.rules.facts import KnownWorker
from responsibilities.rules.identifiers import age_on, date_of, mask_id, sex


class UnknownWorker(Check):
    code = "unknown_worker"
    title = "不在花名册"
    what = (
        "工人不在本项目的花名册里，或者没有登记进场、只从提交过的工资表得知。第一个月没有花名册时不提示；"
        "项目还没有登记过任何人进场的，后一种也不提示。"
    )
    family = Family.PEOPLE
    message = "{name}（{shown}）不在本项目的花名册里。请先办理实名登记和进场，或核对身份证号。"
    from_pay_message = "{name}（{shown}）没有登记进场，只从提交过的工资表得知。请补办实名登记和进场，或核对身份证号。"
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
    fixed = "超龄不影响领取工资，只作提示，不能改为不得提交。"
    message = "{name}已 {age} 周岁，超过 {limit} 周岁。请核实用工是否合规、保险是否齐全。"
    figures = ("worker_overage_male", "worker_overage_female")


class PaidBeforeEntry(Check):
    code = "paid_before_entry"
    title = "进场前发工资"
    what = "工人登记的进场日期晚于工资月份；没有进出场记录的不核验。"
    family = Family.PEOPLE
    message = "{name}登记的进场日期是 {entered}，晚于{month}。请核对进场日期或工资月份。"
    basis = REAL_NAME


class PaidAfterExit(Check):
    code = "paid_after_exit"
    title = "退场后发工资"
    what = "工人在工资月份之前已登记退场；没有进出场记录的不核验。"
    family = Family.PEOPLE
    message = "{name}已于 {left} 退场，{month}没有在场记录。属退场结算的请在备注中写明，否则请核对。"
    basis = REAL_NAME


class DaysOverStay(Check):
    code = "days_over_stay"
    title = "天数多于在场天数"
    what = "工资表的出勤天数多于进出场记录在当月的天数。"
    family = Family.PEOPLE
    message = "{name}的出勤天数是 {days} 天，{month}登记在场只有 {stayed} 天。请核对进出场日期和天数。"
    basis = REAL_NAME


class PaidByOtherEmployer(Check):
    code = "paid_by_other_employer"
    title = "同月在另一用工单位领工资"
    what = "同一人同一月已在本项目另一家用工单位提交的工资表里。"
    family = Family.PEOPLE
    message = (
        "{name}{month}的工资已在本项目另一家用工单位提交的工资表里。请核对是否重复申报；月中调整班组的请在备注中写明。"
    )
    basis = LEDGER


class NoContract(Check):
    code = "no_contract"
    title = "没有劳动合同或书面协议"
    what = "工资月份内没有有效的劳动合同或用工书面协议；项目没有登记过任何合同时不核验。"
    family = Family.PEOPLE
    message = "{name}{month}没有登记有效的劳动合同或用工书面协议。请补签并登记；未签订的不得进入施工现场。"
    basis = REAL_NAME


class RosterLeftOut(Check):
    code = "roster_left_out"
    title = "在场人员没有上表"
    what = (
        "本单位花名册上当月在场至少一天、工资表里没有、本项目当月其他已提交的工资表和补发里也没有的人；"
        "没有登记进场、只从工资表得知的不算，补发不核验。"
    )
    family = Family.PEOPLE
    whole_batch = True
    message = "花名册上有 {people} 人{month}在场，表里没有：{names}。没有出勤的请核对进出场登记，有出勤的请补上。"
    basis = TO_ONES_OWN_CARD


class PeopleChecks(Telling):
    """What the roster and the birth date say of a row."""

    def _on_roster(self, row: int, name: str, id_number: str, card: str | None) -> KnownWorker | None:
        worker = self.facts.worker_of(id_number)
        if worker is None:
            self.say(row, "id_number", UnknownWorker, name=name, shown=mask_id(id_number))
            return None
        if not worker.registered:
            shown = mask_id(id_number)
            self.say(row, "id_number", UnknownWorker, UnknownWorker.from_pay_message, name=name, shown=shown)
        if name and worker.name != name:
            self.say(row, "name", NameDiffers, name=name, known=worker.name)
        if card is not None:
            self._known_card(row, name, worker, card)
        return worker

    def _age(self, row: int, name: str, id_number: str) -> None:
        ages, born = self.facts.ages, id_number[6:14]
        age = self._age_of.get(born)
        if age is None:
            age = self._age_of[born] = age_on(date_of(born), self._last_day)
        if self._youngest <= age <= self._oldest:
            return
        if ages.minimum is not None and age < ages.minimum:
            self.say(row, "id_number", Underage, name=name, month=self.month.chinese, age=age, limit=ages.minimum)
        oldest = ages.male if sex(id_number) == "男" else ages.female
        if oldest is not None and age > oldest:
            self.say(row, "id_number", Overage, name=name, age=age, limit=oldest)
