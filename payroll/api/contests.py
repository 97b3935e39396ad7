"""`contests/`: what workers say is wrong with their pay, and the answers of employer, general contractor and 人社."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from payroll.models import PayContest
from payroll.rules.contests import ContestAct
from payroll.selectors.confirmations import contests, with_current_batch
from payroll.serializers import ContestAnswerSerializer, ContestTransferSerializer, PayContestSerializer
from payroll.services.contests import contest_settle
from responsibilities.api.base import ReadEndpoint
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor


class ContestFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("batch__project__code")

    class Meta:
        model = PayContest
        fields = {"state": ["exact"], "reason": ["exact"], "batch": ["exact"], "raised_at": ["gte", "lte"]}


class Contests(ReadEndpoint):
    """工资异议 in the caller's scope, those first that a worker insisted on."""

    permission = Permission.PAYROLL_VIEW
    queryset = PayContest.objects.none()
    serializer_class = PayContestSerializer
    filterset_class = ContestFilter
    ordering = ("-raised_at", "-id")
    ordering_fields = ("raised_at", "id")

    @property
    def write_permission(self):
        return Permission.ESCALATION_DECIDE if self.action in ("transfer", "conclude") else Permission.CONTEST_ANSWER

    def get_queryset(self):
        return with_current_batch(contests(self.request.scope))

    @extend_schema(request=ContestAnswerSerializer, responses={200: PayContestSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def answer(self, request, pk):
        """Answer a contest, take it up or turn it down; the worker reads the words and may insist."""
        contest = self.get_object()
        shape = ContestAnswerSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = dict(shape.validated_data)
        return self._settled(request, contest, ContestAct(facts.pop("act")), facts)

    @extend_schema(request=ContestTransferSerializer, responses={200: PayContestSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def transfer(self, request, pk):
        """人社 takes the contest over."""
        contest = self.get_object()
        shape = ContestTransferSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        return self._settled(request, contest, ContestAct.TRANSFER, shape.validated_data)

    @extend_schema(request=ContestTransferSerializer, responses={200: PayContestSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def conclude(self, request, pk):
        """人社 says how a contest ended that it took over."""
        contest = self.get_object()
        shape = ContestTransferSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        return self._settled(request, contest, ContestAct.CONCLUDE, shape.validated_data)

    def _settled(self, request, contest: PayContest, act: ContestAct, facts: dict) -> Response:
        contest_settle(contest_id=contest.pk, act=act, actor=Actor.of(request), scope=request.scope, **facts)
        return Response(PayContestSerializer(self.get_object()).data)


router = SimpleRouter()
router.register("contests", Contests, "api-contest")
urlpatterns = router.urls
