"""Nothing that the notebooks of version 1.0.0 asserted is lost: each assert has its place today, or a reason."""

from tools import ledger

PLACES = ledger.places_today()


def test_every_assert_of_the_first_version_has_its_place_or_a_reason():
    table = ledger.rows()
    assert len(table) == 441 and len({row["notebook"] for row in table}) == 12
    wrong = ledger.complaints(table, PLACES)
    assert not wrong, "\n".join(["mend the asserts, or say in tests/claims/ledger.csv where they went:", *wrong])


def test_what_is_lost_is_named():
    """One row of each kind, broken on purpose."""
    table = ledger.rows()
    for how in ("same", "renamed"):
        row = next(row for row in table if row["how"] == how)
        others = [other for other in PLACES[row["place"]] if ledger.how_found(row["assert"], [other]) == "read"]
        assert not ledger.complaints([row], PLACES)
        assert "no longer" in ledger.complaints([row], PLACES | {row["place"]: others})[0]
    row = next(row for row in table if row["how"] == "read")
    assert "nothing is asserted" in ledger.complaints([row], {})[0]
    row = next(row for row in table if row["how"] == "dropped") | {"note": ""}
    assert "without a reason" in ledger.complaints([row], PLACES)[0]


def test_places_are_found_where_asserts_stand():
    claims = 'claim("a", "x")\nassert one\nfor i in y:\n    assert _two == "2-D"\nclaim("b", "z")\nprint(1)\n'
    assert list(ledger.of_claims(claims)) == [("a", ["one"]), ("a", ["_two == '2-D'"])]
    cells = [{"cell_type": "code", "id": "c", "source": ["assert (a\n", "        <   b), 'why'"]},
             {"cell_type": "code", "id": "d", "source": "a = 1"}, {"cell_type": "markdown", "source": "assert"}]
    assert list(ledger.of_cells(cells)) == [("c", ["a < b"])]
    assert ledger.how_found("two == '2-D'", ["_two == '2 numbers'"]) == "renamed"
