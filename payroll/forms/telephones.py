"""Shape of what 人社 says about telephones for complaints; the service decides."""

from django import forms

from payroll.forms.checks import AreaForm

COUNTRY = "全国通用（全市海报都显示）"


class TelephoneForm(AreaForm):
    """A number as posters, notices and workers' pages show it."""

    name = forms.CharField(label="名称", max_length=60, help_text="例如：甘州区劳动保障监察大队。")
    number = forms.CharField(
        label="电话",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text="固定电话写区号，例如 0936-8212333；热线写短号，例如 12333。",
    )
    ordinal = forms.IntegerField(label="次序", min_value=1, max_value=99, initial=1, help_text="小的排在前面。")
    field_order = ("area", "name", "number", "ordinal")

    def __init__(self, *arguments, city, **facts):
        super().__init__(*arguments, city=city, **facts)
        if city:
            # A local number must not land on every poster of the city because nobody looked at the first field.
            self.fields["area"].choices = [("", "请选择"), *self.fields["area"].choices]


class TelephoneWithdrawForm(forms.Form):
    reason = forms.CharField(label="停用原因", max_length=200)
