"""Which edition an item's words point to, and whether it is still in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from ..kinds.base import Citation, Question
from ..models import Edition, ItemCitation, ItemVersion, Law
from ..statutes.citing import law_name

# After a new edition, an item that names an article without saying of which edition is doubtful for so long.
RENEWED = timedelta(days=730)
BATCH = 500


class LawBook:
    """The catalogue in memory: one statement however many items ask it."""

    def __init__(self) -> None:
        self._by_name: dict[str, tuple[Law, list[Edition]]] = {}
        editions: dict[object, list[Edition]] = {}
        for edition in Edition.objects.select_related("law").order_by("adopted_on"):
            editions.setdefault(edition.law_id, []).append(edition)
        for law in Law.objects.all():
            for name in {law.short, law.title, *law.aliases}:
                self._by_name.setdefault(law_name(name), (law, editions.get(law.pk, [])))
        self.names = frozenset(self._by_name)

    def law(self, name: str) -> Law | None:
        """The law of this name, short name or alias."""
        found = self._by_name.get(law_name(name))
        return found[0] if found else None

    def edition(self, cited: Citation, day: date) -> Edition | None:
        """The edition that is cited: by its date (or the beginning of it, a year), else the one in force on
        `day`, else the newest before it, else the newest."""
        found = self._by_name.get(law_name(cited.law))
        if found is None or not found[1]:
            return None
        if cited.edition:
            return next(
                (one for one in reversed(found[1]) if one.adopted_on.isoformat().startswith(cited.edition)),
                None,
            )
        begun = [one for one in found[1] if (one.in_force_on or one.adopted_on) <= day]
        return begun[-1] if begun else found[1][-1]

    def stale_reason(self, cited: Citation, day: date) -> str:
        """Why a citation wants a look on `day`; "" for none. Chinese, one clause."""
        law = self.law(cited.law)
        if law is None:
            return ""
        if law.repealed_on and law.repealed_on <= day:
            by = f"（{law.repealed_by}）" if law.repealed_by else ""
            return f"《{law.short}》已于{law.repealed_on.isoformat()}废止{by}"
        edition = self.edition(cited, day)
        if edition and has_ended(edition, day):
            return ended_reason(edition)
        return ""

    def stale_reason_of(self, question: Question, day: date) -> str:
        """The reasons of all that an item cites, each once."""
        reasons = dict.fromkeys(self.stale_reason(one, day) for one in citations_of(question))
        return "；".join(reason for reason in reasons if reason)

    def renewed(self, cited: Citation, day: date) -> str:
        """A sentence when an article is cited of a law that was renewed lately, without its edition."""
        if cited.edition or not cited.article:
            return ""
        found = self._by_name.get(law_name(cited.law))
        edition = self.edition(cited, day)
        if found is None or edition is None or edition.in_force_on is None or len(found[1]) < 2:
            return ""
        if edition is found[1][0] or not day - RENEWED <= edition.in_force_on <= day:
            return ""
        since = edition.in_force_on.isoformat()
        return f"《{found[0].short}》新版{since}起施行，条号可能变了，请核对{cited.article}"


def has_ended(edition: Edition, day: date) -> bool:
    """Whether the edition was no longer in force on `day`."""
    return edition.ended_on is not None and edition.ended_on <= day


def ended_reason(edition: Edition) -> str:
    """《行政复议法》（2017年版）2024-01-01起失效."""
    return f"《{edition.law.short}》（{edition.adopted_on:%Y}年版）{edition.ended_on}起失效"


def cite(pairs: Iterable[tuple[ItemVersion, Question]], *, day: date, book: LawBook) -> None:
    """Store the citations whose edition is known. The versions must have been saved."""
    rows: dict[tuple[object, object, str], ItemCitation] = {}
    for version, question in pairs:
        for cited in citations_of(question):
            edition = book.edition(cited, day)
            if edition is not None:
                article = cited.article[:32]
                rows[version.pk, edition.pk, article] = ItemCitation(
                    version=version, edition=edition, article=article, quote=cited.quote
                )
    ItemCitation.objects.bulk_create(rows.values(), batch_size=BATCH)


def citations_of(question: Question) -> tuple[Citation, ...]:
    """Those of an item and of its parts."""
    return (*question.citations, *(one for part in question.parts for one in part.citations))


def unknown_basis(question: Question, *, day: date, book: LawBook) -> tuple[str, ...]:
    """What an item cites that the catalogue does not have, as tags: nothing that a file said gets lost."""
    return tuple(
        dict.fromkeys(
            f"依据:《{one.law}》{one.article}"
            for one in citations_of(question)
            if one.law and book.edition(one, day) is None
        )
    )
