import pytest

from examsite.people.rosterfile.places import Place, Tree

TREE = Tree(
    [
        Place("town", "青城镇", ("云山县",)),
        Place("office", "司法所", ("云山县", "青城镇")),
        Place("east", "城关管区", ("云山县", "青城镇")),
        Place("west", "河西管区", ("云山县", "青城镇")),
        Place("wind", "东风村", ("云山县", "青城镇", "城关管区")),
        Place("garden", "西园村", ("云山县", "青城镇", "城关管区")),
        Place("wind2", "东风村", ("云山县", "青城镇", "河西管区")),
        Place("north", "北街社区", ("云山县", "青城镇", "城关管区")),
    ]
)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("城关管区", "西园村"), "garden"),
        (("西园村",), "garden"),
        ((" 西 园 村 ",), "garden"),
        (("西园村村委会",), "garden"),
        (("西园村民委员会",), "garden"),
        (("北街居委会",), "north"),
        (("城关管区", "东风村"), "wind"),
        (("河西管区", "东风村"), "wind2"),
        (("镇机关", "司法所"), "office"),
        (("管区", "城关管区"), "east"),
        (("城关管区", "城关管区"), "east"),
        (("青城镇", "城关管区", "西园村"), "garden"),
        (("城关管区",), "east"),
    ],
)
def test_names_that_lead_to_one_unit(names: tuple[str, ...], found: str) -> None:
    place = TREE.find(names).place
    assert place is not None
    assert place.id == found


@pytest.mark.parametrize(
    ("names", "nearest"),
    [
        (("东风村",), ["wind", "wind2"]),  # two villages of this name
        (("河西管区", "西园村"), ["garden"]),  # the name above contradicts
        (("城关管区", "西圆村"), ["garden"]),  # a slip of the pen
        (("北街",), ["north"]),
        (("天涯海角",), []),
        ((), []),
    ],
)
def test_names_that_are_unsure_offer_the_nearest(names: tuple[str, ...], nearest: list[str]) -> None:
    found = TREE.find(names)
    assert found.place is None
    assert [place.id for place in found.nearest][: len(nearest) or None] == nearest


def test_units_below_the_named_one_come_first() -> None:
    assert [place.id for place in TREE.find(("河西管区", "东凤村")).nearest][:2] == ["wind2", "wind"]
