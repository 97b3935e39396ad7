from django.urls import path, re_path

from responsibilities.views import obstacles, organizations, people, sign_in, trail

app_name = "responsibilities"
urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("logout/", sign_in.sign_out, name="logout"),
    path("password/", sign_in.password_page, name="password"),
    path("scope/", sign_in.scope_switch, name="scope_switch"),
    path("organizations/", organizations.organization_list, name="organizations"),
    path("organizations/new/", organizations.organization_new, name="organization_create"),
    path("organizations/<str:code>/", organizations.organization_page, name="organization"),
    path("obstacles/", obstacles.obstacle_list, name="obstacles"),
    path("obstacles/new/", obstacles.obstacle_new, name="obstacle_create"),
    path("obstacles/<int:pk>/lift/", obstacles.obstacle_lift_page, name="obstacle_lift"),
    path("users/", people.user_list, name="users"),
    path("users/new/", people.user_new, name="user_create"),
    path("users/<int:pk>/", people.user_page, name="user"),
    re_path(r"^users/(?P<pk>[0-9]+)/(?P<act>disable|enable|sessions|password)/$", people.user_act, name="user_act"),
    path("users/<int:pk>/grants/<int:grant_pk>/remove/", people.grant_remove, name="grant_remove"),
    path("users/<int:pk>/tokens/<int:token_pk>/revoke/", people.token_remove, name="token_revoke"),
    path("trail/", trail.trail_page, name="trail"),
]
