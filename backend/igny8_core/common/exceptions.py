"""Refusals: what a service raises when it will not do what it was asked to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.utils.translation import get_language_info


@dataclass(frozen=True)
class Words:
    """What a refusal says in each of ``settings.LANGUAGES``, with the places of its ``{facts}``.

    A fact that has words of its own, such as a state, is said in the same language.
    """

    en: str
    ur: str

    def say(self, language: str, facts: Mapping[str, object]) -> str:
        """Return what is said in a language; in the default one, if it has no words in this.

        Facts such as names and amounts are isolated (U+2068, U+2069) where the sentence runs from
        right to left: they keep their own direction.
        """
        if language not in vars(self):
            language = settings.LANGUAGE_CODE
        sentence: str = getattr(self, language)
        said = {name: _fact_in(language, fact) for name, fact in facts.items()}
        return sentence.format(**said).strip()

    def by_language(self, **facts: object) -> dict[str, str]:
        """Return what is said in each of ``settings.LANGUAGES``, by its ISO 639-1 code."""
        return {language: self.say(language, facts) for language, _name in settings.LANGUAGES}


def _fact_in(language: str, fact: object) -> str:
    if isinstance(fact, Words):
        return fact.say(language, {})
    text = str(fact)
    return f"\u2068{text}\u2069" if text and get_language_info(language)["bidi"] else text


class DomainError(Exception):
    """A refusal with a stable code for programs, and words for people.

    A class that is raised owns its words; one that only groups others has none.

    :param facts: what the words tell of.
    """

    code: ClassVar[str]
    words: ClassVar[Words]
    attr: ClassVar[str | None] = None
    """The input field that is at fault, if one is."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.in_language(settings.LANGUAGE_CODE))

    @property
    def detail(self) -> str:
        """What is wrong and what to do, as the desk and the log say it."""
        return str(self)

    def in_language(self, language: str) -> str:
        """Return the same in a language; in the default one, if there are no words in this."""
        return self.words.say(language, self.facts)


class InvalidInput(DomainError):
    """The input can't be used as it is; another input could be."""


class NotAllowed(DomainError):
    """The actor must not do this, whatever the object's state."""


class NotFound(DomainError):
    """There is no such object, or none that the actor may know of."""

    code = "not_found"


class StateConflict(DomainError):
    """The input is fine, but the object's present state doesn't allow the act.

    :param state: the present state, as the API spells it.
    """

    def __init__(self, *, state: str, **facts: object) -> None:
        super().__init__(**facts)
        self.state = state


class LaterPossible(DomainError):
    """Neither the input nor the state is at fault: the same may be tried again later.

    :param retry_after: seconds until it makes sense.
    """

    def __init__(self, *, retry_after: int, **facts: object) -> None:
        super().__init__(**facts)
        self.retry_after = retry_after


class LimitReached(LaterPossible):
    """Somebody has done as much of this as is allowed in a time."""


class Unavailable(LaterPossible):
    """A part that is needed does not answer, or has no place free."""


def refusal_of(check: Callable[[], object]) -> DomainError | None:
    """Return how a check refuses, if it does: for what is asked once about many things."""
    try:
        check()
    except DomainError as refusal:
        return refusal
    return None
