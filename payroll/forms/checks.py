"""Shapes of what 人社 sets: a check's severity, a minimum wage; and of the problem list's filters."""

from django import forms

from payroll.models import CheckSetting
from payroll.rules.checks import FAMILY_LABELS

CITY = "city"


class DayField(forms.DateField):
    def __init__(self, **facts):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **facts)


class AreaForm(forms.Form):
    """Where it applies: `areas` are those that the caller may set, `city` whether the whole city too."""

    area = forms.ChoiceField(label="适用范围")

    def __init__(self, *arguments, areas, city, city_label="全市", **facts):
        super().__init__(*arguments, **facts)
        self._areas = {area.code: area for area in areas}
        self.fields["area"].choices = [
            *([(CITY, city_label)] if city else []),
            *((area.code, area.name) for area in areas),
        ]

    def clean_area(self):
        """The area; None for the whole city."""
        return self._areas.get(self.cleaned_data["area"])


class SeveritySelect(forms.Select):
    """“按全市设置” can't be chosen together with the whole city: the page closes that option then."""

    def create_option(self, name, value, *arguments, **facts):
        option = super().create_option(name, value, *arguments, **facts)
        if value == CheckSetting.Severity.FOLLOW:
            option["attrs"]["data-not-with"] = f"area={CITY}"
        return option


class CheckSettingForm(AreaForm):
    """A new setting of one check. Who may not set an area can't follow the city either."""

    severity = forms.ChoiceField(label="处理方式", choices=CheckSetting.Severity.choices, widget=SeveritySelect)
    in_force_from = DayField(label="生效日期", help_text="从这一天起上传或提交的工资表按新设置核验；已提交的不受影响。")
    reason = forms.CharField(label="理由或文件依据", max_length=200, help_text="写明文号或情况，会公开显示并留痕。")
    field_order = ("area", "severity", "in_force_from", "reason")

    def __init__(self, *arguments, areas, city, **facts):
        super().__init__(*arguments, areas=areas, city=city, **facts)
        if city:
            self.fields["severity"].help_text = "“按全市设置”只用于县区：取消本县区自己的设置。"


class MinimumWageForm(AreaForm):
    """A dated rate with its instrument."""

    monthly = forms.DecimalField(label="月最低工资（元）", max_digits=7, decimal_places=2)
    in_force_from = DayField(label="执行日期")
    instrument = forms.CharField(label="公布文件", max_length=120, help_text="例如：甘政发〔2025〕1号。")
    checked = forms.BooleanField(label="数额无误", required=False)
    field_order = ("area", "monthly", "checked", "in_force_from", "instrument")

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        # The tick stands there once the amount was asked about.
        self.asks = bool(self.data.get("checked"))


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="作废原因", max_length=200)


class ProblemFilterForm(forms.Form):
    """What of a batch's problems is shown; all in the address."""

    q = forms.CharField(required=False)
    family = forms.ChoiceField(required=False, choices=[("", "全部"), *FAMILY_LABELS.items()])
    severity = forms.ChoiceField(
        required=False, choices=[("", "全部"), ("error", "错误"), ("warning", "提示"), ("notice", "说明")]
    )
    code = forms.CharField(required=False)
    sort = forms.CharField(required=False)
