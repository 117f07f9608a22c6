"""Addresses asked of an online provider: with consent, at its pace, and never twice."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hotspots.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hotspots.geocoding.answer_cache import AnswerCache

_LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider said of one address.

    ``raw`` is its own answer with ``latitude`` and ``longitude`` (degrees, EPSG:4326) beside it,
    or None where it found nothing or failed; ``problem`` is the failure, "" where there is none.
    """

    raw: Mapping[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineGeocoder:
    """Ask any geopy geocoder for addresses, one at a time.

    Attributes
    ----------
    provider
        The name of geopy's geocoder, e.g. ``"nominatim"``.
    send_addresses
        Must be True: the consent that the texts of addresses leave this machine.
    cache
        Answers are looked up here before anything waits or is sent, and written here at once.
    options, restriction
        Keywords of the geocoder (``user_agent``, ``domain``, ...) and of its ``geocode``
        (``country_codes``, ``viewbox``, ...).
    per_second
        Requests a second, at most.
    retries
        How often a failed request is sent again.
    clock, sleep
        Time, in seconds.

    Raises
    ------
    InputError
        If there is no consent, or a number makes no sense.
    """

    provider: str
    cache: AnswerCache
    send_addresses: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    restriction: Mapping[str, Any] = field(default_factory=dict)
    per_second: float = 1.0
    retries: int = 3
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _sent: list[float] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse to exist without consent."""
        if self.send_addresses is not True:
            host = self.options.get("domain", f"the public host of {self.provider}")
            raise InputError(
                f"OnlineGeocoder: the texts of addresses would leave this machine for {host}; "
                "dates, categories and names would not. If that is allowed, "
                "give send_addresses=True."
            )
        if not self.per_second > 0 or self.retries < 0:
            raise InputError(
                f"OnlineGeocoder: per_second is {self.per_second} and retries {self.retries}. "
                "Give a pace above 0 and retries of 0 or more."
            )

    def ask(self, query: str) -> Reply:
        """Return the kept answer, or the provider's; a failure is never kept."""
        text = " ".join(query.split())
        parts = [self.provider, self.options.get("domain"), text.casefold(), self.restriction]
        key = json.dumps(parts, sort_keys=True)
        kept = self.cache.get(key)
        if kept is not None:
            return Reply(None if kept.answer is None else json.loads(kept.answer))
        reply = self._fetched(text)
        if not reply.problem:
            self.cache.keep(key, None if reply.raw is None else json.dumps(reply.raw))
        return reply

    def _fetched(self, text: str) -> Reply:
        geocoder, final, failures = _geocoder(self.provider, self.options)
        for attempt in range(self.retries + 1):
            self._keep_pace()
            try:
                place = geocoder.geocode(text, **self.restriction)
            except failures as error:
                wait = _asked_wait(error)
                wait = 2.0**attempt if wait is None else wait
                last = isinstance(error, final) or attempt == self.retries
                if last or wait > _LONGEST_WAIT:
                    return Reply(None, f"{self.provider} did not answer: {type(error).__name__}")
                self.sleep(wait)
            else:
                return Reply(None if place is None else _raw(place))
        raise AssertionError

    def _keep_pace(self) -> None:
        if self._sent:
            wait = self._sent.pop() + 1 / self.per_second - self.clock()
            if wait > 0:
                self.sleep(wait)
        self._sent.append(self.clock())


def _geocoder(provider: str, options: Mapping[str, Any]) -> tuple[Any, Any, Any]:
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


def _asked_wait(error: BaseException) -> float | None:
    """Return the seconds of ``Retry-After`` (a number or an HTTP date), if it came."""
    from geopy.adapters import get_retry_after

    headers = getattr(error.__cause__, "headers", None)
    seconds = None if headers is None else get_retry_after(headers)
    return None if seconds is None else max(0.0, float(seconds))


def _raw(place: Any) -> dict[str, Any]:
    return {"raw": place.raw, "latitude": place.latitude, "longitude": place.longitude}
