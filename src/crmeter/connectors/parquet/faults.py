"""What a store of objects refuses, said to the user: what, why, what next. No secret stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    import httpx

_KEYS = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "TokenRefreshRequired",
         "InvalidSecurity", "AuthFailure")  # fmt: skip
_ELSEWHERE = ("AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException")
_CLOCK = "RequestTimeTooSkewed"
_STYLES = ("SecondLevelDomainForbidden", "VirtualHostDomainRequired", "PathStyleDomainForbidden")


@dataclass(frozen=True)
class Refusal:
    """What a store answered instead of what it was asked for. ``region`` is the one it names, if it does."""

    source: str
    host: str
    bucket: str
    key: str  # of the object, '' of a list
    folder: str  # that was to be listed
    status: int
    code: str
    region: str

    @classmethod
    def of(
        cls, source: str, host: str, bucket: str, key: str, folder: str, answer: httpx.Response, body: bytes
    ) -> Refusal:
        said = body[:10_000].decode("utf-8", "replace")
        region = _held(said, "Region") or answer.headers.get("x-amz-bucket-region", "")
        code = _held(said, "Code") or ("PermanentRedirect" if answer.status_code == 301 and region else "")
        return cls(source, host, bucket, key, folder, answer.status_code, code, region)


def _held(body: str, name: str) -> str:
    """The word in an element of the answer; nothing but words, since it will be shown."""
    found = re.search(rf"<{name}>([\w.-]{{1,64}})</{name}>", body)
    return found[1] if found else ""


def refused(no: Refusal) -> UserError:
    """A refusal as the user's error."""
    said = t("It answered {said}.", said=" ".join(filter(None, (str(no.status), no.code))))
    if no.code == "NoSuchBucket":
        return UserError.of(
            t("There is no bucket “{bucket}” at {host}.", bucket=no.bucket, host=no.host),
            next=t("Correct path or endpoint of [sources.{source}] in crmeter.toml.", source=no.source),
        )
    if no.key and no.status in (404, 412):
        return changed(f"s3://{no.bucket}/{no.key}")
    if no.code in _ELSEWHERE:
        return _elsewhere(no, said)
    if 300 <= no.status < 400:
        return UserError.of(
            t("{host} sends us on to another address.", host=no.host),
            t("Redirects are not followed: the key of the source is for that host alone."),
            t("Let endpoint of [sources.{source}] name the store itself.", source=no.source),
        )
    if no.status in (401, 403) or no.code in (*_KEYS, _CLOCK, *_STYLES):
        return _not_let_in(no, said)
    return UserError.of(
        t("{host} does not give what was asked of the bucket “{bucket}”.", bucket=no.bucket, host=no.host),
        said,
        t("Check endpoint, region and path of [sources.{source}] in crmeter.toml, or try again later.",
          source=no.source),
    )  # fmt: skip


def _not_let_in(no: Refusal, said: str) -> UserError:
    """The key, the clock, the form of the address, or a right that is missing."""
    if no.code in _KEYS:
        return UserError.of(
            t("{host} does not accept the key of source “{source}”.", host=no.host, source=no.source),
            said,
            t("Check access_key and secret_key of [sources.{source}] in crmeter.toml, and what they point to; a key "
              "that is lent for a time also needs session_token.", source=no.source),
        )  # fmt: skip
    if no.code == _CLOCK:
        return UserError.of(
            t("{host} finds that the clock of this machine is wrong.", host=no.host),
            t("A signature holds for some minutes only."),
            t("Set the clock, then start again."),
        )
    if no.code in _STYLES:
        return UserError.of(
            t("{host} wants the name of the bucket at another place of the address.", host=no.host),
            said,
            t('Write url_style = "host" in [sources.{source}], or "path" where it is "host".', source=no.source),
        )
    return UserError.of(
        t("{host} does not let us read s3://{place}.", host=no.host, place=f"{no.bucket}/{no.key or no.folder}"),
        said,
        t("The key of [sources.{source}] needs the right to list this folder and to read its objects (s3:ListBucket, "
          "s3:GetObject); without a key the bucket must be public.", source=no.source),
    )  # fmt: skip


def _elsewhere(no: Refusal, said: str) -> UserError:
    """The bucket is in another region."""
    right = f'region = "{no.region}"' if no.region else "region"
    return UserError.of(
        t("The bucket “{bucket}” is in another region.", bucket=no.bucket),
        said,
        t("Write {setting} in [sources.{source}] of crmeter.toml.", setting=right, source=no.source),
    )


def changed(label: str) -> UserError:
    """A file is no more what it was when it was listed."""
    return UserError.of(
        t("{file} was changed or removed while it was being read.", file=label),
        t("A load shows a single moment of its files."),
        t("Wait until nothing writes there, then start again."),
    )


def not_reached(source: str, host: str, said: str) -> UserError:
    """The way to the store is broken."""
    return UserError.of(
        t("{host} is not reached.", host=host),
        said,
        t("Check endpoint of [sources.{source}] in crmeter.toml, and the network. Certificates of your own are found "
          "by the variable SSL_CERT_FILE.", source=source),
    )  # fmt: skip


def no_store(source: str, host: str) -> UserError:
    """What answers is something else."""
    return UserError.of(
        t("{host} does not answer as a store of objects (S3) does.", host=host),
        next=t("Correct endpoint or url_style of [sources.{source}] in crmeter.toml.", source=source),
    )


def cut_list(source: str, host: str, bucket: str) -> UserError:
    """A list that ends in the middle, or begins again."""
    return UserError.of(
        t("{host} lists only a part of the bucket “{bucket}”.", host=host, bucket=bucket),
        t("It says that there is more, and does not give it."),
        t("Correct endpoint of [sources.{source}] in crmeter.toml, or let path name folders of fewer than 1,000 "
          "objects.", source=source),
    )  # fmt: skip


def not_in_parts(source: str, host: str, key: str) -> UserError:
    """Parquet needs parts of an object."""
    return UserError.of(
        t("{host} does not give the part of {key} that was asked for.", host=host, key=key),
        t("Parquet files are read in parts."),
        t('Copy the files into the workspace, and use kind = "files" for source “{source}”.', source=source),
    )


def no_library(name: str) -> UserError:
    """The extra is missing."""
    return UserError.of(
        t("To read from s3:// this needs {library}, which is not installed.", library=name),
        next=t("Install it: pip install 'crmeter[{extra}]'", extra="s3"),
    )
