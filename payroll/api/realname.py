"""`realname/<Method>/`: the methods and field names of 《全国建筑工人管理服务信息平台数据标准》, the JSON of its `data`.

Differences, said in the OpenAPI document too: our token instead of appid and sign; ID and card numbers in plain text
over TLS, not AES; the reply is final, there is no asynchronous result to ask for. `code` 0 is success, as there; any
other code is ours, with `message`, `fields` and, for lists, `errors` by index.
"""

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from payroll.rules.month import Month
from payroll.services.realname import people
from payroll.services.realname.attendance import attendance_add
from payroll.services.realname.parties import require_rate
from payroll.services.realname.payrolls import payroll_add
from payroll.services.submissions import batch_submit
from projects.selectors.projects import project_for
from responsibilities.api.base import Json, ScopePermission, SessionAuthentication, TokenAuthentication
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor

NOTE = (
    "字段名与《全国建筑工人管理服务信息平台数据标准》一致，请求体是标准里的 data 部分。"
    "与标准不同的是：用本平台令牌调用；证件号码、银行卡号经 HTTPS 明文报送，不用 AES 加密；结果即时返回。"
    "有一行不能受理的，整批不保存，errors 按行列出原因。"
)


class Rows(serializers.ListField):
    """Rows of the standard; every row is an object, its content is the services' to check."""

    child = serializers.DictField(child=serializers.JSONField(allow_null=True))


class HeadSerializer(serializers.Serializer):
    """What every method names."""

    projectCode = serializers.CharField(max_length=40, help_text="项目编号（本平台的项目编号）")
    corpCode = serializers.CharField(max_length=40, help_text="用工单位统一社会信用代码")
    corpName = serializers.CharField(max_length=120, required=False, allow_blank=True)
    teamSysNo = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="不使用，可不填")
    teamName = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text="班组名称")


class PayrollSerializer(HeadSerializer):
    payMonth = serializers.CharField(max_length=10, help_text="工资月份，如 2026-10")
    detailList = Rows(
        help_text="每人一行：idCardNumber、workerName、days、workHours、payRollBankCardNumber、payRollBankName、totalPayAmount、actualAmount、isBackPay；补发的行另写 backPayMonth（补发的月份）"
    )
    submit = serializers.BooleanField(
        required=False, default=False, help_text="本平台扩展：true 时直接提交，否则生成待提交的草稿"
    )


class WorkersSerializer(HeadSerializer):
    workerList = Rows(
        help_text="每人一行：workerName、idCardType、idCardNumber、workType、cellPhone、payRollBankCardNumber、payRollBankName、workDate"
    )


class StaysSerializer(HeadSerializer):
    workerList = Rows(help_text="每人一行：idCardType、idCardNumber、date、type（1 进场，0 退场）")


class ContractsSerializer(HeadSerializer):
    contractList = Rows(
        help_text="每份一行：idCardNumber、contractPeriodType（0 固定期限，1 以完成一定工作为期限）、startDate、endDate、unit（80 米，81 平方米，82 立方米，或天、月）、unitPrice"
    )


class AttendanceSerializer(HeadSerializer):
    corpCode = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="不填时按花名册上的用工单位"
    )
    dataList = Rows(
        help_text="每次刷卡一行：idCardType、idCardNumber、date（2026-10-08 07:30:00）、direction（01 进场，02 出场）"
    )


class ReplySerializer(serializers.Serializer):
    """`code` 0 is success."""

    code = serializers.IntegerField()
    message = serializers.CharField()
    data = serializers.DictField()


def described(request, name: str, example: dict, *, reply=ReplySerializer, note: str = NOTE):
    """The method's OpenAPI description with an example."""
    return extend_schema(
        operation_id=f"realname_{name.replace('.', '_')}",
        request=request,
        responses={200: reply},
        summary=name,
        description=note,
        examples=[OpenApiExample(name, value=example, request_only=True)],
    )


HEAD = {"projectCode": "ZY-2026-010", "corpCode": "91620700MA00000000", "corpName": "张掖丹霞劳务有限公司"}
WHO = {"idCardType": "01", "idCardNumber": "440524188001010014"}


class Method(viewsets.ViewSet):
    """One method of the standard: POST only."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (ScopePermission,)
    parser_classes = (Json,)
    permission = Permission.PAYROLL_VIEW
    write_permission = Permission.WORKER_EDIT

    def _opened(self, request, shape: type[serializers.Serializer]):
        require_rate(request.user.pk)
        form = shape(data=request.data)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        project = project_for(request.scope, facts["projectCode"], self.write_permission)
        return facts, {
            "project": project,
            "corp_code": facts.get("corpCode", ""),
            "actor": Actor.of(request),
            "scope": request.scope,
        }

    def _people(self, request, shape, name: str, fields: dict[str, str]):
        facts, common = self._opened(request, shape)
        rows = [{"teamName": facts.get("teamName", ""), **row} for row in facts[name]]
        imported, warnings = people.people_add(name=name, rows=rows, fields=fields, **common)
        return done(
            workers=imported.workers,
            entered=imported.stays,
            left=imported.left,
            contracts=imported.contracts,
            unchanged=imported.unchanged,
            warnings=warnings,
        )


class PayrollAdd(Method):
    """上传工人工资."""

    write_permission = Permission.PAYROLL_UPLOAD

    @described(
        PayrollSerializer,
        "Payroll.Add",
        HEAD
        | {
            "payMonth": "2026-10",
            "detailList": [
                WHO
                | {
                    "days": 26,
                    "workHours": 208,
                    "payRollBankCardNumber": "6217000000000000003",
                    "payRollBankName": "甘肃银行",
                    "totalPayAmount": "6760.00",
                    "actualAmount": "6760.00",
                    "isBackPay": 0,
                    "balanceDate": "2026-11-10",
                }
            ],
        },
    )
    @idempotent
    def create(self, request):
        """A draft (or, with `submit`, a submitted batch) through the same checks as a sheet."""
        facts, common = self._opened(request, PayrollSerializer)
        try:
            month = Month.of(facts["payMonth"][:7])
        except ValueError:
            message = "payMonth 应写成 2026-10 的样子。"
            raise Refused("month_invalid", message, {"payMonth": message}) from None
        rows = [{"teamName": facts.get("teamName", ""), **row} for row in facts["detailList"]]
        taken = payroll_add(month=month, rows=rows, **common)
        batch = taken.batch
        if facts["submit"]:
            request.scope.require(Permission.PAYROLL_SUBMIT)
            batch = batch_submit(batch_id=batch.pk, actor=common["actor"], scope=request.scope, accepted=batch.accepted)
        return done(
            batch=batch.pk,
            status=batch.status,
            created=taken.created,
            rows=batch.accepted,
            totalPayAmount=str(batch.total_net),
            warnings=taken.warnings,
        )


class WorkerAttendanceAdd(Method):
    """上传工人考勤."""

    @described(
        AttendanceSerializer,
        "WorkerAttendance.Add",
        {
            "projectCode": HEAD["projectCode"],
            "dataList": [
                WHO | {"date": "2026-10-08 07:30:00", "direction": "01"},
                WHO | {"date": "2026-10-08 18:02:00", "direction": "02"},
            ],
        },
    )
    @idempotent
    def create(self, request):
        """Punches of gates; days follow from them, a confirmed sheet's days stay."""
        facts, common = self._opened(request, AttendanceSerializer)
        return done(**attendance_add(rows=facts["dataList"], **common))


class ProjectWorkerAdd(Method):
    """上传项目工人信息."""

    @described(
        WorkersSerializer,
        "ProjectWorker.Add",
        HEAD
        | {
            "teamName": "木工班",
            "workerList": [
                WHO | {"workerName": "张三", "workType": "木工", "cellPhone": "13900000000", "workDate": "2026-10-08"}
            ],
        },
    )
    @idempotent
    def create(self, request):
        """Register workers on the project's roster."""
        return self._people(request, WorkersSerializer, "workerList", people.WORKERS)


class WorkerEntryExitAdd(Method):
    """上传工人进退场信息."""

    @described(StaysSerializer, "WorkerEntryExit.Add", HEAD | {"workerList": [WHO | {"date": "2026-10-08", "type": 1}]})
    @idempotent
    def create(self, request):
        """Entries and exits; an entry without a contract is recorded with its breach."""
        return self._people(request, StaysSerializer, "workerList", people.STAYS)


class WorkerContractAdd(Method):
    """上传工人合同信息."""

    @described(
        ContractsSerializer,
        "WorkerContract.Add",
        HEAD
        | {
            "contractList": [
                WHO | {"contractPeriodType": 1, "startDate": "2026-10-08", "unit": "天", "unitPrice": "260"}
            ]
        },
    )
    @idempotent
    def create(self, request):
        """Labour contracts and written agreements."""
        return self._people(request, ContractsSerializer, "contractList", people.CONTRACTS)


def done(**data) -> Response:
    """Success in the standard's shape."""
    return Response({"code": 0, "message": "操作成功", "data": data})


def addresses(methods: dict[str, type[Method]]) -> list:
    """A path for each method of the standard."""
    return [
        path(
            f"realname/{name}/",
            method.as_view({"post": "create"}),
            name=f"api-realname-{name.replace('.', '-').lower()}",
        )
        for name, method in methods.items()
    ]


METHODS = {
    "Payroll.Add": PayrollAdd,
    "WorkerAttendance.Add": WorkerAttendanceAdd,
    "ProjectWorker.Add": ProjectWorkerAdd,
    "WorkerEntryExit.Add": WorkerEntryExitAdd,
    "WorkerContract.Add": WorkerContractAdd,
}
urlpatterns = addresses(METHODS)
