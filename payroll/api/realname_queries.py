"""`realname/<Method>.Query/`: reading back in the standard's names, a page at a time, documents masked.

POST as the standard has it, so that an ID number asked for stands in no address. Reading changes nothing: no
`Idempotency-Key` is needed.
"""

from rest_framework import serializers

from payroll.api.realname import HEAD, WHO, Method, addresses, described, done
from payroll.rules.month import Month
from payroll.selectors.realname import (
    Answer,
    Asked,
    attendance_of_day,
    entries_and_exits,
    payroll_of_month,
    project_workers,
    worker_contracts,
)
from payroll.services.realname.parties import employer_asked, person_asked, require_rate
from projects.selectors.projects import project_for
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.selectors.figures import figure_on

NOTE = (
    "参数和字段名与《全国建筑工人管理服务信息平台数据标准》一致，pageIndex 从 0 起，返回 totalCount 和 rows。"
    "只返回令牌所属用户管辖范围内的记录；标准要求加密的证件号码、银行卡号、手机号在这里只显示末四位，"
    "按 idCardNumber 查询时报送明文（HTTPS），返回的仍是遮盖后的号码。"
)
PAGE = {"pageIndex": 0, "pageSize": 50}


class QuerySerializer(serializers.Serializer):
    """What every query names."""

    projectCode = serializers.CharField(max_length=40, help_text="项目编号（本平台的项目编号）")
    pageIndex = serializers.IntegerField(min_value=0, help_text="页码，从 0 起")
    pageSize = serializers.IntegerField(min_value=1, help_text="每页行数；超过上限时不返回数据，并说明上限")
    corpCode = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="用工单位统一社会信用代码，不填为全部"
    )
    corpName = serializers.CharField(max_length=120, required=False, allow_blank=True, help_text="不使用，可不填")
    teamSysNo = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="不使用，可不填")
    teamName = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default="", help_text="班组名称，不填为全部"
    )
    idCardType = serializers.CharField(max_length=4, required=False, allow_blank=True, help_text="只受理 01")
    idCardNumber = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="完整身份证号，不填为全部"
    )


class AttendanceQuerySerializer(QuerySerializer):
    """One day."""

    date = serializers.DateField(
        help_text="考勤日期，如 2026-10-08", error_messages={"invalid": "date 应写成 2026-10-08 的样子。"}
    )


class PayrollQuerySerializer(QuerySerializer):
    """One month."""

    payMonth = serializers.CharField(max_length=10, help_text="工资月份，如 2026-10")


class PageSerializer(serializers.Serializer):
    """A page of rows in the standard's names."""

    pageIndex = serializers.IntegerField()
    pageSize = serializers.IntegerField()
    totalCount = serializers.IntegerField()
    rows = serializers.ListField(child=serializers.DictField())


class PagedReplySerializer(serializers.Serializer):
    """`code` 0 is success."""

    code = serializers.IntegerField()
    message = serializers.CharField()
    data = PageSerializer()


def queried(request, name: str, example: dict):
    """The query's OpenAPI description with an example."""
    body = PAGE | {"projectCode": HEAD["projectCode"]} | example
    return described(request, name, body, reply=PagedReplySerializer, note=NOTE)


class Query(Method):
    """One query of the standard."""

    write_permission = Permission.PAYROLL_VIEW

    def _paged(self, request, shape: type[serializers.Serializer], ask):
        require_rate(request.user.pk)
        form = shape(data=request.data)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        most = int(figure_on("realname_query_rows", today()) or 0)
        if facts["pageSize"] > most:
            message = f"pageSize 不能超过 {most}。请分页查询。"
            raise Refused("page_too_large", message, {"pageSize": message})
        project = project_for(request.scope, facts["projectCode"], Permission.PAYROLL_VIEW)
        employer = employer_asked(project, facts["corpCode"])
        asked = Asked(employer.pk if employer else None, person_asked(facts["idCardNumber"]), facts["teamName"].strip())
        answer: Answer = ask(request.scope, project, asked, facts)
        start = facts["pageIndex"] * facts["pageSize"]
        return done(
            pageIndex=facts["pageIndex"],
            pageSize=facts["pageSize"],
            totalCount=answer.rows.count(),
            rows=answer.shape(answer.rows[start : start + facts["pageSize"]]),
        )


class ProjectWorkerQuery(Query):
    """查询项目工人信息."""

    @queried(QuerySerializer, "ProjectWorker.Query", {"corpCode": HEAD["corpCode"], "teamName": "木工班"})
    def create(self, request):
        """Workers on the project's roster, with whether a contract is in force today."""
        return self._paged(
            request,
            QuerySerializer,
            lambda scope, project, asked, _facts: project_workers(scope, project, asked, today=today()),
        )


class WorkerEntryExitQuery(Query):
    """查询工人进退场信息."""

    @queried(QuerySerializer, "WorkerEntryExit.Query", WHO)
    def create(self, request):
        """Entries (type 1) and exits (type 0) by date."""
        return self._paged(
            request, QuerySerializer, lambda scope, project, asked, _facts: entries_and_exits(scope, project, asked)
        )


class WorkerContractQuery(Query):
    """查询工人合同信息."""

    @queried(QuerySerializer, "WorkerContract.Query", {"corpCode": HEAD["corpCode"]})
    def create(self, request):
        """Labour contracts and written agreements."""
        return self._paged(
            request, QuerySerializer, lambda scope, project, asked, _facts: worker_contracts(scope, project, asked)
        )


class WorkerAttendanceQuery(Query):
    """查询工人考勤."""

    @queried(AttendanceQuerySerializer, "WorkerAttendance.Query", {"date": "2026-10-08"})
    def create(self, request):
        """Who was on site on a day, from sheets and gates; `dataList` holds the gates' punches."""
        return self._paged(
            request,
            AttendanceQuerySerializer,
            lambda scope, project, asked, facts: attendance_of_day(scope, project, asked, on=facts["date"]),
        )


class PayrollQuery(Query):
    """查询工人工资."""

    @queried(PayrollQuerySerializer, "Payroll.Query", {"payMonth": "2026-10", "corpCode": HEAD["corpCode"]})
    def create(self, request):
        """What is submitted for a month, back pay too; drafts and replaced versions are not told."""
        return self._paged(request, PayrollQuerySerializer, self._of_month)

    @staticmethod
    def _of_month(scope, project, asked: Asked, facts: dict) -> Answer:
        try:
            month = Month.of(facts["payMonth"][:7])
        except ValueError:
            message = "payMonth 应写成 2026-10 的样子。"
            raise Refused("month_invalid", message, {"payMonth": message}) from None
        return payroll_of_month(scope, project, asked, month_on=month.first)


urlpatterns = addresses(
    {
        "ProjectWorker.Query": ProjectWorkerQuery,
        "WorkerEntryExit.Query": WorkerEntryExitQuery,
        "WorkerContract.Query": WorkerContractQuery,
        "WorkerAttendance.Query": WorkerAttendanceQuery,
        "Payroll.Query": PayrollQuery,
    }
)
