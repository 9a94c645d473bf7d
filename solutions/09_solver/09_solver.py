# %% [markdown]
# # 09. The solver: a training loop
#
# You have a network that computes its gradients, update rules that use them, and batches of clean data. Only the loop
# that ties them together is missing. It runs for as long as you like, watches the progress, and brings back the best parameters that
# it found.
#
# That loop is called the **solver** here. It is short, but most mistakes in it cause no crash: training still runs,
# only worse than it could. So this lesson is about care.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_09 as explorers
from lessonkit.plots import lesson_09 as plots
from reference_impl import BaseSolver, TrainableNet, rms_error
from reference_impl.data import get_terrain_data

# %% [markdown]
# ## The picture first

# %%
plots.the_loop()

# %% [markdown]
# There are three methods, and the third one calls the other two:
#
# - **`step()`** does one step: batch, gradients, update.
# - **`check_accuracy(X, y)`** says how good the network is right now, as a number that people understand.
# - **`train()`** runs the two loops and keeps the best parameters.
#
# ## What is already there
#
# A real solver also prints its progress, shows a progress bar, saves checkpoints and resumes training where it stopped. None of that is learning, so the
# course gives it to you: your class **inherits** from `BaseSolver`. On `self`, your methods find everything that `BaseSolver` prepares:
#
# | on `self` | what it is |
# |---|---|
# | `model` | the network. `model.loss(X, y)` gives the loss and a dict of gradients, `model.loss(X)` the scores |
# | `model.params` | a dict with every parameter under its name, `"W1"`, `"b1"`, … |
# | `category` | `"classification"` or `"regression"` |
# | `X_train`, `y_train`, `X_val`, `y_val` | the data |
# | `y_std` | the number that the targets were divided by, in their own unit: for example, 162 meters |
# | `next_batch()` | returns the next batch, using the `minibatches` of lesson 08 |
# | `update_rule(w, dw, config)` | one of the rules of lesson 07; returns the next `w` and the config for the next step |
# | `optim_configs` | a dict with every parameter's own config, under the parameter's name |
# | `lr_decay`, `num_train_samples`, `num_val_samples` | options, explained below |
# | `rng` | the random generator: draw only from it |
# | `epochs()`, `iterations()` | what you loop over: the epochs to do, and the steps of one epoch. They count, print and save for you |
# | `loss_history`, `train_acc_history`, `val_acc_history` | three lists, empty at first |
# | `remember_best()`, `restore_best()` | `remember_best()` copies the current parameters; `restore_best()` gives that copy back to the model |

# %% [markdown]
# ## Part 1: one step
#
# Take the next batch. Ask the model for its loss and gradients. Give every parameter its next value. Record the loss.
#
# By hand: take a "network" with a single weight $w = 1$ and the output $w x$; one example, $x = 2$, $y = 6$; the squared error; and plain
# SGD with learning rate 0.1.
#
# 1. Output 2, loss $(2 - 6)^2 = 16$.
# 2. Gradient $2 \cdot (2 - 6) \cdot 2 = -16$.
# 3. Next $w = 1 - 0.1 \cdot (-16) = 2.6$. The next loss would be $(5.2 - 6)^2 = 0.64$.
#
# Keep two things in mind. First, **every parameter has its own config**: momentum's velocity has the shape of its parameter, so parameters
# cannot share it. Second, an update rule **returns** two things: you must put both back where the next step will look for them.

# %% [markdown]
# ## Part 2: how good is it?
#
# The loss is designed for gradients. People ask other questions:
#
# | `category` | `check_accuracy` returns | better means |
# |---|---|---|
# | `"classification"` | the fraction of examples whose highest score belongs to the right class | larger |
# | `"regression"` | the RMS error times `y_std`, which puts it in the targets' own unit | **smaller** |
#
# By hand, with three examples and two classes: the scores are $\begin{pmatrix}2&1\\0&3\\1&5\end{pmatrix}$, and the labels are $(0, 1, 0)$. The highest scores belong
# to classes $0, 1, 1$. Two of three are right: $0.667$. (`np.argmax(a, axis=1)` gives the position of the largest entry of each row.)
#
# On a large data set, measuring takes time. So there are two more arguments. With `num_samples`, measure on that many **different** examples, drawn at
# random. And give the model at most `batch_size` examples at once, so that the intermediate results fit into memory. Collect the scores of all
# pieces, then measure once: the mean of the pieces' errors is a different number.

# %% [markdown]
# ## Part 3: the loops, and the best parameters
#
# An **epoch** is over when every example has been used once. With 7 examples in batches of 3, that takes 3 steps; 4 epochs take 12 steps. After each epoch:
#
# - **The learning rates shrink**: multiply each one by `lr_decay`. If the learning rate is 0.08 and the decay is 0.5, the first epoch
#   runs with 0.08, the second with 0.04, the third with 0.02.
# - **Both accuracies are measured and recorded**: on training data with `num_train_samples`, and on validation data with `num_val_samples`.
# - **The best parameters are kept.** A network that trains for too long starts to memorize the training data. Then its last parameters are not its best ones, as in
#   this sketch:

# %%
plots.the_best_epoch()

# %% [markdown]
# After every epoch, compare the validation accuracy with the accuracies of **all earlier epochs**. If it is better, keep a copy of the parameters. With RMS errors
# of 52, 47, 49, 45 and 46 meters, you make a copy after epochs 1, 2 and 4. In the end, the model gets back the parameters of epoch 4.
#
# It must be a *copy*, because the model goes on changing its own parameters. `remember_best()` makes one.

# %% [markdown]
# **Exercise 1 of 1: Solver** · hard · 50 min
#
# Write the three methods one after the other, and run the check after each one: it tests every part, and says which part is still empty.
#
# | part | method | difficulty | time |
# |---|---|---|---|
# | 1 | `step` | easy | 10 min |
# | 2 | `check_accuracy` | medium | 15 min |
# | 3 | `train` | hard | 25 min |

# %% exercise="Solver"

# %% [markdown]
# Try it on something small: 48 points on a wave, and a network with 16 hidden neurons. First take a few steps, then measure the
# error.

# %%
rng = np.random.default_rng(9)
x = rng.uniform(-2, 2, (72, 1))
y = np.sin(2.5 * x[:, 0]) + 0.3 * x[:, 0] + rng.normal(0, 0.15, 72)
wave = {"X_train": x[:48], "y_train": y[:48], "X_val": x[48:], "y_val": y[48:]}


def small_network():
    return TrainableNet(
        "regression", [16], [False], input_dim=1, output_dim=1, dtype=np.float64,
        activation="tanh", initializer="xavier", rng=np.random.default_rng(0),
    )


solver = Solver(
    small_network(), wave, "sgd", {"learning_rate": 0.1}, batch_size=8, verbose=False, rng=np.random.default_rng(0)
)
for _ in range(3):
    solver.step()
print("losses of three steps:", np.round(solver.loss_history, 3))

# %%
print("RMS error:", round(solver.check_accuracy(wave["X_val"], wave["y_val"]), 3))

# %% check="Solver"

# %% [markdown]
# <details>
# <summary>Help with part 1, <code>step</code></summary>
#
# - **"The parameters do not change"**: assigning a new value to a loop variable does not change the dict that the old value came from.
# - **"The config … is dropped"**: the rules of lesson 07 may change the dict that you pass in. Other rules return a new dict. A rule promises only this: the config that it
#   returns is the right one for the next step.
# - **"Every step takes the whole training set"**, **"draw their own batches"**: `self.next_batch()` returns two arrays, `X` and `y`.
# - **`KeyError: 'learning_rate'`**: which config did you pass: the one of this parameter, or the dict that holds all of them?
#
# </details>
#
# <details>
# <summary>Help with part 2, <code>check_accuracy</code></summary>
#
# - **"every score is compared with every target"**: scores have the shape $(N, 1)$, targets often $(N,)$. `rms_error` of lesson 02 takes both.
# - **An error that mentions a dict or a tuple**: `model.loss` returns scores only if you give it no targets.
# - **"the mean of these"**: `np.concatenate` joins a list of arrays into one array.
# - **"with replacement"**: `rng.choice` does that by default. Lesson 08 has a table of a generator's methods. Your generator is `self.rng`.
# - **"You look for the highest score down each column"**: the scores of one example are in one row.
#
# </details>
#
# <details>
# <summary>Help with part 3, <code>train</code></summary>
#
# - **How to loop**: write `for _ in self.epochs():`, and inside it another loop over `self.iterations()`. The name `_` says that you do not need the value.
# - **"For regression nothing is ever kept"**: no error can beat a best value that starts at 0. What does the first epoch have to beat?
# - **"the worst parameters are kept"**: larger is better for one category, smaller for the other. `self.category` tells you which one you have.
# - **"is reset"**: someone may train for five epochs, look at the result, and go on for five more. The histories are kept on `self`; a variable inside `train` is lost.
# - **`KeyError: 'learning_rate'` in the decay**: without an `optim_config`, the update rule fills in its learning rate at its first step. Does your decay come before that?
#
# </details>

# %% [markdown]
# ## Your solver at work
#
# Here is the wave again, at five stages of the training:

# %%
solver = Solver(
    small_network(), wave, "sgd", {"learning_rate": 0.1}, batch_size=8, verbose=False, rng=np.random.default_rng(0)
)
plots.a_fit_that_grows(solver, wave["X_train"], wave["y_train"])

# %% [markdown]
# ### Turn the knobs
#
# Every choice trains a fresh network for 30 epochs and draws it after each one. The button pauses the training and resumes it. Find
#
# 1. a learning rate that is too small for 30 epochs, and one at which training blows up;
# 2. what a small batch does to the loss curve, and to the number of steps;
# 3. the best RMS error that you can get. The noise in the data alone contributes 0.15.

# %% tags=["nbval-ignore-output"]
explorers.training_run(Solver, small_network, wave)

# %% [markdown]
# ### Real land
#
# Now the terrain of lesson 08: 6,686 places to learn from, and 1,000 to validate on. If you predict the mean elevation everywhere, you are off by 162 meters.
# What can a small network do in a few seconds?

# %%
land = get_terrain_data()
net = TrainableNet(
    "regression", [32, 32], [False, False], input_dim=2, output_dim=1, dtype=np.float64,
    activation="tanh", initializer="xavier", rng=np.random.default_rng(0),
)
solver = Solver(
    net, land, "adam", {"learning_rate": 1e-2}, lr_decay=0.95, batch_size=100, num_epochs=15,
    verbose=False, rng=np.random.default_rng(0),
)
solver.train()
print(f"best RMS error on the validation data: {min(solver.val_acc_history):.0f} meters")
plots.histories(solver, "meters")

# %% [markdown]
# Look at the left panel: the loss jumps from batch to batch, because each batch is a different sample. Only the trend means something. Then look at how close the
# two curves on the right are: this network is too small to memorize the data.
#
# Two options help with longer runs. With `verbose=True`, the default, the solver prints as it goes and shows a progress bar. With `checkpoint_name="runs/land"` it saves
# a checkpoint after every epoch. After a power cut, `solver.resume().train()` goes on as if nothing had happened.
#
# ## Questions to think about
#
# 1. The validation error of the best epoch is the smallest of 15. Is it an honest estimate of the error on new places?
#
# <details><summary>Answer</summary>
#
# It is a little too good: you picked the luckiest of 15 epochs, by this very number. The honest number comes from the test set, which has not influenced any choice.
#
# </details>
#
# 2. You double the batch size and keep the number of epochs. How many steps does training take now? How may you change the learning rate?
#
# <details><summary>Answer</summary>
#
# Half as many. A larger batch gives a steadier gradient, so the learning rate can often be raised, roughly in proportion, up to the point where training becomes
# unstable for other reasons.
#
# </details>
#
# 3. The loss is NaN after a hundred steps. What do you try first?
#
# <details><summary>Answer</summary>
#
# Try a learning rate ten times smaller. Then look at the data: one infinite or unnormalized feature is enough to cause this. `BaseSolver` stops with a message as soon as a loss is not a finite
# number; otherwise, every parameter would be NaN from then on.
#
# </details>
#
# 4. Every parameter gets its own copy of `optim_config`. What would go wrong with Adam if all parameters shared one dict?
#
# 5. A friend keeps the parameters with the best *training* accuracy. On what kind of problem would you not notice the difference?
#
# ## What comes next
#
# **10. Regression: learn a landscape**: you have everything now. Build a network of your own, and see how much of the land it can learn.
