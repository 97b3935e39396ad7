"""Shape only: what a decision needs is checked by the services."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core import validators

from responsibilities.models import Area, Obstacle, Organization
from responsibilities.rules.roles import ROLE_LABELS

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def speak_plainly() -> None:
    """Django's own texts of what is wrong with an input, as they are said at a counter: what, and what to do."""
    words = {
        forms.Field: {"required": "请填写这一项。"},
        forms.ChoiceField: {"required": "请选择一项。", "invalid_choice": "“%(value)s”不在可选范围内，请重新选择。"},
        forms.IntegerField: {"invalid": "请填写整数。"},
        forms.DecimalField: {"invalid": "请填写数字。"},
        forms.DateField: {"invalid": "日期写法不对，应为 2026-10-08 这样的年月日。"},
        forms.FileField: {
            "required": "请选择文件。",
            "empty": "文件是空的，请检查后重新选择。",
            "max_length": "文件名太长，请改短后重新选择。",
        },
    }
    for field, said in words.items():
        field.default_error_messages = field.default_error_messages | said
    validators.MinValueValidator.message = "不能小于 %(limit_value)s。"
    validators.MaxValueValidator.message = "不能大于 %(limit_value)s。"
    validators.MaxLengthValidator.message = "最多 %(limit_value)d 个字，现在有 %(show_value)d 个字，请写短一些。"
    validators.MinLengthValidator.message = "至少 %(limit_value)d 个字，现在有 %(show_value)d 个字。"
    validators.DecimalValidator.messages = validators.DecimalValidator.messages | {
        "invalid": "请填写数字。",
        "max_digits": "数字太大，最多 %(max)s 位。",
        "max_decimal_places": "小数最多 %(max)s 位。",
        "max_whole_digits": "整数部分最多 %(max)s 位。",
    }


class StyledForm(forms.Form):
    """Inputs in the portal's look; errors are tied to their inputs for screen readers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs.setdefault("class", "form-select")
            elif not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs.setdefault("class", "form-control")


class LoginForm(AuthenticationForm, StyledForm):
    """Says the same whether the account or the password was wrong."""

    error_messages = {
        "invalid_login": "账号或密码不正确，请重新输入。连续输错 5 次将暂停登录 15 分钟。",
        "inactive": "账号或密码不正确，请重新输入。连续输错 5 次将暂停登录 15 分钟。",
    }

    def __init__(self, request=None, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"
        self.fields["username"].widget.attrs.update({"autocomplete": "username", "autofocus": True})


class PasswordForm(StyledForm):
    old_password = forms.CharField(
        label="原密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new_password = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 10 位，不能全是数字，不能与账号或姓名相近。",
    )
    repeated = forms.CharField(
        label="再输一遍新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self):
        data = super().clean()
        if data.get("new_password") and data.get("repeated") and data["new_password"] != data["repeated"]:
            self.add_error("repeated", "两次输入的新密码不一致，请重新输入。")
        return data


class UserForm(StyledForm):
    username = forms.RegexField(
        label="账号",
        max_length=60,
        regex=r"^[A-Za-z0-9_.-]+$",
        help_text="字母、数字、点、横线，登录时使用，建立后不能修改。",
        error_messages={"invalid": "账号只能用字母、数字、点、横线和下划线。"},
    )
    name = forms.CharField(label="姓名", max_length=40)


class UserEditForm(StyledForm):
    name = forms.CharField(label="姓名", max_length=40)
    version = forms.IntegerField(widget=forms.HiddenInput)


class OrganizationField(forms.CharField):
    """A unit by its code, or by its exact name; the page offers names while one types."""

    def to_python(self, value):
        text = super().to_python(value).strip()
        if not text:
            return None
        code = text.split(" ", 1)[0]
        found = list(
            Organization.objects.filter(code=code, is_active=True)[:1]
            or Organization.objects.filter(name=text, is_active=True)[:2]
            or Organization.objects.filter(short_name=text, is_active=True)[:2]
        )
        if len(found) != 1:
            raise forms.ValidationError("没有找到这个单位，请填写单位编码或完整名称（可在单位名录中查找）。")
        return found[0]

    def prepare_value(self, value):
        return value.code if isinstance(value, Organization) else value


class GrantForm(StyledForm):
    organization = OrganizationField(label="单位", help_text="单位编码、全称或简称，例如“甘州区住建局”。")
    role = forms.ChoiceField(label="岗位", choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    area = forms.ModelChoiceField(
        Area.objects.all(), label="限定县区", required=False, empty_label="不限定（按单位所在辖区）"
    )


class EnterpriseForm(StyledForm):
    name = forms.CharField(label="企业名称", max_length=120, help_text="与营业执照一致的全称。")
    uscc = forms.CharField(label="统一社会信用代码", max_length=24, help_text="18 位，见营业执照。")


class ObstacleForm(StyledForm):
    organization = OrganizationField(label="单位", help_text="企业全称或统一社会信用代码。")
    kind = forms.ChoiceField(label="情形", choices=Obstacle.Kind.choices)
    since_on = forms.DateField(label="自何日起", widget=_DATE)
    reason = forms.CharField(
        label="事由",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text="查实的欠薪人数、金额，或列入名单的决定。",
    )
    source = forms.CharField(label="来源", max_length=120, required=False, help_text="案件编号、文号等。")


class LiftForm(StyledForm):
    lifted_on = forms.DateField(label="解除日期", widget=_DATE)
    reason = forms.CharField(label="解除依据", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
    version = forms.IntegerField(widget=forms.HiddenInput)


class TrailForm(forms.Form):
    """The trail's filters; a wrong date is left out and said."""

    who = forms.CharField(label="操作人", required=False, max_length=60)
    action = forms.ChoiceField(label="动作", required=False)
    target = forms.CharField(label="对象", required=False, max_length=60)
    project = forms.CharField(label="项目", required=False, max_length=40)
    date_from = forms.DateField(label="自", required=False, widget=_DATE)
    date_to = forms.DateField(label="至", required=False, widget=_DATE)

    def __init__(self, *args, actions=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", "全部动作"), *actions]
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "action" else "form-control"
