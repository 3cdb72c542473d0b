"""What signing in leaves behind: counted failures, one-time links, second factors."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from examsite.lib.ids import uuid7


class SignInFailure(models.Model):
    """Failures of one account from one address, and (address empty) of the account from anywhere.

    `account` is a digest, so that a mistyped password in the name field is not kept. Rows live a day.
    """

    account = models.CharField(max_length=64)
    address = models.CharField("来源地址", max_length=64, blank=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    last_at = models.DateTimeField("最近一次", db_index=True)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    class Meta:
        verbose_name = "登录失败"
        verbose_name_plural = "登录失败"
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="failure_once")]

    def __str__(self) -> str:
        return "登录失败"


class SignInLink(models.Model):
    """A link for the first sign-in, or for a forgotten password: works once, for a short time.

    Only the keyed digest of its token is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_in_links")
    token_digest = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField("发出时间")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "一次性登录链接"
        verbose_name_plural = "一次性登录链接"


class SecondFactor(models.Model):
    """The authenticator app of a member of staff (TOTP, RFC 6238).

    `last_step` is the time step of the code used last: no code counts twice, whichever process is asked.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="second_factor"
    )
    secret_sealed = models.CharField(max_length=128)
    since = models.DateTimeField("启用时间")
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "动态口令"
        verbose_name_plural = "动态口令"


class RecoveryCode(models.Model):
    """A code on paper that replaces the telephone once. Only its slow hash is stored (it has 50 bits)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=128)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "备用码"
        verbose_name_plural = "备用码"


class ExternalIdentity(models.Model):
    """Who a person is at the county's identity provider: its name for him, bound at his first sign-in there.

    Afterwards only this subject counts: a user name that the provider gives to somebody else opens nothing.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities")
    provider = models.CharField("认证源", max_length=64)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField("绑定时间")

    class Meta:
        verbose_name = "统一身份认证绑定"
        verbose_name_plural = "统一身份认证绑定"
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="identity_subject_once"),
            models.UniqueConstraint(fields=["provider", "user"], name="identity_user_once"),
        ]
