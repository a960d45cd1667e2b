"""gz and zip archives, unpacked into the scratch folder within limits; their own names are never used as paths."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crmeter.connectors.files.encoding import decide_chinese, measure_bytes
from crmeter.connectors.files.limits import MIB, Limits
from crmeter.connectors.files.names import PACKED, SUFFIXES, suffix
from crmeter.connectors.files.piece import Readable
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

_CHUNK = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


class Budget:
    """What an archive may still unpack."""

    def __init__(self, label: str, packed: int, limits: Limits) -> None:
        self._label, self._packed, self._limits, self._used = label, max(packed, 1), limits, 0

    def take(self, size: int) -> None:
        """Count ``size`` more unpacked bytes. Raises UserError once they are more than an honest file has."""
        self._used += size
        too_dense = self._used > self._limits.ratio_from and self._used > self._packed * self._limits.ratio
        if self._used > self._limits.archive_bytes or too_dense:
            raise UserError.of(
                t(
                    "{file} unpacks to more than {size} MB from {packed} MB.",
                    file=self._label,
                    size=self._used // MIB,
                    packed=f"{self._packed / MIB:.1f}",
                ),
                t("So much more than it holds is the mark of an archive made to fill a machine; it was not read."),
                t("Unpack it yourself and name the files in it, if you know where it comes from."),
            )


def damaged(label: str) -> UserError:
    """A file that ends early or whose checksum does not hold."""
    return UserError.of(
        t("{file} is damaged or was cut off.", file=label),
        t("Rows would be missing without a sign of it."),
        t("Export or copy it again."),
    )


def unpack(file: Readable, scratch: Path, limits: Limits) -> Iterator[Readable]:
    """The files in an archive, unpacked into ``scratch``; a file that is no archive is given back as it is."""
    if file.ending == ".gz":
        yield _unpack_gz(file, scratch, limits)
    elif file.ending == ".zip":
        yield from _unpack_zip(file, scratch, limits)
    else:
        yield file


def _unpack_gz(file: Readable, scratch: Path, limits: Limits) -> Readable:
    inner = file.name[: -len(".gz")]
    ending = suffix(inner) or ".csv"
    _refuse_nested(file.label, inner)
    budget = Budget(file.label, file.path.stat().st_size, limits)
    target = scratch / f"{_count(scratch)}{ending}"
    try:
        with gzip.open(file.path, "rb") as source:
            _copy(source, target, budget)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise damaged(file.label) from None
    return Readable(target, file.label, inner, ending)


def _unpack_zip(file: Readable, scratch: Path, limits: Limits) -> Iterator[Readable]:
    try:
        with zipfile.ZipFile(file.path) as archive:
            members = _members(file, archive, limits)
            budget = Budget(file.label, file.path.stat().st_size, limits)
            for member, name in members:
                label = f"{file.label}/{name}"
                _refuse_nested(label, name)
                target = scratch / f"{_count(scratch)}{suffix(name)}"
                with archive.open(member) as source:
                    _copy(source, target, budget)
                yield Readable(target, label, name, suffix(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise damaged(file.label) from None


def _members(file: Readable, archive: zipfile.ZipFile, limits: Limits) -> list[tuple[zipfile.ZipInfo, str]]:
    """The readable files of a zip with their names; what systems add of their own is passed over."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > limits.archive_files:
        raise UserError.of(
            t("{file} holds {count} files.", file=file.label, count=len(infos)),
            next=t("At most {count} can be read from one archive.", count=limits.archive_files),
        )
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise UserError.of(
            t("{file} is protected by a password.", file=file.label), next=t("Save it again without a password.")
        )
    Budget(file.label, file.path.stat().st_size, limits).take(sum(info.file_size for info in infos))
    named = zip(infos, _names(file, infos), strict=True)
    kept = [(info, name) for info, name in named if not _is_litter(name)]
    if not kept:
        raise UserError.of(t("{file} holds no files.", file=file.label), next=t("Export it again, or remove it."))
    strange = [name for _, name in kept if not suffix(name)]
    if strange:
        raise UserError.of(
            t(
                "{file} holds files of a kind that can't be read: {names}.",
                file=file.label,
                names=", ".join(strange[:5]),
            ),
            next=t("Unpack it and name the files to read; readable are {endings}.", endings=", ".join(SUFFIXES)),
        )
    return kept


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith((".", "~$")) or parts[-1].lower() == "thumbs.db"


def _names(file: Readable, infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names of the members; those not marked as UTF-8 are in the encoding of the machine that packed them."""
    raw = [info.filename.encode("cp437") for info in infos if not info.flag_bits & _UTF8_NAME]
    together = b"\n".join(raw)
    codec = "utf-8"
    if measure_bytes(together, codec).errors:
        try:
            codec = decide_chinese(lambda candidate: measure_bytes(together, candidate), file.label)
        except UserError:
            codec = "cp437"
    old = iter(raw)
    names = [info.filename if info.flag_bits & _UTF8_NAME else next(old).decode(codec, "replace") for info in infos]
    return [name.replace("\\", "/") for name in names]


def _refuse_nested(label: str, inner: str) -> None:
    if suffix(inner) in PACKED:
        raise UserError.of(t("{file} is an archive in an archive.", file=label), next=t("Unpack the outer one first."))


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, budget: Budget) -> None:
    with target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            budget.take(len(chunk))
            out.write(chunk)


def _count(scratch: Path) -> int:
    """A number no file in the folder has yet."""
    return sum(1 for _ in scratch.iterdir())
