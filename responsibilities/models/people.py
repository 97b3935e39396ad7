import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from responsibilities.rules.roles import ROLE_LABELS, Role


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username):
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who logs in. What a user may do stands in the grants, nowhere else.

    `session_epoch` is part of what each session is checked against; raising it ends every session of the user.
    """

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    is_active = models.BooleanField("启用", default=True)
    session_epoch = models.PositiveIntegerField("会话批次", default=1)
    must_change_password = models.BooleanField("须修改密码", default=False)
    notices_seen_at = models.DateTimeField("上次查看通知", null=True, blank=True)
    previous_visit_at = models.DateTimeField("上次来访", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self):
        return self.name

    def _get_session_auth_hash(self, secret=None):
        # Django compares this with the session's copy on every request, and ends the session where they differ.
        return salted_hmac(
            "responsibilities.User.session",
            f"{self.session_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def get_full_name(self):
        """What the shell shows beside the menu."""
        return self.name

    # The admin site is a read-only window for the system administrator; see responsibilities/admin.py.
    @property
    def is_staff(self):
        return self.is_active and self.grants.filter(role=Role.SYSTEM_ADMINISTRATOR).exists()

    def has_perm(self, perm, obj=None):
        return self.is_staff and perm.rpartition(".")[2].startswith("view_")

    def has_module_perms(self, app_label):
        return self.is_staff


@pghistory.track(meta={"verbose_name": "授权的变更", "verbose_name_plural": "授权的变更"})
class Grant(models.Model):
    """A role for an organization, narrowed to an area or not: the only source of visibility."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="用户")
    organization = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="单位")
    area = models.ForeignKey(
        "responsibilities.Area",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="限定县区",
    )
    role = models.CharField(
        "岗位",
        max_length=24,
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
    )

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "area", "role"],
                name="grant_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.organization} · {self.get_role_display()}"
