"""Stop words: the words of Snowball's lists, folded as the analysis folds them.

Whoosh brings the lists of 14 languages; the English one there is another. Ukrainian, for which Snowball has none, has one of
ours. A language without a list has no stop words, and a record of unknown language has the English ones, as it has English
stems.
"""

from __future__ import annotations

from collections.abc import Mapping

from whoosh.lang.stopwords import stoplists

from indexer.search.folding import fold
from indexer.search.stemming import SAME

ENGLISH: frozenset[str] = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves what which who whom this that these those
    am is are was were be been being have has had having do does did doing would should could ought
    i'm you're we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll he'll she'll we'll they'll
    isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't shan't shouldn't
    can't cannot couldn't mustn't
    a an the and but if or because as until while of at by for with about against between into through during
    before after above below to from up down in out on off over under again further then once here there when where why how
    all any both each few more most other some such no nor not only own same so than too very
    """.split()
)
# Words that join others and stand for others; none that is a noun, too.
_UKRAINIAN = """
    в у на з із зі до від од за по про для при над під перед між через без
    і й та а але або чи що щоб як якщо коли бо то не ні ж же б би хоч так також ще вже уже
    я ти він вона воно ми ви вони мене тебе його її нас вас їх мені тобі йому їй нам вам їм
    мною тобою ним нею нами вами ними нього неї них себе собі
    мій моя моє мої твій твоя твоє твої наш наша наше наші ваш ваша ваше ваші свій своя своє свої
    хто кого кому ким чого чому чим цей ця це ці цього цієї цих цьому цій цим цією цими
    той те ті того тієї тих тому тій тим тією тими який яка яке які якого якої яких якому якій яким якою якими
    є бути був була було були буде будуть
    """

STOP_WORDS: Mapping[str, frozenset[str]] = {
    **{language: frozenset(map(fold, words)) for language, words in stoplists.items()},
    "en": ENGLISH,
    "uk": frozenset(map(fold, _UKRAINIAN.split())),
}
"""Language -> its list."""


def stop_list_of(language: str | None) -> str | None:
    """The language on whose list a record's stop words are; None where its language has no list."""
    if language is None:
        return "en"
    code = SAME.get(language, language)
    return code if code in STOP_WORDS else None


def is_stop_word(form: str, stop_list: str | None = "en") -> bool:
    """Whether a folded form is on one of the lists that `stop_list_of` names."""
    return stop_list is not None and form in STOP_WORDS[stop_list]
