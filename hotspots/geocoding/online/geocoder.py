"""Online geocoding: with consent, rate-limited, and each address only once."""

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
    """A provider's reply for one address.

    ``raw`` is its raw answer together with ``latitude`` and ``longitude`` (degrees, EPSG:4326),
    or None if it found nothing or failed; ``problem`` is the failure, "" if there was none.
    """

    raw: Mapping[str, Any] | None
    problem: str = ""


class OnlineGeocoder:
    """Geocode addresses with any geocoder of geopy, one at a time.

    The texts of addresses, with the neighborhood that the row states, are sent to the provider;
    dates, categories and names are not. Every answer is cached, so that no address is sent twice,
    even if a run is interrupted.

    Parameters
    ----------
    provider
        Name of a geocoder of geopy, e.g. ``"nominatim"``.
    cache
        SQLite file of the answers, created with mode 0600 if absent. It is looked up before
        anything is sent.
    send_addresses
        Must be True: consent to send addresses.
    study_area
        Polygons; an answer outside their extent is refused. Required without a gazetteer.
    options, restriction
        Keyword arguments of the geocoder (``user_agent``, ``domain``, ...) and of its ``geocode``
        (``country_codes``, ``viewbox``, ...).
    key_env
        Environment variable that holds the provider's API key, if it needs one.
    per_second
        Maximum number of requests per second; public Nominatim allows 1.
    retries
        How often a failed request is retried: after the time in ``Retry-After``, otherwise after
        1, 2, 4 ... seconds.
    keep_days
        Days until a cached answer expires; "not found" expires after at most 30 days.
    cache_only
        True to send nothing and use only the cache, whatever the age of its answers; an address
        that is not in it counts as a failure.
    clock, sleep
        Functions that return the time and wait, in seconds.

    Attributes
    ----------
    provider, study_area
        As given.
    asked
        Number of addresses looked up so far, cached answers included.

    Raises
    ------
    InputError
        If there is no consent, a number is out of range, or the provider does not exist.
    MissingExtraError
        If geopy is not installed.
    DataFileError
        If the cache is damaged, of another version or program, or missing with ``cache_only``.

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
        cache_only: bool = False,
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
        self._cache_only = cache_only
        self._restriction = dict(restriction or {})
        self._asked_of = (provider, given.get("scheme"), given.get("domain"), self._restriction)
        self._service = None if cache_only else _service(provider, given | _key(key_env))
        if self._service is not None:
            _check_restriction(provider, self._service[0], self._restriction)
        if cache_only and not Path(cache).is_file():
            raise DataFileError(
                f"OnlineGeocoder: there is no {cache}, and with cache_only nothing is asked. "
                "Put the cache of the run there."
            )
        self._cache = AnswerCache(
            Path(cache),
            keep_days=keep_days,
            keep_missing_days=min(keep_days, 30.0),
            # At time 0 no answer has expired.
            **({"now": float} if cache_only else {}),
        )
        self._pace, self._retries = 1 / per_second, retries
        self._clock, self._sleep = clock, sleep
        self._last: float | None = None

    def close(self) -> None:
        """Close the cache; every answer is already stored."""
        self._cache.close()

    def ask(self, query: str) -> Reply:
        """Return the cached answer, or else the provider's; failures are not cached."""
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
            self._cache.put(key, None if reply.raw is None else json.dumps(reply.raw))
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
                # geopy fails on an answer whose structure it does not expect.
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
            "Set it to the provider's API key."
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
        # The default adapter retries failed requests by itself, faster than the rate limit.
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
