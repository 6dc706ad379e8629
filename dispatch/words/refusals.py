"""What to tell a person whose command or call was not carried out."""

from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal
from dispatch.words.tables import phrase


def refusal_title(refusal: Refusal, lang: Lang) -> str:
    """What to do about a refusal of the desk."""
    return phrase(lang, "refusals.refusal", refusal.code, **refusal.facts)
