"""What a worker opens on the telephone, without an account: the own pay, a contest, the site's code.

The token in the address is all the proof there is, and no other site can know it: so these pages use no cookie
and need no CSRF token, and work in browsers that keep neither. Nothing is cached, nothing is told to other sites.
"""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from payroll.forms.public import ContestForm, SiteForm
from payroll.rules.photos import LIMIT
from payroll.selectors.declarations import complaint_telephones
from payroll.services.answers import Claim, contest_insist, contest_raise, contest_withdraw, pay_confirm
from payroll.services.card_answers import card_confirm, card_deny
from payroll.services.pay_links import (
    LinkEnded,
    LinkUnknown,
    PaySlip,
    confirmation_of_token,
    pay_slip_open,
    site_of_token,
)
from payroll.services.site_codes import TooManyTries, site_find
from responsibilities.rules.errors import Refused
from responsibilities.services.trail import Actor
from responsibilities.views.access import show_refusal

ACTS = {
    "confirm": (pay_confirm, "✓ 已确认，谢谢"),
    "card_mine": (card_confirm, "✓ 已核对，钱会发到这张卡"),
    "card_not_mine": (card_deny, "已记下，这张卡先不发钱"),
    "withdraw": (contest_withdraw, "异议已撤回"),
    "insist": (contest_insist, "已记下，人社部门能看到您的情况"),
}
FORM_OVERHEAD = 256 * 1024


class TooHeavy(Refused):
    """A photo beyond the limit, refused by its announced length (HTTP 413)."""

    def __init__(self):
        megabytes = LIMIT // (1024 * 1024)
        super().__init__("too_large", f"照片超过 {megabytes} MB，没有上传。请返回上一页，重新拍一张小一些的。")


STATUS_OF = {LinkUnknown: 404, LinkEnded: 410, TooManyTries: 429, TooHeavy: 413}
HEADINGS = {LinkUnknown: "没有找到", LinkEnded: "链接过期了", TooHeavy: "照片太大"}


def _public(view):
    """Open to whoever holds the address; a bad link ends in plain words."""

    @wraps(view)
    def guarded(request, token):
        try:
            # Before a byte of it is read, whoever sends it.
            if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT + FORM_OVERHEAD:
                raise TooHeavy()
            response = view(request, token)
        except (LinkUnknown, LinkEnded, TooHeavy) as refusal:
            said = {"heading": HEADINGS[type(refusal)], "message": refusal.message}
            response = _page("closed", said, STATUS_OF[type(refusal)])
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return login_not_required(csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(guarded)))


@_public
def pay(request, token):
    """The worker's pay of one month, with the buttons that answer it."""
    confirmation_of_token(token)
    act = request.POST.get("act", "")
    refusal = done = ""
    if request.method == "POST" and act in ACTS:
        service, done = ACTS[act]
        try:
            service(token=token, actor=_actor(request))
        except (LinkUnknown, LinkEnded):
            raise
        except Refused as refused:
            refusal, done = refused.message, ""
    slip = pay_slip_open(token)
    return _slip("slip", slip, {"refusal": refusal, "done": done})


@_public
def contest(request, token):
    """What is wrong with it; where nothing can be contested here any more, what to do instead."""
    slip = pay_slip_open(token)
    posted = request.method == "POST"
    if slip.closed:
        return _slip("contest_closed", slip, {}, 422 if posted else 200)
    form = ContestForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        data = form.cleaned_data
        photo = data.pop("photo")
        claim = Claim(**data, photo=photo.read() if photo else b"")
        try:
            contest_raise(token=token, claim=claim, actor=_actor(request))
        except (LinkUnknown, LinkEnded):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("payroll:public_pay", token)
    return _slip("contest", slip, {"form": form}, 422 if form.errors else 200)


@_public
def site(request, token):
    """The code on the notice board: who are you, then on to the own page."""
    code = site_of_token(token)
    form = SiteForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            found = site_find(token=token, **form.cleaned_data, actor=_actor(request))
        except Refused as refusal:
            form.add_error(None, refusal.message)
            status = STATUS_OF.get(type(refusal), 422)
        else:
            return redirect("payroll:public_pay", found)
    elif form.errors:
        status = 422
    telephones = complaint_telephones(code.project.area_id)
    return _page("site", {"form": form, "project": code.project, "telephones": telephones}, status)


def _slip(name: str, slip: PaySlip, context: dict, status: int = 200):
    context |= {
        "slip": slip,
        "state": slip.confirmation.state,
        "telephones": complaint_telephones(slip.project.area_id),
    }
    return _page(name, context, status)


def _page(name: str, context: dict, status: int = 200):
    # Without the request: the shell's context processors read the session, and a worker has none.
    context.setdefault("telephones", complaint_telephones(None))
    return HttpResponse(render_to_string(f"payroll/public/{name}.html", context), status=status)


def _actor(request) -> Actor:
    """The worker, whoever is signed in on the same telephone."""
    return Actor(
        user=None,
        label="农民工",
        ip=request.META.get("REMOTE_ADDR") or None,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:200],
    )
