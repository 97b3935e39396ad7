"""Signing in and out, one's own password, and the unit and area switch."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from responsibilities.forms import LoginForm, PasswordForm
from responsibilities.rules.errors import Refused
from responsibilities.selectors.switch import SWITCH_KEY, narrowed
from responsibilities.services.people import password_change
from responsibilities.services.trail import Actor
from responsibilities.services.visits import sign_in_record, sign_out_record
from responsibilities.views.access import any_signed_in, show_refusal


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The login page. Wrong passwords are counted by axes, which answers 429 when there were too many."""

    form_class = LoginForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form):
        previous = form.get_user().last_login
        reply = super().form_valid(form)
        self.request.session.pop(SWITCH_KEY, None)
        sign_in_record(user=self.request.user, previous_at=previous, actor=Actor.of(self.request))
        return reply


@any_signed_in
@require_POST
def sign_out(request):
    """End this session."""
    sign_out_record(user=request.user, actor=Actor.of(request))
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@any_signed_in
@sensitive_post_parameters()
def password_page(request):
    """One's own password; the other sessions end, this one goes on."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = password_change(
                user=request.user, old=data["old_password"], new=data["new_password"], actor=Actor.of(request)
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改，您在其他设备上的登录已全部退出。")
            return redirect("responsibilities:password")
    return render(request, "responsibilities/password.html", {"form": form})


@any_signed_in
@require_POST
def scope_switch(request):
    """Look through one of one's own grants, or all of them again; back to where one was."""
    chosen = request.POST.get("grant", "")
    if narrowed(request.whole_scope, chosen) is None:
        messages.error(request, "这个单位或辖区不在您的授权范围内，没有切换。")
    else:
        request.session[SWITCH_KEY] = chosen
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "/")
