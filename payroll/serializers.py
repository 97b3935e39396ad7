"""Shapes of payroll batches in the API; no personal data."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payroll.models import BankResult, BatchAct, PayContest, PayoutFile, PayrollBatch, PayrollRemark
from payroll.rules.contests import ACT_WORDS
from payroll.rules.places import Place
from payroll.selectors.confirmations import answer_counts_unscoped
from responsibilities.models import Organization


class PayrollBatchSerializer(serializers.ModelSerializer):
    """工资批次: state, counts, totals."""

    project = serializers.SlugRelatedField("code", read_only=True)
    subcontractor = serializers.SlugRelatedField("code", read_only=True)
    month = serializers.DateField(source="month_on", format="%Y-%m", read_only=True)

    class Meta:
        model = PayrollBatch
        fields = (
            "id",
            "project",
            "month",
            "subcontractor",
            "kind",
            "sequence",
            "reason",
            "status",
            "stage",
            "rows",
            "rows_done",
            "accepted",
            "rejected",
            "total_net",
            "declared_total_net",
            "refused_code",
            "refused_message",
            "uploaded_at",
            "submitted_at",
            "supersedes",
            "version",
        )


class PayrollRemarkSerializer(serializers.ModelSerializer):
    """A remark at a row or cell of the sheet."""

    class Meta:
        model = PayrollRemark
        fields = ("sheet_no", "row", "cell", "code", "severity", "message")


class BatchActSerializer(serializers.ModelSerializer):
    """One act of the month's flow: what, when, by whom, with which reason or signature."""

    by = serializers.CharField(source="by.name", default=None, read_only=True)

    class Meta:
        model = BatchAct
        fields = ("act", "at", "by", "signed_name", "statement", "reason", "facts")


class AnswerCountsSerializer(serializers.Serializer):
    """How many workers were asked, confirmed (on paper), contested, and said nothing."""

    asked = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    on_paper = serializers.IntegerField()
    contested = serializers.IntegerField()
    silent = serializers.IntegerField()


class AuditSerializer(serializers.Serializer):
    """审核通过: as it was seen, signed; a reason where contests or missing confirmations need one."""

    version = serializers.IntegerField()
    signed_name = serializers.CharField(
        max_length=60,
        required=False,
        allow_null=True,
        default=None,
        help_text="审核人姓名，即对审核声明的签名，须与令牌所属用户的姓名一致。暂可不填（记为未具名），以后将为必填",
    )
    reason = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")


class PlaceSerializer(serializers.Serializer):
    """A row of one sheet of the file."""

    sheet_no = serializers.IntegerField(min_value=1, help_text="在批次 sheet_names 中的位置，从 1 起")
    row = serializers.IntegerField(min_value=1)

    def to_internal_value(self, data) -> Place:
        return Place(**super().to_internal_value(data))


class ReturnSerializer(serializers.Serializer):
    """退回: why, and which rows of the file are meant."""

    version = serializers.IntegerField()
    reason = serializers.CharField(max_length=400)
    rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=500,
        help_text="行号；文件有几张工作表的，指每一张的这一行，只指其中一张的请用 places",
    )
    places = PlaceSerializer(many=True, required=False, max_length=500)


class NilReturnSerializer(serializers.Serializer):
    """本月无用工."""

    project = serializers.CharField(help_text="项目编号")
    month = serializers.DateField(input_formats=["%Y-%m"], help_text="月份，如 2026-10")
    subcontractor = serializers.SlugRelatedField(
        "code", queryset=Organization.objects.all(), required=False, allow_null=True, default=None
    )
    reason = serializers.CharField(max_length=400, help_text="没有用工的原因")
    signed_name = serializers.CharField(max_length=60, required=False, allow_null=True, default=None)
    people = serializers.IntegerField(
        min_value=0,
        required=False,
        default=0,
        help_text="花名册上当月在场的人数，与所登记的不符时不申报；没有人在场的不填",
    )
    people_reason = serializers.CharField(
        max_length=400,
        required=False,
        allow_blank=True,
        default="",
        help_text="当月有人在场的，写明这些人为什么没有用工",
    )


class AnswerGivenSerializer(serializers.Serializer):
    """一次答复: what was done, by whom, when, and the words."""

    act = serializers.ChoiceField(choices=[(act.value, words) for act, words in ACT_WORDS.items()])
    by = serializers.CharField(help_text="答复人")
    role = serializers.CharField(help_text="用工单位、施工总承包单位或人社部门；以前的答复没有记录的为空")
    at = serializers.DateTimeField()
    text = serializers.CharField()


class PayContestSerializer(serializers.ModelSerializer):
    """工资异议: what the worker says of which row, and what was answered. Name, telephone and photo are for people only."""

    project = serializers.SlugRelatedField("code", source="batch.project", read_only=True)
    month = serializers.DateField(source="batch.month_on", format="%Y-%m", read_only=True)
    row = serializers.IntegerField(source="confirmation.line.row", read_only=True)
    answered_by = serializers.CharField(source="answered_by.name", default=None, read_only=True)
    answers = AnswerGivenSerializer(
        source="answers_given", many=True, read_only=True, help_text="历次答复，按时间顺序；answer 是最近的一次"
    )
    current_batch = serializers.IntegerField(
        allow_null=True,
        read_only=True,
        help_text="该月现在有效的工资表；退回更正、还没有重新提交时为空。batch 是异议所在的一版",
    )

    class Meta:
        model = PayContest
        fields = (
            "id",
            "batch",
            "current_batch",
            "project",
            "month",
            "row",
            "reason",
            "should_be",
            "text",
            "figures",
            "state",
            "raised_at",
            "insisted_at",
            "answer",
            "answered_by",
            "answered_at",
            "answers",
            "closed_at",
            "version",
        )


class ContestAnswerSerializer(serializers.Serializer):
    """答复异议: what is done with it, in words that the worker reads."""

    act = serializers.ChoiceField(
        choices=[("answer", "答复"), ("accept", "采纳"), ("reject", "不采纳")],
        help_text="answer 答复，accept 采纳（按更正后的工资表或补发落实），reject 不采纳",
    )
    answer = serializers.CharField(max_length=500, help_text="农民工本人会看到这段话")
    version = serializers.IntegerField(help_text="异议的 version，与所见不符时不办理")


class ContestTransferSerializer(serializers.Serializer):
    """人社接办异议，或者登记办结."""

    answer = serializers.CharField(max_length=500, help_text="农民工本人会看到这段话")
    version = serializers.IntegerField(help_text="异议的 version，与所见不符时不办理")


class SheetLayoutSerializer(serializers.Serializer):
    """One table of a layout."""

    name = serializers.CharField(help_text="工作表名称")
    header_rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=True, max_length=9, help_text="表头行号，从 1 起，相连"
    )
    first_data_row = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="数据从第几行开始；不填为表头的下一行"
    )
    columns = serializers.DictField(
        child=serializers.RegexField(r"^[A-Za-z]{1,3}$"), help_text="规范列名 → 列号，如 net_pay: K"
    )


class LayoutSerializer(serializers.Serializer):
    """Which column is what; the batch is read anew by it."""

    sheets = SheetLayoutSerializer(many=True, allow_empty=False)
    version = serializers.IntegerField(required=False, help_text="批次的 version，与所见不符时不保存")
    remember = serializers.BooleanField(default=True, help_text="记住，用于这家单位以后同样表头的文件")


class PayrollBatchDetailSerializer(PayrollBatchSerializer):
    """A batch with its remarks, its acts, what workers answered, and the layout it was or will be read by."""

    remarks = PayrollRemarkSerializer(many=True, read_only=True)
    acts = BatchActSerializer(many=True, read_only=True)
    sheet_names = serializers.ListField(child=serializers.CharField(), read_only=True)
    answers = serializers.SerializerMethodField()
    layout = serializers.SerializerMethodField()
    proposal = serializers.SerializerMethodField()

    @extend_schema_field(AnswerCountsSerializer)
    def get_answers(self, batch):
        return AnswerCountsSerializer(answer_counts_unscoped(batch)).data

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_layout(self, batch) -> dict | None:
        """`by`: person or memory; null is the automatic reading."""
        if not batch.layout:
            return None
        return {name: batch.layout[name] for name in ("sheets", "by", "name", "at") if name in batch.layout}

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_proposal(self, batch) -> dict | None:
        """As long as the batch isn't submitted."""
        if not batch.proposal or batch.status not in (PayrollBatch.Status.MAPPING, PayrollBatch.Status.DRAFT):
            return None
        return batch.proposal

    class Meta(PayrollBatchSerializer.Meta):
        fields = (
            *PayrollBatchSerializer.Meta.fields,
            "sheet",
            "sheet_names",
            "header_rows",
            "columns",
            "layout",
            "proposal",
            "ignored_rows",
            "remarks",
            "acts",
            "answers",
        )


class PayrollUploadSerializer(serializers.Serializer):
    """工资表上传 (multipart)."""

    project = serializers.CharField(help_text="项目编号")
    month = serializers.DateField(input_formats=["%Y-%m"], help_text="工资月份，如 2026-10")
    subcontractor = serializers.SlugRelatedField(
        "code", queryset=Organization.objects.all(), required=False, allow_null=True, default=None
    )
    kind = serializers.ChoiceField(
        choices=["sheet", "back_pay"], required=False, default="sheet", help_text="sheet 当月工资表，back_pay 补发"
    )
    sequence = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="更正第几次补发；不填为新的一次"
    )
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="为什么补发；kind 为 back_pay 时必填"
    )
    file = serializers.FileField()


class PayoutFileSerializer(serializers.ModelSerializer):
    """代发文件: what is in it, not its bytes."""

    class Meta:
        model = PayoutFile
        fields = ("id", "sequence", "layout", "rows", "total", "state", "made_at", "sent_at", "voided_at")


class PayoutStandingSerializer(serializers.Serializer):
    """How far a batch is paid, in lines and yuan."""

    COUNTS = ("lines", "net", "paid", "paid_net", "pending", "pending_net", "failed", "excepted", "left", "left_net")

    stage = serializers.CharField()
    lines = serializers.IntegerField()
    net = serializers.DecimalField(max_digits=16, decimal_places=2)
    paid = serializers.IntegerField()
    paid_net = serializers.DecimalField(max_digits=16, decimal_places=2)
    pending = serializers.IntegerField()
    pending_net = serializers.DecimalField(max_digits=16, decimal_places=2)
    failed = serializers.IntegerField()
    excepted = serializers.IntegerField()
    left = serializers.IntegerField()
    left_net = serializers.DecimalField(max_digits=16, decimal_places=2)
    files = PayoutFileSerializer(many=True)


class BankResultSerializer(serializers.ModelSerializer):
    """银行回执: state and counts by verdict; sums in fen."""

    class Meta:
        model = BankResult
        fields = (
            "id",
            "batch",
            "payout_file",
            "covers",
            "status",
            "rows",
            "counts",
            "refused_code",
            "refused_message",
            "uploaded_at",
            "applied_at",
        )


class BankResultRowSerializer(serializers.Serializer):
    """One payment's outcome as the bank's system reports it."""

    seq = serializers.IntegerField(required=False, min_value=1, help_text="代发文件里的序号")
    reference = serializers.CharField(required=False, max_length=80, help_text="代发文件里的业务编号")
    card = serializers.RegexField(r"^\d{8,32}$", required=False, help_text="收款账号")
    name = serializers.CharField(required=False, max_length=60, help_text="户名")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    outcome = serializers.ChoiceField(choices=[("paid", "成功"), ("failed", "失败")])
    code = serializers.CharField(required=False, max_length=40)
    message = serializers.CharField(required=False, max_length=200)
    bank_reference = serializers.CharField(required=False, max_length=80)
    on = serializers.DateField(required=False)


class BankResultWriteSerializer(serializers.Serializer):
    """Outcomes of one pay-out file's payments."""

    payout_file = serializers.IntegerField()
    rows = BankResultRowSerializer(many=True, allow_empty=False, max_length=10_000)


class NotTakenSerializer(serializers.Serializer):
    """A reported row that was not taken, and why."""

    row = serializers.IntegerField()
    verdict = serializers.CharField()
    message = serializers.CharField()


class BankResultTakenSerializer(serializers.Serializer):
    """What became of a report."""

    id = serializers.IntegerField()
    paid = serializers.IntegerField()
    failed = serializers.IntegerField()
    not_taken = NotTakenSerializer(many=True)
