"""Sixty projects over all areas and types: some clean, some late, some that nobody cared for."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from escalation.rules.workdays import Calendar
from projects.models import Approval, Contract, FourPartyAssignment, Project, ProjectParty, ProjectType
from projects.services.approvals import receipt_number
from projects.services.parties import body_codes
from projects.services.projects import name_keys
from responsibilities.models import Area, Organization
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.selectors.organizations import units_by_area_unscoped
from responsibilities.services import vault
from zhangye_wages.demo import words

Part = ProjectParty.Part
AREA_SHARES = {"620702": 16, "620723": 8, "620724": 8, "620725": 8, "620722": 8, "620721": 5, "620799": 7}
TYPE_SHARES = {
    "building": 15,
    "municipal": 8,
    "transport": 9,
    "water": 8,
    "agriculture": 8,
    "energy": 5,
    "mining": 2,
    "telecom": 1,
    "railway": 2,
    "aviation": 1,
    "other": 1,
}
PRIVATE_TYPES = ("building", "energy")
SPECIALISTS = {"transport": 2, "water": 4, "municipal": 5, "agriculture": 7, "energy": 8, "mining": 10}
DEVELOPER_OF_AREA = {"620702": 1, "620723": 2, "620724": 3, "620725": 4, "620722": 5, "620721": 6, "620799": 7}
# How carefully an area's people work: shares of clean, sloppy and neglected projects.
AREA_CARE = {
    "620702": (55, 28, 17),
    "620723": (88, 12, 0),
    "620724": (96, 4, 0),
    "620725": (34, 30, 36),
    "620722": (80, 20, 0),
    "620721": (64, 24, 12),
    "620799": (50, 30, 20),
}
CONTRACT_RATIOS = {
    "agriculture": "0.1800",
    "energy": "0.1200",
    "mining": "0.2000",
    "telecom": "0.1500",
    "other": "0.1600",
}


@dataclass
class Story:
    """One project's course. `care` 0 clean, 1 sloppy, 2 neglected; `months` of work when finished."""

    project: Project
    care: int
    months: int
    developer: Organization
    contractor: Organization
    subcontractors: list[Organization]
    bank: Organization
    units: dict[str, Organization]
    contract: Contract | None = None
    approvals: list[Approval] = field(default_factory=list)


class Projects:
    """Draws the stories; the same random numbers, the same city."""

    def __init__(self, random: Random, today: datetime.date, calendar: Calendar, enterprises: dict, users: dict):
        self.random = random
        self.today = today
        self.calendar = calendar
        self.enterprises = enterprises
        self.users = users
        self.areas = {area.code: area for area in Area.objects.all()}
        self.types = {row.code: row for row in ProjectType.objects.select_related("industry_body")}
        self.units = units_by_area_unscoped()

    def draw(self, count: int) -> list[Story]:
        stories = [self._story(number) for number in range(count)]
        Project.objects.bulk_create(story.project for story in stories)
        self._parties(stories)
        self._contracts(stories)
        self._four_party(stories)
        self._approvals(stories)
        return stories

    def _story(self, number: int) -> Story:
        random = self.random
        area_code = self._pick(AREA_SHARES, number)
        type_code = self._pick(TYPE_SHARES, number)
        care = 0 if number == 0 else random.choices((0, 1, 2), AREA_CARE[area_code])[0]
        nature = "private" if type_code in PRIVATE_TYPES and random.random() < 0.45 else "government"
        if nature == "government" and random.random() < 0.25:
            nature = "state_owned"
        value = Decimal(random.randrange(480, 26000)) * 10000
        months = random.randrange(7, 16)
        project = Project(
            code=f"{area_code}-{self.today:%y}{number + 1:03d}",
            area=self.areas[area_code],
            project_type=self.types[type_code],
            name=self._name(number, area_code, type_code),
            funding_nature=nature,
            funding_source=self._funding_source(nature, care),
            funds_in_place=True if care < 2 else random.choice((True, None, False)),
            contract_value=value,
            address=f"{self.areas[area_code].name}{random.choice(words.PLACES[area_code])}",
        )
        for name, text in name_keys(project.name).items():
            setattr(project, name, text)
        self._dates(project, number, care, months)
        contractor = 0 if number % 6 == 0 else SPECIALISTS.get(type_code, random.randrange(12))
        developer = 0 if number % 7 == 0 else DEVELOPER_OF_AREA[area_code]
        if nature == "private":
            developer = 10 if type_code == "energy" else random.choice((8, 9))
        return Story(
            project=project,
            care=care,
            months=months,
            developer=self.enterprises[f"developer-{developer}"],
            contractor=self.enterprises[f"contractor-{contractor}"],
            subcontractors=[
                self.enterprises[f"subcontractor-{position}"]
                for position in sorted({0 if number % 6 == 0 else random.randrange(1, 8), random.randrange(8)})
            ][: random.choice((1, 1, 2))],
            bank=self.enterprises[f"bank-{0 if number % 3 == 0 else random.randrange(4)}"],
            units={
                part: self.units[body, area_code] for part, body in body_codes(project.project_type, nature).items()
            },
        )

    def _pick(self, shares: dict[str, int], number: int) -> str:
        """By its share; the first projects take one of each, so that none is missing."""
        if number < len(shares):
            return list(shares)[number]
        return self.random.choices(list(shares), list(shares.values()))[0]

    def _name(self, number: int, area_code: str, type_code: str) -> str:
        if number == 0:
            return "甘州区滨河新区安置房三期项目"
        place = self.random.choice(words.PLACES[area_code])
        site = self.random.choice(words.SITES[type_code]).format(place=place)
        stage = self.random.choice(("", "", "（一期）", "（二期）", "（一标段）", "（二标段）"))
        return f"{self.areas[area_code].short_name}{site}{stage}"

    def _funding_source(self, nature: str, care: int) -> str:
        if care == 2 and self.random.random() < 0.3:
            return ""
        sources = {
            "government": ("中央预算内投资和地方配套", "地方政府专项债券", "县级财政资金", "省级补助和县级配套"),
            "state_owned": ("企业自筹和银行贷款",),
            "private": ("企业自筹", "企业自筹和银行贷款"),
        }
        return self.random.choice(sources[nature])

    def _dates(self, project: Project, number: int, care: int, months: int) -> None:
        """Six in ten run, one in six has not begun, the others are completed."""
        random, day = self.random, datetime.timedelta(days=1)
        fate = 0.5 if number == 0 else random.random()
        if fate < 0.16:
            project.planned_start_on = self.today + day * random.randrange(10, 90)
            project.planned_completion_on = project.planned_start_on + day * 30 * months
            return
        ago = random.randrange(8, 200) if fate < 0.85 else random.randrange(150, 330)
        if number == 0:
            ago = 128
        project.actual_start_on = self.today - day * ago
        project.planned_start_on = project.actual_start_on - day * random.randrange(0, 20)
        project.planned_completion_on = project.planned_start_on + day * 30 * months
        if fate >= 0.85:
            project.completed_on = self.today - day * random.randrange(5, 80)
        self._enrol(project, care)

    def _enrol(self, project: Project, care: int) -> None:
        due = project.actual_start_on + datetime.timedelta(days=30)
        late = {0: -1, 1: 0.2, 2: 0.5}[care]
        if self.random.random() < late:
            if care == 2 and self.random.random() < 0.6:
                return
            enrolled = due + datetime.timedelta(days=self.random.randrange(3, 25))
        else:
            enrolled = project.actual_start_on + datetime.timedelta(days=self.random.randrange(2, 29))
        if enrolled <= self.today:
            project.enrolled_on = enrolled
            project.platform_code = f"LMG{project.code.replace('-', '')}"

    def _parties(self, stories: list[Story]) -> None:
        rows = []
        for story in stories:
            project = story.project
            rows += [
                ProjectParty(project=project, part=Part.DEVELOPER, organization=story.developer),
                ProjectParty(
                    project=project,
                    part=Part.GENERAL_CONTRACTOR,
                    organization=story.contractor,
                    awarded_by=story.developer,
                ),
                ProjectParty(project=project, part=Part.BANK, organization=story.bank),
                *(
                    ProjectParty(
                        project=project, part=Part.SUBCONTRACTOR, organization=sub, awarded_by=story.contractor
                    )
                    for sub in story.subcontractors
                ),
                *(ProjectParty(project=project, part=part, organization=unit) for part, unit in story.units.items()),
            ]
        ProjectParty.objects.bulk_create(rows)

    def _contracts(self, stories: list[Story]) -> None:
        for story in stories:
            project, random = story.project, self.random
            start = project.actual_start_on or project.planned_start_on
            ratio = CONTRACT_RATIOS.get(project.project_type.code, random.choice((None, None, "0.2500", "0.3200")))
            story.contract = Contract(
                project=project,
                kind=Contract.Kind.GENERAL,
                number=f"ZC-{project.code}",
                employer=story.developer,
                contractor=story.contractor,
                signed_on=min(start - datetime.timedelta(days=random.randrange(12, 40)), self.today),
                value=project.contract_value,
                labour_cost_ratio=Decimal(ratio) if ratio else None,
                allocation_day=random.choice((None, 20, 25, 28)),
                measuring_cycle="按月计量",
            )
        rows = [story.contract for story in stories]
        rows += [
            Contract(
                project=story.project,
                kind=Contract.Kind.SUBCONTRACT,
                number=f"FB-{story.project.code}-{position + 1}",
                employer=story.contractor,
                contractor=sub,
                signed_on=story.contract.signed_on,
                value=(story.project.contract_value * Decimal("0.18")).quantize(Decimal("0.01")),
            )
            for story in stories
            for position, sub in enumerate(story.subcontractors)
        ]
        Contract.objects.bulk_create(rows)

    def _four_party(self, stories: list[Story]) -> None:
        rows = []
        for story in stories:
            four = {
                "developer": story.developer,
                "competent_unit": story.units[Part.INDUSTRY_UNIT],
                "industry_unit": story.units[Part.INDUSTRY_UNIT],
                "human_resources": story.units[Part.HUMAN_RESOURCES],
            }
            for part, organization in four.items():
                if story.care == 2 and self.random.random() < 0.4:
                    continue
                phone = words.mobile(self.random)
                rows.append(
                    FourPartyAssignment(
                        project=story.project,
                        part=part,
                        organization=organization,
                        person_name=words.person(self.random),
                        telephone_sealed=vault.seal_text(phone, "phone"),
                        telephone_last4=phone[-4:],
                    )
                )
        FourPartyAssignment.objects.bulk_create(rows)

    def _approvals(self, stories: list[Story]) -> None:
        for story in stories:
            project = story.project
            start = project.actual_start_on or project.planned_start_on
            area = project.area.code
            industry = story.units[Part.INDUSTRY_UNIT]
            planned = (
                (Approval.Kind.PROJECT_APPROVAL, 110, self.units["fgw", area], "发改审批"),
                (Approval.Kind.AWARD, 45, self.units["ggzy", area], "中标通知"),
                (Approval.Kind.CONSTRUCTION_PERMIT, 14, industry, "施工许可"),
            )
            for kind, before, unit, prefix in planned:
                approved = start - datetime.timedelta(days=before + self.random.randrange(-6, 7))
                if kind == Approval.Kind.CONSTRUCTION_PERMIT and story.care == 2 and self.random.random() < 0.5:
                    approved = start + datetime.timedelta(days=self.random.randrange(3, 20))
                if approved < self.today:
                    story.approvals.append(self._approval(story, kind, approved, unit, prefix))
        self._fresh_approvals(stories)
        rows = [approval for story in stories for approval in story.approvals]
        Approval.objects.bulk_create(rows)
        for row in rows:
            if row.pushed_at:
                row.receipt_number = receipt_number(row.pk, row.pushed_at)
        Approval.objects.bulk_update(rows, ["receipt_number"], batch_size=500)
        ProjectParty.objects.bulk_create(
            (
                ProjectParty(project=row.project, part=Part.APPROVING_UNIT, organization=row.approving_unit)
                for row in rows
            ),
            ignore_conflicts=True,
        )

    def _fresh_approvals(self, stories: list[Story]) -> None:
        """What lies on the desks today: approvals of the last days, due, due today, overdue."""
        waiting = [story for story in stories if story.project.completed_on is None]
        for days_ago, story in zip((0, 1, 2, 3, 4, 5, 7, 9, 12, 1, 2, 6), waiting, strict=False):
            area = story.project.area.code
            unit = self.units["fgw", area] if days_ago % 2 else self.units["zjj", area]
            approved = self.calendar.on_or_before(self.today - datetime.timedelta(days=days_ago))
            approval = self._approval(story, Approval.Kind.BUDGET_ESTIMATE, approved, unit, "概算批复")
            approval.pushed_at = approval.confirmed_at = approval.confirmed_by = None
            story.approvals.append(approval)

    def _approval(self, story: Story, kind, approved: datetime.date, unit, prefix: str) -> Approval:
        project, random = story.project, self.random
        breaches = []
        if not project.funding_source:
            breaches.append(Approval.Breach.NO_FUNDING_SOURCE)
        if kind == Approval.Kind.CONSTRUCTION_PERMIT:
            if project.funds_in_place is False:
                breaches.append(Approval.Breach.FUNDS_NOT_IN_PLACE)
            if project.actual_start_on and approved > project.actual_start_on:
                breaches.append(Approval.Breach.PERMIT_AFTER_START)
        approval = Approval(
            project=project,
            kind=kind,
            number=f"{unit.short_name}{prefix}〔{approved.year}〕{random.randrange(1, 600)}号",
            approved_on=approved,
            funding_source=project.funding_source,
            approving_unit=unit,
            breaches=breaches,
        )
        late = {0: 0.02, 1: 0.2, 2: 0.35}[story.care]
        wait = random.randrange(4, 14) if random.random() < late else random.randrange(0, 4)
        pushed_on = self.calendar.add_workdays(approved, wait)
        recent = (self.today - approved).days < 40
        if pushed_on <= self.today and not (recent and story.care == 2):
            moment = datetime.time(random.randrange(9, 17), random.randrange(60))
            approval.pushed_at = datetime.datetime.combine(pushed_on, moment, SHANGHAI)
            if random.random() < 0.7:
                approval.confirmed_at = approval.pushed_at + datetime.timedelta(minutes=random.randrange(5, 50))
                approval.confirmed_by = self.users["rsj_city"]
        return approval
