"""Shapes of the attendance pages' forms."""

from django import forms
from django.conf import settings

from payroll.forms import ACCEPTED_FILES, OWN, MonthField
from payroll.models import AttendanceSheet
from payroll.rules.employers import OWN_CREWS


class ProjectEmployerForm(forms.Form):
    """A project of the caller's and for whom; `employers` are the services' organizations, None the own crews."""

    project = forms.ChoiceField(label="项目")
    employer = forms.ChoiceField(label="用工单位")

    def __init__(self, *arguments, projects, employers, **facts):
        super().__init__(*arguments, **facts)
        self.employers = employers
        self.fields["project"].choices = [
            ("", "请选择项目"),
            *((project.code, f"{project.name}（{project.code}）") for project in projects),
        ]
        self.fields["employer"].choices = [(one.code, one.name) if one else (OWN, OWN_CREWS) for one in employers] or [
            ("", "请先选择项目")
        ]

    @property
    def subcontractor(self):
        """The subcontractor chosen, None for the general contractor's own crews."""
        code = self.cleaned_data["employer"]
        return next((one for one in self.employers if one and one.code == code), None) if code != OWN else None


class AttendanceUploadForm(ProjectEmployerForm):
    """Project, month, employer, file."""

    month = MonthField(label="考勤月份")
    file = forms.FileField(
        label="考勤文件",
        error_messages={"required": "请选择考勤文件。", "empty": "文件是空的，请检查后重新选择。"},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        megabytes = settings.PORTAL_UPLOAD_LIMIT // (1024 * 1024)
        self.fields["file"].help_text = f"支持 .xlsx、.xls、.csv，不超过 {megabytes} MB。"


class AttendanceFilterForm(forms.Form):
    """The list's filters, all in the address."""

    q = forms.CharField(label="项目", required=False, max_length=60)
    month = MonthField(label="考勤月份", required=False)
    status = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "未作废的"), *AttendanceSheet.Status.choices, ("all", "全部")],
    )


class SameDayFilterForm(forms.Form):
    """One month's worker-days on several sites: whom, where."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    month = MonthField(label="月份", required=False)
    area = forms.ChoiceField(label="县区", required=False)
    contractor = forms.ChoiceField(label="施工总承包单位", required=False)

    def __init__(self, *arguments, areas, contractors, **facts):
        super().__init__(*arguments, **facts)
        self.fields["area"].choices = [("", "全部县区"), *areas]
        self.fields["contractor"].choices = [("", "全部单位"), *contractors]


class ConfirmForm(forms.Form):
    """What the person saw when confirming: the version and the number of people."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    matched = forms.IntegerField(widget=forms.HiddenInput)


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
