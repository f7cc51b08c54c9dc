"""Languages: what texts show of them, and what they don't."""

from __future__ import annotations

import pytest

from indexer.enrich.language import detect_language, with_languages
from indexer.model import Origin
from tests.records import make_document

ENGLISH = "The minister said that the radars of the coast had not been repaired, and that nobody would be told when they were. "
GERMAN = "Die Ministerin sagte, dass die Radare an der Küste nicht repariert worden sind und dass es auch niemand wissen soll. "
FRENCH = "La ministre a dit que les radars de la côte ne seraient pas réparés avant l’été, et que le pays n’en a pas besoin. "
UKRAINIAN = "Міністерка сказала, що радари на узбережжі ще не відремонтовані, і ніхто не знає, коли їх відремонтують. "
RUSSIAN = "Министр сказала, что радары на побережье ещё не исправлены, и никто не знает, когда их исправят, и не скажет. "
BELARUSIAN = "Міністр сказала, што радары на ўзбярэжжы яшчэ не адрамантаваныя, і ніхто не ведае, калі іх адрамантуюць. "
CHINESE = "部长说海岸的雷达还没有修好，没有人知道什么时候能修好。"
JAPANESE = "大臣は海岸のレーダーがまだ修理されていないと述べた。"
KOREAN = "장관은 해안의 레이더가 아직 수리되지 않았다고 말했다."
THAI = "รัฐมนตรีกล่าวว่าเรดาร์ที่ชายฝั่งยังไม่ได้รับการซ่อมแซม"
ARABIC = "قالت الوزيرة إن الرادارات على الساحل لم يتم إصلاحها بعد ولا أحد يعرف متى سيتم ذلك. "
TATAR = "Министр ярдагы радарларның әле төзәтелмәгәнен һәм аларның кайчан төзәтеләчәген беркем дә белмәвен әйтте. "
BASHKIR = "Министр ярҙағы радарҙарҙың әле төҙәтелмәгәнен һәм уларҙың ҡасан төҙәтеләсәген бер кем дә белмәүен әйтте. "
KAZAKH = "Министр жағалаудағы радарлардың әлі жөнделмегенін және олардың қашан жөнделетінін ешкім білмейтінін айтты. "
KYRGYZ = "Министр жээктеги радарлар али оңдоло электигин жана алар качан оңдолорун эч ким билбестигин айтты. "
TAJIK = "Вазир гуфт, ки радарҳои соҳил ҳанӯз таъмир нашудаанд ва ҳеҷ кас намедонад, ки онҳо кай таъмир мешаванд. "
UZBEK = "Вазир қирғоқдаги радарлар ҳали таъмирланмаганини ва улар қачон таъмирланишини ҳеч ким билмаслигини айтди. "
GREEK = "Η υπουργός είπε ότι τα ραντάρ της ακτής δεν έχουν επισκευαστεί ακόμη."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (UKRAINIAN, "uk"),
        (RUSSIAN, "ru"),
        (BELARUSIAN, "be"),
        (CHINESE, "zh"),
        (JAPANESE, "ja"),
        (KOREAN, "ko"),
        (THAI, "th"),
        (ARABIC, "ar"),
        (GREEK, "el"),
        (TATAR, "tt"),
        (BASHKIR, "ba"),
        (KAZAKH, "kk"),
        (KYRGYZ, "ky"),
        (TAJIK, "tg"),
        (UZBEK, "uz"),
        ("", None),
        ("F-16", None),
        ("1990 – 2025: 17", None),
        ("Ostrel, Velmara", None),
        ("防空", None),
        ("Sens. M. D. Renn (D-V.), J. Maric (D-L.), D. J. Vey (R-N.J.), L. D. Strom (D-M.), Ostrel; M. Zak (R-D.)", None),
    ],
)
def test_a_text_shows_its_language_or_none(text: str, language: str | None) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (UKRAINIAN, "uk"), (CHINESE, "zh")])
def test_a_document_that_states_no_language_has_that_of_its_text(text: str, language: str) -> None:
    document, paragraphs = with_languages(*make_document("a.md", ["1990", text * 3]))
    assert (document.language, document.origins) == (language, {"language": Origin.TEXT})
    assert [paragraph.language for paragraph in paragraphs] == [None, None]


def test_a_stated_language_stays() -> None:
    document, paragraphs = with_languages(*make_document("a.md", [GERMAN], language="de"))
    assert (document.language, document.origins, paragraphs[0].language) == ("de", {}, None)


def test_short_texts_stay_of_unknown_language() -> None:
    document, paragraphs = with_languages(*make_document("a.md", ["Radars", "Ostrel 1990"]))
    assert (document.language, [paragraph.language for paragraph in paragraphs]) == (None, [None, None])


@pytest.mark.parametrize("stated", ["en", "uk", "ru", "be", "de", "zh"])
def test_long_paragraphs_in_another_language_have_their_own(stated: str) -> None:
    texts = {"en": ENGLISH, "de": GERMAN, "uk": UKRAINIAN, "ru": RUSSIAN, "be": BELARUSIAN, "ar": ARABIC}
    document = make_document("a.md", [text * 3 for text in texts.values()], language=stated)
    _, paragraphs = with_languages(*document)
    own = [None if language == stated else language for language in texts]
    assert [paragraph.language for paragraph in paragraphs] == own


@pytest.mark.parametrize("stated", ["ru", "uk", "kk", "tt", "ba", "tg", "ky"])
def test_long_paragraphs_in_languages_of_cyrillic_letters_are_told_apart(stated: str) -> None:
    texts = {"tt": TATAR, "ba": BASHKIR, "kk": KAZAKH, "ky": KYRGYZ, "tg": TAJIK, "ru": RUSSIAN}
    _, paragraphs = with_languages(*make_document("a.md", [text * 3 for text in texts.values()], language=stated))
    assert [paragraph.language for paragraph in paragraphs] == [None if own == stated else own for own in texts]


def test_short_paragraphs_have_the_language_of_their_document() -> None:
    _, paragraphs = with_languages(*make_document("a.md", [ENGLISH * 3, UKRAINIAN[:80], GERMAN[:80]]))
    assert [paragraph.language for paragraph in paragraphs] == [None, None, None]
