"""Small zip files in the shape of a published model, and in shapes no model should have."""

import hashlib
import io
import zipfile

from config.settings import Language
from service.recognition.known_models import KnownModel

NAME = "vosk-model-tiny-0.1"

_FILES = {
    "am/final.mdl": bytes(range(256)) * 400,
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "conf/model.conf": b"--beam=10\n",
    "graph/Gr.fst": b"G" * 1_000,
    "graph/HCLr.fst": b"H" * 2_000,
}


def model_zip(files: dict[str, bytes] | None = None, top: str = NAME) -> bytes:
    """An archive with one folder `top`; None: a folder that has a model's shape."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir(top)
        for name, content in (_FILES if files is None else files).items():
            archive.writestr(f"{top}/{name}", content)
    return packed.getvalue()


def zip_of(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    """An archive of exactly these entries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return packed.getvalue()


def known(archive: bytes, name: str = NAME) -> KnownModel:
    """The table row under which this archive would be published."""
    return KnownModel(name, Language.EN, len(archive), hashlib.sha256(archive).hexdigest(), "Apache-2.0")
