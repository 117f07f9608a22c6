"""PostGIS: read a table or a query as a frame, write a frame as a table, and nothing else.

The password comes from a named environment variable, and is kept in no object.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots._text import without_password
from hotspots.errors import CrsError, DataFileError, InputError, MissingExtraError, OutputError
from hotspots.tables.encryption import encryption
from hotspots.tables.headers import header_names

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_SECRETS = frozenset(("password", "sslpassword", "passfile", "service", "servicefile"))
_ROWS_AT_ONCE = 50_000
_WAIT_S = 15


@dataclass(frozen=True, slots=True)
class PostgisSource:
    """A table or a query of a PostGIS database; made by :func:`postgis_source`.

    Attributes
    ----------
    url
        Address of the database, without a password.
    table
        ``table`` or ``schema.table``; "" where a query is given.
    query
        A SELECT; "" where a table is given.
    password_env
        Environment variable that holds the password; "" for none.
    """

    url: str
    table: str = ""
    query: str = ""
    password_env: str = ""

    @property
    def name(self) -> str:
        """What the source is called in errors and reports."""
        return f"{self.url} {self.table or 'query'}"


def postgis_source(
    url: str, *, table: str | None = None, query: str | None = None, password_env: str | None = None
) -> PostgisSource:
    """Return a table or a query of a PostGIS database, to be read by ``read_incidents``.

    No connection is made yet.

    Parameters
    ----------
    url
        ``postgresql://user@host:port/database``, without a password. To another machine the
        connection is encrypted, and the server's certificate must be of its name and of an
        authority that is trusted (``sslmode=verify-full``), before the password is sent. The
        system's authorities are; a city's own is named with ``?sslrootcert=/path/ca.crt``. Only
        ``?sslmode=require``, or a weaker mode, written in the URL does with less.
    table
        ``table`` or ``schema.table``, as it is written in the database, case included.
    query
        One SELECT, instead of a table.
    password_env
        Name of the environment variable that holds the password. Without it, the database's
        own ways are open (a peer login, ``~/.pgpass``).

    Raises
    ------
    InputError
        If the URL is no PostgreSQL address or holds a password, or if there is not exactly one
        of a table and a query, or the query is not a single SELECT.

    Examples
    --------
    >>> source = postgis_source("postgresql://clerk@localhost/city", table="public.carpetas",
    ...                         password_env="CITY_PASSWORD")
    >>> source.name
    'postgresql://clerk@localhost/city public.carpetas'
    """
    _address(url)
    if (table is None) == (query is None):
        raise InputError("postgis_source: give either a table or a query, and not both.")
    if table is not None:
        _identifiers(table)
    return PostgisSource(
        url,
        table=table or "",
        query="" if query is None else _one_select(query),
        password_env=password_env or "",
    )


def read_postgis(source: PostgisSource) -> pd.DataFrame:
    """Return the rows of a table or query; a GeoDataFrame where it has a geometry.

    Read in a transaction that can write nothing, through a cursor on the server, 50,000 rows at
    a time. Times with a zone become the clock of the database's own time zone. Where there are
    several geometries, the first is the active one.

    Raises
    ------
    MissingExtraError
        If the extra ``postgis`` is not installed.
    DataFileError
        If the database cannot be reached, or refuses the table or query.
    ColumnError
        If two columns bear the same name.
    CrsError
        If the rows of a geometry have several reference systems.
    InputError
        If the environment variable of the password is not set.
    """
    sql = _sqlalchemy()
    with _told(source.url, source.password_env, DataFileError), _engine(source) as engine:
        known = _geometry_types(engine, sql)
        with engine.connect().execution_options(
            postgresql_readonly=True, stream_results=True, max_row_buffer=_ROWS_AT_ONCE
        ) as connection:
            result = connection.execute(_statement(source, sql))
            names = header_names(list(result.keys()), source.name)
            shapes = [
                place
                for place, column in enumerate(result.cursor.description)
                if column.type_code in known
            ]
            parts = [
                pd.DataFrame([tuple(row) for row in rows], columns=names)
                for rows in result.partitions(_ROWS_AT_ONCE)
            ]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    return _shaped(_own_clock(frame), shapes, source)


def write_postgis(
    frame: pd.DataFrame,
    url: str,
    table: str,
    *,
    password_env: str | None = None,
    replace: bool = False,
) -> None:
    """Write a frame, its index first, as a table of a PostGIS database.

    The table is there whole or not at all. Categories and enumerations become text.

    Parameters
    ----------
    frame
        A GeoDataFrame (the database needs the extension ``postgis`` then) or a DataFrame.
    url, password_env
        As in :func:`postgis_source`.
    table
        ``table`` or ``schema.table``; the schema must exist.
    replace
        Whether a table of that name is replaced.

    Raises
    ------
    MissingExtraError
        If the extra ``postgis`` is not installed.
    OutputError
        If the table is there already, or the database refuses it.
    InputError
        If the URL, a name or the environment variable cannot be used.
    """
    write_postgis_tables({table: frame}, url, password_env=password_env, replace=replace)


def write_postgis_tables(
    frames: dict[str, pd.DataFrame],
    url: str,
    *,
    password_env: str | None = None,
    replace: bool = False,
) -> None:
    """Write several frames as tables, all of them or none; see :func:`write_postgis`."""
    sql = _sqlalchemy()
    _address(url)
    for table, frame in frames.items():
        _identifiers(table)
        for column in frame.columns:
            _plain_name(str(column), "column")
    place = PostgisSource(url, password_env=password_env or "")
    with (
        _told(url, place.password_env, OutputError),
        _engine(place) as engine,
        engine.begin() as connection,
    ):
        for table, frame in frames.items():
            schema, name = _identifiers(table)
            if not replace and sql.inspect(connection).has_table(name, schema=schema):
                raise OutputError(
                    f"{url}: the table {table} already exists. Name another, or use replace=True."
                )
            _write(frame, connection, schema, name)


def _write(frame: pd.DataFrame, connection: Any, schema: str | None, name: str) -> None:
    index = any(level is not None for level in frame.index.names)
    plain = frame.reset_index() if index else frame
    enumerated = [
        column for column in plain.columns if isinstance(plain[column].dtype, pd.CategoricalDtype)
    ]
    plain = plain.astype(dict.fromkeys(enumerated, "str"))
    if isinstance(plain, gpd.GeoDataFrame):
        plain.to_postgis(name, connection, schema=schema, if_exists="replace", index=False)
    else:
        plain.to_sql(
            name, connection, schema=schema, if_exists="replace", index=False, chunksize=10_000
        )


def _address(url: str) -> Any:
    """Return the parsed URL; the text of an error never holds what came as a password."""
    sql = _sqlalchemy()
    try:
        parsed = sql.make_url(url)
    except (sql.exc.ArgumentError, ValueError):
        parsed = None
    shown = without_password(url)
    if parsed is None or parsed.drivername not in _SCHEMES or not parsed.database:
        raise InputError(
            f"{shown}: this is not the address of a PostgreSQL database. "
            "Write postgresql://user@host:5432/database."
        )
    if parsed.password is not None or _SECRETS & {*parsed.query}:
        raise InputError(
            f"{shown}: a database address must not contain a password. Remove it, put it in "
            "an environment variable, and name that variable with password_env."
        )
    return parsed.set(drivername="postgresql+psycopg")


def _one_select(query: str) -> str:
    plain = query.strip().removesuffix(";").strip()
    if ";" in plain or "\0" in plain or not re.match(r"(?i)(select|with)\b", plain):
        raise InputError(
            "postgis_source: the query must be one SELECT (or WITH ... SELECT), without a "
            "semicolon. Anything that writes belongs in the database's own tools."
        )
    return plain


def _identifiers(table: str) -> tuple[str | None, str]:
    """Return schema (None for the default) and name of ``table`` or ``schema.table``."""
    parts = table.split(".")
    if len(parts) > 2:
        raise InputError(f"table came as {table!r}. Write table or schema.table.")
    for part in parts:
        _plain_name(part, "table")
    return (parts[0] if len(parts) == 2 else None), parts[-1]


def _plain_name(name: str, kind: str) -> None:
    if not name or len(name.encode()) > 63 or re.search(r'["%\0\x01-\x1f]', name):
        raise InputError(
            f"the {kind} {name!r} is not a valid name in PostgreSQL. Use 1 to 63 "
            "letters, digits and underscores."
        )


def _statement(source: PostgisSource, sql: Any) -> Any:
    if source.query:
        # As a subquery, nothing but one SELECT can stand there; colons are no parameters.
        inner = _one_select(source.query).replace(":", r"\:")
        return sql.text(f"SELECT * FROM (\n{inner}\n) AS source")
    schema, name = _identifiers(source.table)
    quoted = sql.sql.quoted_name
    table = sql.table(
        quoted(name, quote=True), schema=None if schema is None else quoted(schema, quote=True)
    )
    return sql.select(sql.text("*")).select_from(table)


def _geometry_types(engine: Any, sql: Any) -> set[int]:
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        query = sql.text("SELECT oid FROM pg_type WHERE typname IN ('geometry', 'geography')")
        return {int(row[0]) for row in connection.execute(query)}


def _own_clock(frame: pd.DataFrame) -> pd.DataFrame:
    zoned = [name for name in map(str, frame) if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    return frame.assign(**{name: frame[name].dt.tz_localize(None) for name in zoned})


def _shaped(frame: pd.DataFrame, shapes: list[int], source: PostgisSource) -> pd.DataFrame:
    for place in reversed(shapes):
        name = frame.columns[place]
        values = shapely.from_wkb(
            frame[name].astype(object).where(frame[name].notna(), None).to_numpy()
        )
        systems = sorted({int(one) for one in shapely.get_srid(values[~pd.isna(values)])})
        if len(systems) > 1:
            raise CrsError(
                f"{source.name}: the geometries of {name!r} have several reference systems "
                f"({', '.join(map(str, systems))}). Bring them into one with ST_Transform."
            )
        crs = systems[0] if systems and systems[0] else None
        frame = frame.assign(**{name: gpd.GeoSeries(values, index=frame.index, crs=crs)})
        frame = gpd.GeoDataFrame(frame, geometry=name)
    return frame


@contextmanager
def _engine(source: PostgisSource) -> Iterator[Any]:
    sql = _sqlalchemy()
    address = _address(source.url)
    options: dict[str, Any] = {"connect_timeout": _WAIT_S, "application_name": "hotspots"}
    options |= encryption(address)
    if source.password_env:
        options["password"] = _password(source.password_env)
    engine = sql.create_engine(
        address, connect_args=options, poolclass=sql.pool.NullPool, hide_parameters=True
    )
    try:
        yield engine
    finally:
        engine.dispose()


def _password(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise InputError(
            f"password_env names the environment variable {variable!r}, and it is not set. "
            f"Set it before the run, e.g. export {variable}=... in the shell."
        )
    return value


@contextmanager
def _told(url: str, variable: str, kind: type[DataFileError] | type[OutputError]) -> Iterator[None]:
    """Raise the database's error as ours: its first line, and never the password."""
    sql = _sqlalchemy()
    import psycopg

    try:
        yield
    except (sql.exc.SQLAlchemyError, psycopg.Error) as error:
        lines = str(getattr(error, "orig", None) or error).strip().splitlines() or ["no reason"]
        secret = os.environ.get(variable, "") if variable else ""
        reason = lines[0].replace(secret, "***") if secret else lines[0]
        raise kind(f"{url}: the database says: {reason}. {_mend(reason)}") from None


def _mend(reason: str) -> str:
    if re.search(r"\bSSL\b|certificate", reason):
        return (
            "Nothing was sent to it. Another machine's database must encrypt, and show a "
            "certificate of its name from a trusted authority: name a city's own authority with "
            "?sslrootcert=/path/ca.crt in the address. ?sslmode=require does without the "
            "certificate, and then whoever answers in its place gets the password."
        )
    return "Check the address, the names, and what the user may do there."


def _sqlalchemy() -> Any:
    try:
        import geoalchemy2  # noqa: F401
        import psycopg  # noqa: F401
        import sqlalchemy
    except ImportError as error:
        raise MissingExtraError(
            "PostGIS needs SQLAlchemy, psycopg and GeoAlchemy2. "
            "Run: python -m pip install 'hotspots-geo[postgis]'."
        ) from error
    return sqlalchemy
