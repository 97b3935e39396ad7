from django.db import models
from django.db.models import Q

from payroll.models.batches import PayrollBatch, PayrollBatchManager, PayrollLine, StoredFile
from payroll.models.confirmations import Channel
from payroll.models.people import BankCard


class PayoutFile(models.Model):
    """A file for the bank: which lines of a batch are to be paid from the special account, in a bank's own layout.

    The file holds full card numbers, so it is sealed and each hand-out is on the trail. A file that was not given to
    the bank can be voided with a reason; its lines are then free again. Basis: 724 art 31.
    """

    class State(models.TextChoices):
        MADE = "made", "已生成，未送银行"
        SENT = "sent", "已送银行，等待结果"
        SETTLED = "settled", "银行结果已齐"
        VOIDED = "voided", "已作废"

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(PayrollBatch, models.PROTECT, related_name="payout_files", verbose_name="批次")
    sequence = models.PositiveSmallIntegerField("第几份", help_text="本批次内从 1 起")
    layout = models.CharField("版式", max_length=30)
    rows = models.PositiveIntegerField("笔数")
    total = models.DecimalField("金额合计", max_digits=16, decimal_places=2)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    state = models.CharField("状态", max_length=10, choices=State, default=State.MADE)
    made_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="生成人"
    )
    made_at = models.DateTimeField("生成时间")
    sent_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送交人"
    )
    sent_at = models.DateTimeField("送交银行时间", null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废理由", max_length=200, blank=True)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "代发文件"
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["batch", "sequence"], name="payout_file_sequence")]

    def __str__(self):
        return f"批次 #{self.batch_id} 第 {self.sequence} 份代发文件"


class Payout(models.Model):
    """One attempt to pay one line. A line has at most one attempt that is under way or has succeeded."""

    class State(models.TextChoices):
        PENDING = "pending", "等待银行结果"
        PAID = "paid", "已发放"
        FAILED = "failed", "发放失败"
        RETURNED = "returned", "已退汇"
        VOIDED = "voided", "文件作废"

    scope_project = "file__batch__project"
    scope_batch = "file__batch"

    file = models.ForeignKey(
        PayoutFile, models.PROTECT, db_index=False, related_name="payouts", verbose_name="代发文件"
    )
    row = models.PositiveIntegerField("序号", help_text="在代发文件里，从 1 起")
    line = models.ForeignKey(PayrollLine, models.PROTECT, related_name="payouts", verbose_name="工资明细")
    attempt = models.PositiveSmallIntegerField("第几次发放", help_text="从 1 起，作废的文件也算")
    card = models.ForeignKey(BankCard, models.PROTECT, db_index=False, related_name="+", verbose_name="工资卡")
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    bank_code = models.CharField("银行代码", max_length=40, blank=True)
    bank_message = models.CharField("银行说明", max_length=200, blank=True)
    bank_reference = models.CharField("银行流水号", max_length=80, blank=True)
    paid_on = models.DateField("发放日期", null=True, blank=True)
    settled_at = models.DateTimeField("结果登记时间", null=True, blank=True)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "代发明细"
        ordering = ["file", "row"]
        constraints = [
            models.UniqueConstraint(fields=["file", "row"], name="payout_row_once"),
            models.UniqueConstraint(fields=["line", "attempt"], name="payout_attempt_once"),
            # Whatever the services believe: the database pays no line twice.
            models.UniqueConstraint(
                fields=["line"], condition=Q(state__in=["pending", "paid"]), name="payout_never_twice"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False), name="payout_paid_has_its_day"
            ),
        ]
        indexes = [models.Index(fields=["card", "amount"], name="payout_card_amount")]


class PayoutException(models.Model):
    """Why a line stays unpaid although its batch is finished: the worker died, the card's account is frozen …

    The line stays visibly unpaid; cash is never a way out (724 art 31). Lifting it makes the line payable again.
    """

    class Kind(models.TextChoices):
        DECEASED = "deceased", "工人死亡，待继承人办理"
        FROZEN = "frozen", "工人账户被冻结，待重新办卡"
        UNREACHABLE = "unreachable", "联系不上工人，无有效银行卡"
        DISPUTED = "disputed", "金额有争议，正在仲裁或诉讼"
        SETTLED = "settled", "退场结算已付清，不再随批发放"
        OTHER = "other", "其他"

    scope_project = "line__batch__project"
    scope_batch = "line__batch"

    line = models.ForeignKey(PayrollLine, models.CASCADE, related_name="payout_exceptions", verbose_name="工资明细")
    kind = models.CharField("情形", max_length=12, choices=Kind)
    reason = models.CharField("说明", max_length=200)
    recorded_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    lifted_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="解除人"
    )
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "未能发放的登记"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(lifted_at__isnull=True), name="payout_exception_one_open"
            )
        ]


class CardChange(models.Model):
    """A line's card replaced after the bank refused the old one: from which to which, why, on what evidence.

    `state` is the worker's word on the new card, given on his own pay page; the latest change of a line counts.
    """

    class State(models.TextChoices):
        NOT_ASKED = "", "无须核对"
        WAITING = "waiting", "待本人核对"
        CONFIRMED = "confirmed", "本人已核对"
        DENIED = "denied", "本人说不是自己的卡"
        REPLACED = "replaced", "又换了卡，不再核对"

    scope_project = "line__batch__project"
    scope_batch = "line__batch"

    line = models.ForeignKey(PayrollLine, models.CASCADE, related_name="card_changes", verbose_name="工资明细")
    old_card = models.ForeignKey(
        BankCard, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原工资卡"
    )
    new_card = models.ForeignKey(BankCard, models.PROTECT, related_name="+", verbose_name="新工资卡")
    reason = models.CharField("更换理由", max_length=200)
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="证明材料"
    )
    changed_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    changed_at = models.DateTimeField("登记时间")
    state = models.CharField("本人核对", max_length=10, choices=State, blank=True, default="", db_default="")
    answered_at = models.DateTimeField("核对时间", null=True, blank=True)
    channel = models.CharField("核对方式", max_length=8, choices=Channel, blank=True, default="", db_default="")
    origin = models.BinaryField("来源索引", max_length=32, null=True, blank=True)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资卡更换"
        ordering = ["id"]
