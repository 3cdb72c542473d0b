"""Item and test statistics: against R (psych, CTT, ltm) on published data, by hand, and where None.

Same definition as the reference, so equal to 1e-6: facility (item mean ÷ possible), item–total, corrected
item–rest (r.drop), α, α if deleted, KR-20 (one divisor for items and total), mean, sd, SEM, and upper–lower
27 % (ties in the order of rows). Not in the reference: the Feldt interval (tested by its formula in exact
cases), option analysis, decision consistency.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from exams.analytics.consistency import decision_consistency
from exams.analytics.distributions import beta_probability, f_quantile
from exams.analytics.responses import ResponseMatrix
from exams.analytics.stats import (
    ALPHA_WITHOUT,
    CONSTANT_ITEM,
    CONSTANT_REST,
    CONSTANT_TOTAL,
    FEW_ITEMS,
    FEW_PEOPLE,
    MIN_PEOPLE,
    NOT_BINARY,
    ONE_PERSON,
    analyze,
    compare_forms,
    feldt_interval,
    is_significantly_negative,
)

EXACT = {"rel": 0, "abs": 1e-6}


def matrix(points: object, possible: object = None, **more: object) -> ResponseMatrix:
    array = np.asarray(points, dtype=np.float64)
    weights = np.ones(array.shape[1]) if possible is None else np.asarray(possible, dtype=np.float64)
    return ResponseMatrix(tuple(f"i{n}" for n in range(1, array.shape[1] + 1)), array, weights, **more)  # type: ignore[arg-type]


def simulated(n: int = 200, k: int = 12, seed: int = 7) -> np.ndarray:
    """0/1 answers of a Rasch model: people of different ability, items of different difficulty."""
    random = np.random.default_rng(seed)
    ability, difficulty = random.normal(size=(n, 1)), np.linspace(-1.5, 1.5, k)
    return (random.random((n, k)) < 1 / (1 + np.exp(difficulty - ability))).astype(float)


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> dict[str, dict]:
    return json.loads((shared_data / "psychometrics/reference.json").read_text())["datasets"]


def published(folder: Path, name: str) -> np.ndarray:
    with (folder / f"psychometrics/{name}.csv").open() as lines:
        return np.array(list(csv.reader(lines))[1:], dtype=float)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["LSAT6", "CTTdata", "MathExam14W"])
def test_equal_to_r_on_binary_data(shared_data, reference, name):
    found, expected = analyze(matrix(published(shared_data, name))), reference[name]
    own = expected["own_formulas"]
    assert found.n == expected["n_persons"]
    assert [one.facility for one in found.items] == pytest.approx([*own["p"].values()], **EXACT)
    assert [one.item_total for one in found.items] == pytest.approx(
        [*own["point_biserial"].values()], **EXACT
    )
    assert [one.item_rest for one in found.items] == pytest.approx(own["corrected_item_total"], **EXACT)
    assert [one.discrimination_27 for one in found.items] == pytest.approx(
        [*own["upper_lower_27"]["D"].values()], **EXACT
    )
    assert [one.alpha_if_deleted for one in found.items] == pytest.approx(
        [one["raw_alpha"] for one in expected["psych_alpha"]["alpha_drop"]], **EXACT
    )
    assert found.alpha == pytest.approx(expected["psych_alpha"]["raw_alpha"], **EXACT)
    assert found.kr20 == pytest.approx(own["kr20_popvar"], **EXACT)
    assert found.mean == pytest.approx(own["mean"], **EXACT)
    assert found.sd == pytest.approx(own["sd"], **EXACT)
    assert found.sem == pytest.approx(own["sem"], **EXACT)


@pytest.mark.shared
def test_equal_to_r_on_part_credits(shared_data, reference):
    found = analyze(matrix(published(shared_data, "Science"), [4, 4, 4, 4]))
    items = reference["Science"]["psych_alpha"]["item_stats"]
    assert [one.facility * 4 for one in found.items] == pytest.approx([one["mean"] for one in items], **EXACT)
    assert [one.item_rest for one in found.items] == pytest.approx([one["r.drop"] for one in items], **EXACT)
    assert [one.item_total for one in found.items] == pytest.approx([one["raw.r"] for one in items], **EXACT)
    assert found.alpha == pytest.approx(reference["Science"]["psych_alpha"]["raw_alpha"], **EXACT)
    assert (found.kr20, found.reasons["kr20"]) == (None, NOT_BINARY)


def test_by_hand():
    """32 people, 2 items: 16 have both right, 8 only the first, 8 none."""
    found = analyze(matrix([[1, 1]] * 16 + [[1, 0]] * 8 + [[0, 0]] * 8))
    assert [one.facility for one in found.items] == [0.75, 0.5]
    # Variances with n − 1 = 31: 6/31 and 8/31, total 22/31; α = 2·(1 − 14/22).
    assert found.alpha == pytest.approx(8 / 11)
    assert found.kr20 == pytest.approx(8 / 11)
    assert found.sem == pytest.approx((22 / 31 * 3 / 11) ** 0.5)
    # With two items the rest is the other item: r = cov / sd·sd = (4/31) / √(48)/31.
    assert [one.item_rest for one in found.items] == pytest.approx([4 / 48**0.5] * 2)
    # 27 % of 32 is 9: the best have all right, the weakest are the 8 with none and one with the first only.
    assert [one.discrimination_27 for one in found.items] == pytest.approx([1 - 1 / 9, 1.0])


def test_not_answered_counts_nothing_and_is_counted():
    answers = simulated()
    blank = answers.copy()
    blank[blank == 0] = np.nan
    with_blanks, without = analyze(matrix(blank)), analyze(matrix(answers))
    assert with_blanks.alpha == without.alpha
    assert [one.blank for one in with_blanks.items] == [int(n) for n in (answers == 0).sum(axis=0)]
    assert [one.blank for one in without.items] == [0] * 12


def test_points_of_any_weight_scale_without_harm():
    answers = simulated()
    found, doubled = analyze(matrix(answers)), analyze(matrix(answers * 2, [2] * 12))
    assert doubled.alpha == pytest.approx(found.alpha)
    assert doubled.kr20 == pytest.approx(found.kr20)
    assert doubled.sem == pytest.approx(found.sem * 2)
    assert [one.facility for one in doubled.items] == [one.facility for one in found.items]


def test_a_constant_item_has_a_facility_and_no_discrimination():
    answers = simulated()
    answers[:, 0] = 1
    item = analyze(matrix(answers)).items[0]
    assert (item.facility, item.item_total, item.item_rest, item.discrimination_27) == (1.0, None, None, None)
    assert item.reasons["item_rest"] == CONSTANT_ITEM
    assert item.flags == ("too_easy",)


def test_an_item_nobody_solves_is_too_hard():
    answers = simulated()
    answers[:, 0] = 0
    assert analyze(matrix(answers)).items[0].flags == ("too_hard",)


def test_few_people_get_facilities_and_reasons():
    found = analyze(matrix(simulated(n=MIN_PEOPLE - 1)))
    item = found.items[0]
    assert (found.alpha, found.alpha_ci95, found.kr20, found.sem, found.consistency) == (None,) * 5
    assert (item.item_total, item.item_rest, item.discrimination_27, item.alpha_if_deleted) == (None,) * 4
    assert found.reasons["alpha"] == FEW_PEOPLE
    assert item.reasons["discrimination_27"] == FEW_PEOPLE
    assert item.facility == pytest.approx(simulated(n=MIN_PEOPLE - 1)[:, 0].mean())
    assert found.sd is not None


def test_enough_people_get_everything():
    found = analyze(matrix(simulated(n=MIN_PEOPLE)))
    assert found.reasons == {}
    assert [one.reasons for one in found.items] == [{}] * 12


@pytest.mark.parametrize(
    ("points", "field", "reason"),
    [
        ([[1.0]] * 20 + [[0.0]] * 20, "alpha", FEW_ITEMS),
        ([[1.0, 0.0]] * 40, "alpha", CONSTANT_TOTAL),
        ([[1.0, 1.0]], "sd", ONE_PERSON),
    ],
)
def test_forms_without_reliability(points, field, reason):
    found = analyze(matrix(points))
    assert (found.alpha, found.reasons[field]) == (None, reason)


def test_a_single_item_has_no_rest():
    item = analyze(matrix([[1.0]] * 20 + [[0.0]] * 20)).items[0]
    assert (item.item_rest, item.reasons["item_rest"]) == (None, CONSTANT_REST)
    assert (item.item_total, item.alpha_if_deleted) == (1.0, None)
    assert item.reasons["alpha_if_deleted"] == ALPHA_WITHOUT


def test_two_equal_items_are_perfectly_reliable():
    found = analyze(matrix([[1, 1]] * 20 + [[0, 0]] * 20))
    assert (found.alpha, found.sem) == (1.0, 0.0)
    assert [one.item_rest for one in found.items] == [1.0, 1.0]


# -- Feldt's interval --------------------------------------------------------------------------------------


def test_feldt_bounds_follow_from_f():
    """With n = 3 and k = 2 the degrees are 2 and 2, where F has the closed form p/(1 − p)."""
    assert feldt_interval(0.8, 3, 2) == pytest.approx((1 - 0.2 * 39, 1 - 0.2 / 39))


def test_feldt_interval_of_a_usual_exam():
    low, high = feldt_interval(0.8127538, 100, 20)
    assert (1 - low) / (1 - 0.8127538) == pytest.approx(f_quantile(0.975, 99, 1881))
    assert (round(low, 3), round(high, 3)) == (0.755, 0.862)


def test_feldt_interval_covers_the_true_alpha():
    """Parallel normal items with reliability 0.8: about 95 of 100 intervals hold it."""
    random = np.random.default_rng(11)
    covered = 0
    for _ in range(300):
        answers = random.normal(size=(60, 1)) + random.normal(scale=5**0.5, size=(60, 20))
        low, high = analyze(matrix(answers)).alpha_ci95
        covered += low <= 0.8 <= high
    assert 275 <= covered <= 295


# -- wrong keys and options --------------------------------------------------------------------------------


def lettered(answers: np.ndarray, *, seed: int = 3) -> np.ndarray:
    """Letters behind 0/1 answers: the key is A (bit 0), wrong answers fall on B, C and D."""
    wrong = 1 << np.random.default_rng(seed).integers(1, 4, answers.shape)
    return np.where(answers == 1, 1, wrong)


def marked(chosen: np.ndarray, keys: tuple[int, ...]) -> ResponseMatrix:
    points = (chosen == np.array(keys)).astype(float)
    return matrix(points, chosen=chosen, keys=keys, options=(("A", "B", "C", "D"),) * chosen.shape[1])


def test_a_wrong_key_is_suspected_and_the_right_one_named():
    chosen = lettered(simulated(k=20))
    found = analyze(marked(chosen, (*(1,) * 10, 2, *(1,) * 9)))
    assert [one.item for one in found.items if "wrong_key" in one.flags] == ["i11"]
    assert [(one.item, one.preferred) for one in found.items if one.preferred] == [("i11", "A")]


def test_right_keys_are_not_suspected():
    found = analyze(marked(lettered(simulated(k=20)), (1,) * 20))
    assert [one.item for one in found.items if "wrong_key" in one.flags] == []


@pytest.mark.parametrize(
    ("r", "n", "expected"),
    [
        (-0.306, 30, False),
        (-0.307, 30, True),
        (-0.164, 100, False),
        (-0.166, 100, True),
        (0.5, 100, False),
        (-1.0, 30, True),
    ],
)
def test_what_is_significantly_negative(r, n, expected):
    """Critical values of r, one-sided 5 %: 0.306 for 30 people, 0.165 for 100 (printed tables)."""
    assert is_significantly_negative(r, n) is expected


def test_options_count_everybody_once():
    chosen = lettered(simulated())
    chosen[:10, 0] = 0
    options = analyze(marked(chosen, (1,) * 12)).items[0].options
    assert [one.label for one in options] == ["", "A", "B", "C", "D"]
    assert sum(one.chosen for one in options) == 200
    assert options[0].chosen == 10
    assert [one.is_key for one in options] == [False, True, False, False, False]


def test_the_key_option_correlates_like_the_item():
    item = analyze(marked(lettered(simulated()), (1,) * 12)).items[3]
    assert item.options[1].option_rest == pytest.approx(item.item_rest)
    assert item.options[1].upper - item.options[1].lower == pytest.approx(item.discrimination_27)


def test_a_distractor_nobody_wants_is_dead():
    chosen = lettered(simulated())
    chosen[chosen[:, 5] == 8, 5] = 4  # D of item 6 goes to C
    item = analyze(marked(chosen, (1,) * 12)).items[5]
    assert item.flags == ("dead_option",)
    assert [one.label for one in item.options if one.is_dead] == ["D"]


def test_of_few_people_no_option_is_dead():
    chosen = lettered(simulated(n=20))
    chosen[:, 5] = 1
    found = analyze(marked(chosen, (1,) * 12))
    assert [one.is_dead for one in found.items[5].options] == [False] * 5


def test_several_right_options_are_each_a_key():
    chosen = np.array([[3], [3], [1], [0]] * 10)
    options = analyze(marked(chosen, (3,))).items[0].options
    assert [one.chosen for one in options] == [10, 30, 20, 0, 0]
    assert [one.is_key for one in options] == [False, True, True, False, False]


# -- consistency of the decision ---------------------------------------------------------------------------


def by_quadrature(effective: int, least: int, a: float, b: float) -> tuple[float, float]:
    """P(pass) and P(pass twice) by slices of equal probability of the true score: an independent way."""
    edges = np.linspace(0, 1, 100_001)
    middle = (edges[:-1] + edges[1:]) / 2
    density = middle ** (a - 1) * (1 - middle) ** (b - 1)
    density /= density.sum()
    passing = np.array([beta_probability(float(p), least, effective - least + 1) for p in middle[::50]])
    curve = np.interp(middle, middle[::50], passing)
    return float(density @ curve), float(density @ curve**2)


def test_consistency_equals_numerical_integration():
    mean, variance, reliability, full = 70.0, 144.0, 0.8, 100.0
    found, why = decision_consistency(
        mean=mean, variance=variance, reliability=reliability, full=full, cut=60.0
    )
    share, spread = mean / full, variance / full**2
    together = share * (1 - share) / (reliability * spread) - 1
    assert found.effective == round((mean * 30 - 0.8 * 144) / (144 * 0.2))
    least = int(np.ceil(0.6 * found.effective))
    once, twice = by_quadrature(found.effective, least, share * together, (1 - share) * together)
    assert found.pass_rate == pytest.approx(once, abs=1e-4)
    assert found.agreement == pytest.approx(1 - 2 * once + 2 * twice, abs=1e-4)
    assert why == ""


def test_consistency_foretells_a_parallel_sitting():
    """Two forms of one Rasch model for the same people: the agreement seen is the agreement foretold."""
    random = np.random.default_rng(5)
    ability, difficulty = random.normal(size=(4000, 1)), np.linspace(-2, 1, 40)
    chance = 1 / (1 + np.exp(difficulty - ability))
    first, second = (random.random((4000, 40)) < chance for _ in range(2))
    foretold = analyze(matrix(first), pass_percent=60).consistency
    seen = ((first.sum(axis=1) >= 24) == (second.sum(axis=1) >= 24)).mean()
    assert foretold.agreement == pytest.approx(seen, abs=0.02)
    assert foretold.pass_rate == pytest.approx((first.sum(axis=1) >= 24).mean(), abs=0.03)


def test_a_form_of_equal_items_is_worth_its_items():
    """Beta-binomial scores of 25 equal items: the effective length is 25."""
    random = np.random.default_rng(2)
    answers = (random.random((5000, 25)) < random.beta(6, 3, size=(5000, 1))).astype(float)
    assert analyze(matrix(answers)).consistency.effective == pytest.approx(25, abs=1)


@pytest.mark.parametrize(
    ("reliability", "cut", "agreement"), [(0.9, 0.0, 1.0), (0.9, 100.5, 1.0), (0.98, 20.0, 0.999)]
)
def test_a_line_that_all_or_none_reach_is_consistent(reliability, cut, agreement):
    found, _ = decision_consistency(mean=70.0, variance=100.0, reliability=reliability, full=100.0, cut=cut)
    assert round(found.agreement, 3) >= agreement


@pytest.mark.parametrize(
    ("variance", "reliability"), [(100.0, -0.2), (100.0, 0.0), (100.0, 1.0), (2500.0, 0.9)]
)
def test_consistency_needs_a_reliability_and_a_spread(variance, reliability):
    found, why = decision_consistency(
        mean=50.0, variance=variance, reliability=reliability, full=100.0, cut=60.0
    )
    assert found is None
    assert why.endswith("不计算")


# -- parallel forms ----------------------------------------------------------------------------------------


def test_equally_hard_forms_are_not_called_uneven():
    first, second = (analyze(matrix(simulated(seed=seed))) for seed in (1, 2))
    assert compare_forms(first, second).is_uneven is False


def test_a_harder_form_is_called_uneven():
    easy, hard = simulated(seed=1), simulated(seed=2)
    hard[:, :4] = 0
    found = compare_forms(analyze(matrix(easy)), analyze(matrix(hard)))
    assert found.is_uneven is True
    assert found.interval[0] < found.difference < found.interval[1]
    assert found.difference > 0.1


def test_small_forms_are_not_compared():
    small = analyze(matrix(simulated(n=20)))
    assert compare_forms(small, small) is None
