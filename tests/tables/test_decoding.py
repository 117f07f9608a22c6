"""What is found out about a text file: its decimal sign, its header, its separator."""

from __future__ import annotations

import pytest

from hotspots.tables.decoding import find_decimal, find_header, find_separator


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["Calle", "5"], "."),
        (["31,74", "-106,48"], ","),
        (["31.74", "-106.48"], "."),
        (["31,74", "-106.48"], "."),  # as many of each: nothing speaks for the comma
        (["31,74", "-106,48", "1.5"], ","),
        (["1,186,000", "12,5a"], "."),  # thousands, and no number at all
    ],
)
def test_a_comma_is_the_decimal_sign_where_more_numbers_have_one(cells, sign):
    assert find_decimal([cells]) == sign


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["a", "b", "c"], ["1", "2", "3"]], 0),
        ([["Carpetas 2013", "", ""], ["", "", ""], ["a", "b", "c"], ["1", "2", "3"]], 2),
        # Seven cells of ten are enough: exports leave some columns without a name.
        ([["Título", *[""] * 9], ["x"] * 7 + [""] * 3, *[["1"] * 10] * 3], 1),
        ([["Título", *[""] * 9], ["x"] * 6 + [""] * 4, *[["1"] * 10] * 3], 2),
        ([], 0),
    ],
)
def test_the_header_is_the_first_row_that_fills_most_of_the_table(rows, header):
    assert find_header(rows) == header


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_what_cuts_all_lines_alike(mark):
    lines = [["folio", "calle", "lat"], ["1", "Lerdo 5, Centro, Juárez", "31.7"], ["2", "x", "3"]]
    cells = [[f'"{cell}"' if mark in cell else cell for cell in line] for line in lines]
    assert find_separator("\n".join(mark.join(line) for line in cells)) == mark


def test_commas_in_addresses_do_not_cut_a_table_of_semicolons():
    rows = ["folio;domicilio", "1;Lerdo 5, Centro, Juárez, Chih.", "2;Ocampo, 3, Centro, Norte"]
    assert find_separator("\n".join(rows)) == ";"
