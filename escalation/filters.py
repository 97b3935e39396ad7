"""What the address may say about a list; unknown values are named to the person and left out of the filter."""

from django import forms

from escalation.models import Deadline, LadderStep
from escalation.rules.gravity import BANDS
from escalation.selectors.lists import SORTS, Criteria
from escalation.selectors.queue import STATE_LABELS, QueueCriteria

PAGE_SIZES = (20, 50, 100)
SIDES = [
    ("", "可查看的全部"),
    ("owes", "我单位应办"),
    ("system", "本系统应办（含县区）"),
    ("supervises", "我单位监管"),
]
STATUSES = [
    ("", "待办（进行中与逾期）"),
    (Deadline.Status.OVERDUE, "只看逾期"),
    (Deadline.Status.OPEN, "只看未到期"),
    (Deadline.Status.MET, "按期办结"),
    (Deadline.Status.MET_LATE, "逾期办结"),
    (Deadline.Status.WAIVED, "已豁免"),
    (Deadline.Status.VOID, "已失效"),
    ("all", "全部"),
]
WITHIN = [
    ("", "不限"),
    ("0", "今天"),
    ("1", "1 个工作日内"),
    ("3", "3 个工作日内"),
    ("5", "5 个工作日内"),
    ("10", "10 个工作日内"),
]
ANY = [("", "不限")]


class DeadlineFilterForm(forms.Form):
    """The filters of `/deadlines/`; choices of rules, areas, types and units are handed in by the page."""

    q = forms.CharField(label="搜索", required=False, max_length=60)
    side = forms.ChoiceField(label="范围", required=False, choices=SIDES)
    status = forms.ChoiceField(label="状态", required=False, choices=STATUSES)
    due_within = forms.TypedChoiceField(label="到期", required=False, choices=WITHIN, coerce=int, empty_value=None)
    rule = forms.ChoiceField(label="时限规则", required=False)
    area = forms.ChoiceField(label="县区", required=False)
    project_type = forms.ChoiceField(label="项目类型", required=False)
    level = forms.TypedChoiceField(
        label="级别", required=False, choices=[("", "不限"), *LadderStep.Level.choices], coerce=int, empty_value=None
    )
    unit = forms.CharField(label="相关单位编码", required=False, max_length=40)
    body = forms.CharField(label="清单单位代码", required=False, max_length=40)
    owner = forms.CharField(label="责任单位编码", required=False, max_length=40)
    project = forms.CharField(label="项目编号", required=False, max_length=40)
    due_from = forms.DateField(label="到期日自", required=False)
    due_to = forms.DateField(label="到期日至", required=False)
    new_this_week = forms.BooleanField(label="本周新增", required=False)
    supervised = forms.BooleanField(label="督办中", required=False)
    ids = forms.CharField(required=False, max_length=4000)

    def __init__(self, data, *, rules, areas, project_types, one_area=False):
        super().__init__(data)
        self.one_area = one_area
        self.fields["rule"].choices = [*ANY, *rules]
        self.fields["area"].choices = [*ANY, *areas]
        self.fields["project_type"].choices = [*ANY, *project_types]

    SELECTS = ("side", "status", "due_within", "rule", "area", "project_type", "level")

    def selects(self):
        """The fields that stand over the list; whose grants reach one area only is not asked for it."""
        return [self[name] for name in self.SELECTS if not (self.one_area and name == "area")]

    def kept(self):
        """The fields that only links set; the form sends them on."""
        return [self[name] for name in self.fields if name not in (*self.SELECTS, "q") and self[name].data]

    def clean_ids(self) -> tuple[int, ...]:
        """As checkboxes send them (`ids=1&ids=2`) and as one address keeps them (`ids=1,2`)."""
        parts = [part for text in self.data.getlist("ids") for part in text.split(",")]
        return tuple(int(part) for part in parts if part.isdecimal() and len(part) < 19)

    def criteria(self) -> Criteria:
        """What was understood of the address."""
        self.is_valid()
        return Criteria(**{name: value for name, value in self.cleaned_data.items() if value not in ("", None)})

    def chips(self) -> list[tuple[str, str, str]]:
        """What is filtered by, as (field, label, words), for the chips that take a filter off again."""
        self.is_valid()
        shown = []
        for name, value in self.cleaned_data.items():
            if value in ("", None, False, ()):
                continue
            field = self.fields[name]
            choices = {str(key): words for key, words in getattr(field, "choices", [])}
            if name == "ids":
                words = f"选中的 {len(value)} 项"
            else:
                words = choices.get(str(value), "是" if value is True else str(value))
            shown.append((name, field.label or "选中", words))
        return shown


class QueueFilterForm(forms.Form):
    """The filters of the review queue."""

    state = forms.ChoiceField(label="状态", required=False, choices=list(STATE_LABELS.items()))
    band = forms.ChoiceField(
        label="轻重", required=False, choices=[*ANY, *((band.code, f"{band.label}（{band.words}）") for band in BANDS)]
    )
    area = forms.ChoiceField(label="县区", required=False)
    rule = forms.ChoiceField(label="时限规则", required=False)
    q = forms.CharField(label="搜索", required=False, max_length=60)

    def __init__(self, data, *, rules, areas, one_area=False):
        super().__init__(data)
        self.one_area = one_area
        self.fields["rule"].choices = [*ANY, *rules]
        self.fields["area"].choices = [*ANY, *areas]

    def selects(self):
        """The lists beside the search; whose grants reach one area only is not asked for it."""
        return [self["rule"]] if self.one_area else [self["area"], self["rule"]]

    def criteria(self) -> QueueCriteria:
        """What was understood of the address."""
        self.is_valid()
        return QueueCriteria(**{name: value for name, value in self.cleaned_data.items() if value})


def sort_from(data) -> str:
    """The sort of the address; the due date where it says none or an unknown one."""
    wanted = data.get("sort", "")
    return wanted if wanted.removeprefix("-") in SORTS else "due_on"


def page_size_from(data) -> int:
    """The page size of the address, one of PAGE_SIZES."""
    wanted = data.get("page_size", "")
    return int(wanted) if wanted.isdigit() and int(wanted) in PAGE_SIZES else PAGE_SIZES[0]
