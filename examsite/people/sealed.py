"""What is stored sealed or as a digest: telephone numbers, secrets of authenticator apps, tokens of links.

The key belongs to the installation and not to any one call, so it is read here and nowhere else in the app.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from examsite.lib import sealing
from examsite.lib.errors import Invalid
from examsite.lib.ids import keyed_digest
from examsite.lib.phones import phone_fault, tidy_phone

from .models import User


def set_phone(user: User, text: str) -> None:
    """Write the number into the user's fields (not saved). Raises Invalid for what is no mobile number."""
    if fault := phone_fault(text):
        raise Invalid("phone", f"{fault}。")
    number = tidy_phone(text)
    user.phone_sealed = seal(number)
    user.phone_index = phone_index(number)


def read_phone(user: User) -> str:
    """The number in clear, "" where there is none."""
    return unseal(user.phone_sealed)


def phone_index(text: str) -> str:
    """The digest by which a number is found, however it is written; "" for none."""
    return sealing.phone_index(tidy_phone(text), settings.DATA_SECRET)


def people_with_phone(text: str) -> QuerySet[User]:
    """Everybody whose number it is; families share telephones."""
    return User.objects.filter(phone_index=phone_index(text)) if tidy_phone(text) else User.objects.none()


def seal(text: str) -> str:
    """The text encrypted; empty stays empty."""
    return sealing.seal(text, settings.DATA_SECRET)


def unseal(sealed: str) -> str:
    """Inverse of `seal`."""
    return sealing.unseal(sealed, settings.DATA_SECRET)


def digest(purpose: str, value: str) -> str:
    """The keyed digest of a secret of 112 bits or more, or of a key that only has to be found again."""
    return keyed_digest(settings.DATA_SECRET, purpose, value)


def seal_file(data: bytes) -> bytes:
    """A file that waits, encrypted."""
    return sealing.seal_bytes(data, settings.DATA_SECRET)


def unseal_file(sealed: bytes) -> bytes:
    """Inverse of `seal_file`."""
    return sealing.unseal_bytes(bytes(sealed), settings.DATA_SECRET)
