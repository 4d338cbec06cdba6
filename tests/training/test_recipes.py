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


def test_the_defaults_are_the_papers():
    """What is known of the paper, value by value, with its grade of certainty."""
    table = recipes.recipe_table(Recipe()).set_index("what")
    short = {what.split(" (")[0]: row for what, row in table.iterrows()}
    assert {what: (row["value"], row["grade"]) for what, row in short.items()} == {
        "iterations": (180, "V"),
        "pictures a batch": (256, "V"),
        "batches whose gradients are averaged before an update": (1, "I"),
        "base learning rate": (0.001, "V"),
        "epochs after which the rate is multiplied by gamma": (6.0, "V"),
        "factor on the rate at each step": (0.1, "V"),
        "momentum": (0.9, "V"),
        "L2 weight decay": (0.0005, "I"),
        "rate of the new last layer, as a multiple": (10.0, "V"),
        "rate of biases, as a multiple": (2.0, "V"),
        "decay of biases, as a multiple": (0.0, "V"),
        "mirror each picture at random": (True, "V"),
        "crop at random out of 256x256": (True, "I"),
        "layers that are not trained": ((), "V"),
        "train on copies of pictures of the test fold": (True, "V"),
        "iterations before the schedule, with what lies below frozen": (0, "I"),
        "layers that are not trained while others settle": ((), "I"),
        "base learning rate while layers settle, if another": (0.0, "I"),
        "last layer fitted to the features it starts with": (False, "V"),
    }


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
