"""Addresses asked of an online provider: with consent, at its pace, and never twice."""

from __future__ import annotations

import inspect
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspots.errors import DataFileError, InputError, MissingExtraError
from hotspots.geocoding.online.cache import AnswerCache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

_LONGEST_WAIT = 300.0
_ODD = (TypeError, ValueError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider said of one address.

    ``raw`` is its own answer with ``latitude`` and ``longitude`` (degrees, EPSG:4326) beside it,
    or None where it found nothing or failed; ``problem`` is the failure, "" where there is none.
    """

    raw: Mapping[str, Any] | None
    problem: str = ""


class OnlineGeocoder:
    """Ask any geopy geocoder for addresses, one at a time.

    The texts of addresses, with the neighborhood that the row states, leave this machine for
    the provider; dates, categories and names do not. Every answer is kept, so that none is asked
    for twice, whatever happens in between.

    Parameters
    ----------
    provider
        The name of geopy's geocoder, e.g. ``"nominatim"``.
    cache
        The SQLite file where answers are kept; made with mode 0600 where absent. What is there is
        looked up before anything waits or is sent.
    send_addresses
        Must be True: the consent that addresses leave.
    study_area
        Polygons; an answer outside their extent is refused. Needed without a gazetteer.
    options, restriction
        Keywords of the geocoder (``user_agent``, ``domain``, ...) and of its ``geocode``
        (``country_codes``, ``viewbox``, ...).
    key_env
        The environment variable that holds the provider's key, where it wants one.
    per_second
        Requests a second, at most; public Nominatim allows 1.
    retries
        How often a failed request is sent again: after the wait that the provider asks for
        (``Retry-After``), otherwise after 1, 2, 4 ... seconds.
    keep_days
        How long an answer is kept; "not found" for at most 30 days.
    kept_only
        True to send nothing and look into the cache alone, whatever the age of its answers; what
        is not there is told as a failure.
    clock, sleep
        Time, in seconds.

    Attributes
    ----------
    provider, study_area
        As given.
    asked
        How many addresses were looked up so far, kept answers included.

    Raises
    ------
    InputError
        If there is no consent, a number makes no sense, or the provider does not exist.
    MissingExtraError
        If geopy is not installed.
    DataFileError
        If the cache is damaged, of another version or program, or not there with ``kept_only``.

    Examples
    --------
    >>> OnlineGeocoder("nominatim", cache="answers.sqlite")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    hotspots.errors.InputError: OnlineGeocoder: the texts of addresses would leave this machine...
    """

    def __init__(
        self,
        provider: str,
        *,
        cache: str | Path,
        send_addresses: bool = False,
        study_area: gpd.GeoDataFrame | None = None,
        options: Mapping[str, Any] | None = None,
        restriction: Mapping[str, Any] | None = None,
        key_env: str | None = None,
        per_second: float = 1.0,
        retries: int = 3,
        keep_days: float = 365.0,
        kept_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        given = dict(options or {})
        if send_addresses is not True:
            host = given.get("domain", f"the public host of {provider}")
            raise InputError(
                f"OnlineGeocoder: the texts of addresses would leave this machine for {host}; "
                "dates, categories and names would not. If that is allowed, "
                "give send_addresses=True."
            )
        if not per_second > 0 or retries < 0:
            raise InputError(
                f"OnlineGeocoder: per_second is {per_second} and retries {retries}. "
                "Give a pace above 0 and retries of 0 or more."
            )
        self.provider = provider
        self.study_area = study_area
        self.asked = 0
        self._kept_only = kept_only
        self._restriction = dict(restriction or {})
        self._asked_of = (provider, given.get("scheme"), given.get("domain"), self._restriction)
        self._service = None if kept_only else _service(provider, given | _key(key_env))
        if self._service is not None:
            _check_restriction(provider, self._service[0], self._restriction)
        if kept_only and not Path(cache).is_file():
            raise DataFileError(
                f"OnlineGeocoder: {cache} is not there, and with kept_only nothing is asked. "
                "Put the cache of the run there."
            )
        self._cache = AnswerCache(
            Path(cache),
            keep_days=keep_days,
            keep_missing_days=min(keep_days, 30.0),
            # At the beginning of time no answer has expired.
            **({"now": float} if kept_only else {}),
        )
        self._pace, self._retries = 1 / per_second, retries
        self._clock, self._sleep = clock, sleep
        self._last: float | None = None

    def close(self) -> None:
        """Close the cache; nothing is lost without."""
        self._cache.close()

    def ask(self, query: str) -> Reply:
        """Return the kept answer, or the provider's; a failure is never kept."""
        self.asked += 1
        text = " ".join(query.split())
        key = json.dumps([*self._asked_of, text.casefold()], sort_keys=True)
        kept = self._cache.get(key)
        if kept is not None:
            return Reply(None if kept.answer is None else self._read(kept.answer))
        if self._service is None:
            return Reply(None, f"{self._cache.path.name} keeps no answer of {self.provider}")
        reply = self._fetched(text, *self._service)
        if not reply.problem:
            self._cache.keep(key, None if reply.raw is None else json.dumps(reply.raw))
        return reply

    def _fetched(self, text: str, geocoder: Any, final: Any, failures: Any) -> Reply:
        for attempt in range(self._retries + 1):
            self._keep_pace()
            try:
                place = geocoder.geocode(text, **self._restriction)
            except failures as error:
                wait = _asked_wait(error)
                wait = 2.0**attempt if wait is None else wait
                last = isinstance(error, final) or attempt == self._retries
                if last or wait > _LONGEST_WAIT:
                    return Reply(None, f"{self.provider} did not answer: {type(error).__name__}")
                self._sleep(wait)
            except _ODD as error:
                # geopy reads what it expects; an answer of another form ends there.
                return Reply(None, f"{self.provider} answered oddly: {type(error).__name__}")
            else:
                return Reply(None if place is None else _raw(place))
        raise AssertionError

    def _read(self, kept: str) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = json.loads(kept)
        except json.JSONDecodeError:
            raise DataFileError(
                f"{self._cache.path}: holds an answer that cannot be read. Delete the file; its "
                "addresses will be asked for again."
            ) from None
        return answer

    def _keep_pace(self) -> None:
        if self._last is not None:
            wait = self._last + self._pace - self._clock()
            if wait > 0:
                self._sleep(wait)
        self._last = self._clock()


def _key(variable: str | None) -> dict[str, str]:
    if variable is None:
        return {}
    value = os.environ.get(variable)
    if not value:
        raise InputError(
            f"OnlineGeocoder: the environment variable {variable} is not set. "
            "Set it to the provider's key."
        )
    return {"api_key": value}


def _service(provider: str, options: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    try:
        from geopy import exc
        from geopy.adapters import URLLibAdapter
        from geopy.geocoders import get_geocoder_for_service
    except ImportError as error:
        raise MissingExtraError(
            "OnlineGeocoder needs geopy. Install it with: pip install 'hotspots-geo[online]'"
        ) from error
    try:
        # The other adapter sends failed requests again by itself, faster than the pace allows.
        defaults = {"timeout": 10, "adapter_factory": URLLibAdapter}
        geocoder = get_geocoder_for_service(provider)(**defaults | dict(options))
    except (exc.GeocoderNotFound, exc.ConfigurationError, TypeError) as error:
        raise InputError(f"OnlineGeocoder: {provider!r} cannot be set up: {error}") from error
    final = (exc.GeocoderAuthenticationFailure, exc.GeocoderQueryError)
    return geocoder, final, exc.GeopyError


def _check_restriction(provider: str, geocoder: Any, restriction: Mapping[str, Any]) -> None:
    known = list(inspect.signature(geocoder.geocode).parameters)[1:]
    unknown = sorted(set(restriction) - set(known))
    if unknown:
        raise InputError(
            f"OnlineGeocoder: restriction has {unknown[0]!r}, which {provider} does not know. "
            f"It knows {', '.join(known)}."
        )


def _asked_wait(error: BaseException) -> float | None:
    """Return the seconds of ``Retry-After`` (a number or an HTTP date), if it came."""
    from geopy.adapters import get_retry_after

    headers = getattr(error.__cause__, "headers", None)
    seconds = None if headers is None else get_retry_after(headers)
    return None if seconds is None else max(0.0, float(seconds))


def _raw(place: Any) -> dict[str, Any]:
    return {"raw": place.raw, "latitude": place.latitude, "longitude": place.longitude}
