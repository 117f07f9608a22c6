"""The public folder: nothing that is not named, and nothing that a second look gives away."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

import hotspots as hs
from hotspots.errors import ProjectFileError
from hotspots.project.config.starter import write_project_file

NAMED = """public.layers = ["poverty", "clinic_distance"]
public.services = ["clinic_distance"]
public.categories = ['homicide']
"""


@pytest.fixture
def quiet(recwarn):
    """Warnings of runs are read from their remarks."""
    return recwarn


def remarks(result):
    return {one.key.removeprefix("remark.") for one in result.remarks}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def data_of(page):
    return json.loads(re.search(r'id="hs-data">(.*?)</script>', page, re.DOTALL).group(1))


def test_without_a_list_nothing_is_published(town, tmp_path, quiet):
    town.edit(NAMED, "")
    result = hs.run(town.project, out=tmp_path / "out")
    assert names(tmp_path / "out" / "public") == ["REVIEW.txt"]
    assert "public_nothing" in remarks(result)


def test_the_list_says_all_that_goes_out_and_nothing_else_goes(town, tmp_path, quiet):
    town.edit('public.layers = ["poverty", "clinic_distance"]', 'public.layers = ["poverty"]')
    town.edit('public.services = ["clinic_distance"]\n', "")
    hs.run(town.project, out=tmp_path / "out")
    public = tmp_path / "out" / "public"
    review = (public / "REVIEW.txt").read_text(encoding="utf-8")
    assert "(homicide), 2013" in review
    assert "(poverty)" in review
    assert "clinic" not in review
    page = (public / "public.html").read_text(encoding="utf-8")
    assert "clinic_distance" not in page
    assert "services" not in data_of(page)


@pytest.mark.parametrize(
    ("before", "after", "match"),
    [
        (
            "public.categories = ['homicide']",
            "public.categories = ['theft']",
            "there are: homicide",
        ),
        ('["poverty", "clinic_distance"]', '["clinics"]', "public.layers names 'clinics'"),
        ('public.services = ["clinic_distance"]', 'public.services = ["x"]', "the kinds are"),
        ('name = "poverty"\n', 'name = "poverty"\ntitle = { es = "Violencia sexual" }\n', "sexual"),
        (
            'name = "clinic_distance"\n',
            'name = "clinic_distance"\ntitle = { es = "Distancia al albergue" }\n',
            "the way to a shelter",
        ),
    ],
)
def test_what_cannot_be_published_is_refused(town, before, after, match, quiet):
    town.edit(before, after)
    with pytest.raises(ProjectFileError, match=match):
        hs.check(town.project)


@pytest.mark.parametrize("kind", ["albergue", "refugio", "casa de la mujer", "Puerta Violeta"])
def test_a_layer_of_help_that_is_one_of_shelters_is_refused(town, kind, quiet):
    """The name and the title are harmless; what its rows say is not."""
    places = pd.read_csv(town.folder / "clinics.csv").assign(tipo=kind, nombre="Centro 3")
    places.to_csv(town.folder / "clinics.csv", index=False)
    town.edit('name = "clinic_distance"', 'name = "help_distance"')
    town.edit('public.layers = ["poverty", "clinic_distance"]', 'public.layers = ["help_distance"]')
    with pytest.raises(ProjectFileError, match="help_distance"):
        hs.check(town.project)


def test_shelters_among_other_services_are_left_out_and_counted(town, tmp_path, quiet):
    places = pd.read_csv(town.folder / "clinics.csv")
    places = pd.concat([places, places + 0.01], ignore_index=True)
    places = places.assign(tipo=["clínica", "albergue"])
    places.to_csv(town.folder / "clinics.csv", index=False)
    result = hs.run(town.project, out=tmp_path / "out")
    assert "shelters_left_out" in remarks(result)
    for page in ("internal/briefing.html", "public/public.html"):
        drawn = data_of((tmp_path / "out" / page).read_text(encoding="utf-8"))["services"]
        assert [len(one["xy"]) for one in drawn] == [len(drawn[0]["xy"])]
    assert len(result.inputs.services["clinic_distance"]) == 1


def grown(town, until, *, every="D", each=5):
    """Let the table reach a day of 2014, with five events a day all over the town."""
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    days = pd.date_range("2014-01-01", until, freq=every)
    more = table.iloc[10:60].sample(len(days) * each, replace=True, random_state=1)
    more["FECHA"] = days.repeat(each).strftime("%d/%m/%Y")
    pd.concat([table, more]).to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")


def test_a_table_that_grows_within_a_year_changes_no_public_number(town, tmp_path, quiet):
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    first = (out / "public" / "rates.csv").read_bytes()
    grown(town, "2014-03-10")
    result = hs.run(town.project, out=out)
    assert (out / "public" / "rates.csv").read_bytes() == first
    assert "public_whole_years" in remarks(result)
    assert result.findings.rates["homicide"]["count"].sum() > 500


def test_a_date_in_a_year_to_come_makes_no_year_whole(town, tmp_path, quiet):
    grown(town, "2014-03-10")
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    table.loc[20, "FECHA"] = "01/05/2031"
    table.to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")
    hs.run(town.project, out=tmp_path / "out")
    review = (tmp_path / "out" / "public" / "REVIEW.txt").read_text(encoding="utf-8")
    assert "(homicide), 2013:" in review


def test_without_a_whole_year_no_offense_is_published(town, tmp_path, quiet):
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    early = ~table["FECHA"].str[3:5].isin(["11", "12"])
    table[early].to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")
    result = hs.run(town.project, out=tmp_path / "out")
    assert "public_no_year" in remarks(result)
    assert "rates.csv" not in names(tmp_path / "out" / "public")
    town.edit(NAMED, NAMED + "public.whole_years = false\n")
    hs.run(town.project, out=tmp_path / "other")
    assert "rates.csv" in names(tmp_path / "other" / "public")


def test_months_told_to_be_published_hold_back_their_differences(town, tmp_path, quiet):
    town.edit(NAMED, NAMED + "public.whole_years = false\n")
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    before = pd.read_csv(out / "public" / "rates.csv")
    grown(town, "2014-01-31", every="3D", each=1)
    result = hs.run(town.project, out=out)
    after = pd.read_csv(out / "public" / "rates.csv")
    assert before["count"].notna().any()
    assert after["count"].isna().all()
    assert "public_differences" in remarks(result)
    history = pd.read_csv(out / "public" / "publications.csv", encoding="utf-8-sig")
    assert history["publication"].unique().tolist() == [1, 2]


def test_a_folder_published_elsewhere_is_compared_with(town, tmp_path, quiet):
    named = NAMED + "public.whole_years = false\n"
    town.edit(NAMED, named)
    hs.run(town.project, out=tmp_path / "january")
    grown(town, "2014-01-31", every="3D", each=1)
    town.edit(named, named + f"public.earlier = ['{tmp_path / 'january' / 'public'}']\n")
    hs.run(town.project, out=tmp_path / "february")
    rates = pd.read_csv(tmp_path / "february" / "public" / "rates.csv")
    assert rates["count"].isna().all()


def test_a_folder_that_is_not_there_is_no_folder_without_publications(town, quiet):
    town.edit(NAMED, NAMED + "public.earlier = ['last_year/public']\n")
    with pytest.raises(hs.HotspotsError, match=r"public\.earlier.*publications\.csv"):
        hs.check(town.project)


def test_a_folder_of_an_earlier_version_is_said_to_be_unknown(town, tmp_path, quiet):
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    (out / "public" / "publications.csv").unlink()
    with pytest.warns(hs.HotspotsWarning, match="could not be compared"):
        hs.run(town.project, out=out)
    assert hs.verify(out).same


def test_a_run_with_municipalities_is_verified(town, tmp_path, quiet):
    units = town.units()
    units["municipio"] = ["oeste", "este"] * (len(units) // 2)
    town.write_units(units.sort_values("municipio"))
    town.edit("[tests]", '[polygons]\nwithin = ["municipio"]\n\n[tests]')
    town.edit(NAMED, NAMED + "map.threshold = 60\n")
    result = hs.run(town.project, out=tmp_path / "out")
    assert "public_differences" not in remarks(result)
    assert hs.verify(tmp_path / "out").same


def test_the_same_run_again_writes_the_same_bytes_and_is_verified(town, tmp_path, quiet):
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    first = {path.name: path.read_bytes() for path in (out / "public").iterdir()}
    hs.run(town.project, out=out)
    assert {path.name: path.read_bytes() for path in (out / "public").iterdir()} == first
    assert hs.verify(out).same


def test_a_history_that_is_damaged_is_refused(town, tmp_path, quiet):
    out = tmp_path / "out"
    hs.run(town.project, out=out)
    file = out / "public" / "publications.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("2013-01", "soon"), encoding="utf-8")
    with pytest.raises(hs.HotspotsError, match=r"publications\.csv"):
        hs.run(town.project, out=out)


def test_init_proposes_nothing_sensitive(town, tmp_path, quiet):
    places = pd.read_csv(town.folder / "clinics.csv")
    places = pd.concat([places, places], ignore_index=True).assign(tipo=["clinica", "albergue"])
    places = places.rename(columns={"LON": "longitud", "LAT": "latitud"})
    places.to_csv(town.folder / "servicios.csv", index=False)
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    table.loc[table.index[:150], "DELITO"] = "VIOLACION"
    table.to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")
    file = write_project_file(
        town.folder / "new.toml",
        units=town.folder / "units.gpkg",
        incidents=town.folder / "incidents.csv",
        services=[town.folder / "servicios.csv"],
    )
    public = hs.check(file).project.public
    assert public.layers == ("services_clinica_distance",)
    assert public.services == ("clinica",)
    assert public.categories == ("homicide",)
