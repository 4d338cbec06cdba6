"""Recipes: the paper's values, the rate at every iteration, and names."""

import math
from dataclasses import replace

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.training import recipes
from pixels_to_sentiment.training.recipes import Recipe


@pytest.mark.parametrize(
    ("recipe", "pictures", "step"),
    [
        (Recipe(), 704, 17),  # 6 epochs are 16.5 iterations
        (Recipe(), 892, 21),  # 20.9
        (Recipe(), 256, 6),
        (Recipe(step_epochs=0.001), 10, 1),
        (Recipe(iter_size=3), 704, 6),  # 5.5 iterations of three batches
        (Recipe(iter_size=2), 256, 3),
    ],
)
def test_the_rate_follows_caffes_step_policy(recipe, pictures, step):
    """``base_lr * gamma ^ floor(iteration / stepsize)`` of sgd_solver.cpp, the size rounded up."""
    for iteration in (0, step - 1, step, 2 * step - 1, 2 * step, 3 * step):
        expected = 0.001 * 0.1 ** math.floor(iteration / step)
        assert recipe.rate(iteration, pictures) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("agreement", "iterations", "third"),
    [("five", 180, 60), ("four", 225, 75), ("three", 255, 85)],
)
def test_iterations_are_those_of_the_subset(agreement, iterations, third):
    """The paper's 180, 225 and 255, or a third of them; nothing else changes but the name."""
    assert recipes.recipe("paper", agreement) == Recipe("paper", iterations=iterations)
    name = "head-at-base-rate-third"
    assert recipes.recipe(name, agreement) == Recipe(name, iterations=third, head_rate=1.0)


def test_the_recipe_table_sets_ours_beside_the_papers():
    """A value that differs stands beside the paper's."""
    table = recipes.recipe_table(Recipe("ours", head_rate=1.0))
    differs = table[table["value"] != table["paper"]]
    assert differs[["value", "paper"]].to_numpy().tolist() == [[1.0, 10.0]]


def test_what_follows_a_recipes_name_changes_one_thing_each():
    """Layers that stay as they start, pictures that are left out, iterations."""
    paper = recipes.recipe("paper", "five")
    for ending, change in {
        "-at-0.0003": {"base_rate": 0.0003},
        "-at-0.0001-frozen-below": {"base_rate": 0.0001, "frozen": ("*",)},
        "-in-eighths": {"batch_size": 32, "iter_size": 8},
        "-frozen-convolutions": {"frozen": ("conv?",)},
        "-frozen-features": {"frozen": ("features",)},
        "-without-twins": {"twins": False},
        "-frozen-features-without-twins-third": {
            "frozen": ("features",),
            "twins": False,
            "iterations": 60,
        },
    }.items():
        name = "paper" + ending
        assert recipes.recipe(name, "five") == replace(paper, name=name, **change)


@pytest.mark.parametrize(
    ("name", "agreement", "said"),
    [
        (
            "papers",
            "five",
            "no recipe 'papers'.*'paper', 'head-at-base-rate'.*'-without-twins'.*'-third'",
        ),
        ("-third", "five", "no recipe '-third'"),
        ("paper-third-without-twins", "five", "no recipe 'paper-third-without-twins'"),
        ("paper-then-0.0001", "five", "no recipe 'paper-then-0.0001'"),
        ("paper-at-0.0003-settled-then-0.0001", "five", "changes base_rate twice"),
        ("paper", "six", "no subset 'six'.*'five', 'four', 'three'"),
    ],
)
def test_unknown_recipes_and_subsets_are_refused(name, agreement, said):
    """The sentence says what there is to choose from."""
    with pytest.raises(UserError, match=said):
        recipes.recipe(name, agreement)


def test_nothing_follows_a_linear_head():
    """It trains nothing, in no subset any longer than in another."""
    linear = recipes.recipe("linear", "five")
    assert linear == recipes.recipe("linear", "three")
    assert linear.fitted
    for name in ("linear-third", "linear-at-0.0001"):
        with pytest.raises(UserError, match="'linear' stands alone"):
            recipes.recipe(name, "five")
