import pgtrigger
from django.db import models
from django.db.models import F, Q

from payroll.models.batches import StoredFile
from payroll.models.people import Worker
from payroll.models.scoping import EmployerScopedManager


class RecordSource(models.TextChoices):
    """Where a record of the register came from."""

    FORM = "form", "手工登记"
    SHEET = "sheet", "表格导入"
    API = "api", "接口报送"
    PAYROLL = "payroll", "工资表"


class LabourContract(models.Model):
    """A labour contract or written agreement of one worker with one employer for one project.

    724 art 28: without one nobody enters the site. `ends_on` null: until the work is done (`task_based`) or open.
    `unit_price` in yuan for one `price_unit`; `pay_day` is the day of the month on which wages are due.
    """

    class Kind(models.TextChoices):
        CONTRACT = "contract", "劳动合同"
        AGREEMENT = "agreement", "用工书面协议"

    class WageForm(models.TextChoices):
        HOURLY = "hourly", "计时"
        DAILY = "daily", "日薪"
        PIECE = "piece", "计件（计量）"
        MONTHLY = "monthly", "月薪"

    scope_project = "project"
    scope_employer = "employer"

    project = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="labour_contracts", verbose_name="项目"
    )
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="contracts", verbose_name="农民工")
    employer = models.ForeignKey(
        "responsibilities.Organization", models.PROTECT, related_name="+", verbose_name="用工单位"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.CONTRACT)
    number = models.CharField("合同编号", max_length=60, blank=True)
    signed_on = models.DateField("签订日期", null=True, blank=True, help_text="空为未填写")
    starts_on = models.DateField("生效日期")
    ends_on = models.DateField("终止日期", null=True, blank=True, help_text="以完成工作任务为期限的可不填")
    task_based = models.BooleanField("以完成一定工作任务为期限", default=False)
    wage_form = models.CharField("工资计算方式", max_length=10, choices=WageForm, blank=True)
    unit_price = models.DecimalField("单价（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    price_unit = models.CharField("计价单位", max_length=20, blank=True)
    pay_day = models.PositiveSmallIntegerField("每月支付日", null=True, blank=True)
    trade = models.CharField("工种", max_length=40, blank=True)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="扫描件")
    ended_on = models.DateField("解除（终止）日期", null=True, blank=True, help_text="提前解除或任务完成之日")
    ended_reason = models.CharField("解除（终止）原因", max_length=200, blank=True)
    source = models.CharField("来源", max_length=8, choices=RecordSource, default=RecordSource.FORM)
    created_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "劳动合同"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["worker", "project", "employer", "starts_on"], name="labour_contract_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="labour_contract_ends_after"
            ),
            models.CheckConstraint(
                condition=Q(pay_day__isnull=True) | Q(pay_day__gte=1, pay_day__lte=31), name="labour_contract_pay_day"
            ),
        ]
        indexes = [models.Index(fields=["project", "worker"], name="labour_contract_site")]


class SiteStay(models.Model):
    """One stay of a worker on a site, from entry to exit; the roster entry repeats the latest one.

    Whether a contract was signed before the entry is derived from the contracts, never stored (724 art 28).
    """

    scope_project = "entry__project"
    scope_employer = "entry__employer"

    entry = models.ForeignKey("payroll.RosterEntry", models.CASCADE, related_name="stays", verbose_name="花名册")
    entered_on = models.DateField("进场日期")
    left_on = models.DateField("退场日期", null=True, blank=True)
    source = models.CharField("来源", max_length=8, choices=RecordSource, default=RecordSource.FORM)
    left_reason = models.CharField("退场原因", max_length=200, blank=True)
    created_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "进退场"
        ordering = ["-entered_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "entered_on"], name="site_stay_once"),
            models.UniqueConstraint(fields=["entry"], condition=Q(left_on__isnull=True), name="site_stay_one_open"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("entered_on")), name="site_stay_leaves_after"
            ),
        ]


class LeaverSettlement(models.Model):
    """What a leaver is owed at exit, agreed, confirmed by the worker and paid. Amounts in yuan, two places.

    `open_pay`: what becomes of pay that stood in submitted payrolls and wasn't paid when the balance was; unless it is
    separate, it is held back there, so that nobody is paid twice. `paid` is what the person says, `paid_counted` what
    the payrolls' lines said at that moment, with `paid_reason` where they differ; it is empty in settlements from before.
    `balance` = earned − deductions − paid, computed by the service; negative: paid too much. `confirmed_scan` is the signed
    paper that counts; all that were ever signed are `papers`. 《工资支付暂行规定》第九条: at the end of the contract wages are
    paid at once and in full.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "待核对"
        AGREED = "agreed", "已核定"
        CONFIRMED = "confirmed", "工人已确认"
        PAID = "paid", "已付清"

    class OpenPay(models.TextChoices):
        NONE = "", "没有待发的工资"
        INCLUDED = "included", "结算款已包含这些工资，不再随批发放"
        SEPARATE = "separate", "结算款不含这些工资，仍随批发放"

    scope_project = "stay__entry__project"
    scope_employer = "stay__entry__employer"

    stay = models.OneToOneField(SiteStay, models.CASCADE, related_name="settlement", verbose_name="进退场")
    earned = models.DecimalField("应得工资", max_digits=14, decimal_places=2)
    deductions = models.DecimalField("扣款", max_digits=14, decimal_places=2, default=0)
    deduction_reason = models.CharField("扣款事由", max_length=200, blank=True)
    paid = models.DecimalField("已支付", max_digits=14, decimal_places=2, default=0)
    paid_counted = models.DecimalField(
        "按发放记录计的已支付", max_digits=14, decimal_places=2, null=True, blank=True, help_text="核定时系统所计"
    )
    paid_reason = models.CharField("与发放记录不同的理由", max_length=200, blank=True, default="", db_default="")
    balance = models.DecimalField("应补发", max_digits=14, decimal_places=2)
    agreed_on = models.DateField("核定日期", null=True, blank=True)
    confirmed_on = models.DateField("工人确认日期", null=True, blank=True)
    confirmed_scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签字的结算单"
    )
    paid_on = models.DateField("付清日期", null=True, blank=True)
    payment_note = models.CharField("支付凭证", max_length=200, blank=True)
    open_pay = models.CharField(
        "还在待发的工资",
        max_length=8,
        choices=OpenPay,
        blank=True,
        default="",
        db_default="",
        help_text="付清时工资表里还没有发放的工资",
    )
    open_pay_reason = models.CharField("待发工资的说明", max_length=200, blank=True, default="", db_default="")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    updated_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "退场工资结算"
        ordering = ["-stay__left_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(earned__gte=0, deductions__gte=0, paid__gte=0), name="leaver_settlement_not_negative"
            ),
        ]

    @property
    def paid_difference(self):
        """What was said to be paid beyond the payrolls' lines, yuan; negative where less."""
        return 0 if self.paid_counted is None else self.paid - self.paid_counted

    @property
    def paid_in_all(self):
        """What was paid before the settlement and, once it is paid, by it; yuan."""
        return self.paid + (self.balance if self.state == self.State.PAID else 0)

    @property
    def differs(self):
        """How much more debits are said to have paid than the balance, yuan; of rows that were annotated with `said`."""
        return self.said - self.balance


class SignedSettlement(models.Model):
    """A paper that a leaver signed, kept as it came: what was agreed anew is signed anew, and the older paper stays.

    `balance`, yuan, is what it was signed for. Whether it still counts is the settlement's word (`confirmed_scan`), so
    a row never changes; the database refuses it. It proves what was paid, as the ledger does that 724 art 15 has kept.
    """

    scope_project = "settlement__stay__entry__project"
    scope_employer = "settlement__stay__entry__employer"

    settlement = models.ForeignKey(LeaverSettlement, models.PROTECT, related_name="papers", verbose_name="退场工资结算")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="扫描件")
    signed_on = models.DateField("签字日期", null=True, help_text="空为以前被替换的，当时没有留存签字日期")
    balance = models.DecimalField("签字时的应补发", max_digits=14, decimal_places=2)
    recorded_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "签字的结算单"
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="kept_as_signed", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def counts(self) -> bool:
        """Whether it is the paper that the settlement rests on, and not one from before it was agreed anew."""
        return self.settlement.confirmed_scan_id == self.file_id
