"""The people who use the site; most of them never have a password."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac

from examsite.lib.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Creation by name; a missing password becomes an unusable one, never an empty one."""

    def create_user(
        self, username: str | None = None, password: str | None = None, *, name: str, **fields: Any
    ) -> User:
        user = self.model(username=username or None, name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        fields.setdefault("name", username)
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person, for good: moving to another unit is a new membership, never a new account.

    No identity-card number, no photo. The telephone number is optional and stored sealed
    (lib/sealing); `phone_index` is its keyed digest, for finding doubles. Raising `sign_in_epoch` ends
    every sign-in of the person. A double points at the account that stays (`merged_into`); statistics
    that count persons count `merged_into or the row itself`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField("用户名", max_length=64, unique=True, null=True, blank=True)
    name = models.CharField("姓名", max_length=64)
    name_note = models.CharField("同名区分", max_length=32, blank=True, help_text="同村同名时的父名或尾号")
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    phone_sealed = models.CharField("手机号（加密）", max_length=128, blank=True, editable=False)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    is_active = models.BooleanField("可登录", default=True)
    is_staff = models.BooleanField("可进后台", default=False)
    sign_in_epoch = models.PositiveIntegerField(default=0, editable=False)
    password_changed_at = models.DateTimeField("密码设置时间", null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="doubles", editable=False
    )
    forgotten_at = models.DateTimeField("个人信息删除时间", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        indexes = [models.Index(fields=["name"], name="user_name")]

    def __str__(self) -> str:
        return f"{self.name}（{self.name_note}）" if self.name_note else self.name

    def get_short_name(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every sign-in carries: it dies with the password and with `sign_in_epoch`."""
        value = f"{self.password}\x00{self.sign_in_epoch}"
        return salted_hmac("people.User.sign_in", value, secret=secret, algorithm="sha256").hexdigest()
