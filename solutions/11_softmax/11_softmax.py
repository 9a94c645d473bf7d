# %% [markdown]
# # 11. Softmax: tell digits apart
#
# Until now your networks answered *how much*: how many meters, how many dollars. Now they will answer *which one*: which of ten digits
# did someone write here?
#
# The network stays the same. Only its last step is new, the **loss**: one function of a few lines. It is the loss that most
# classifiers in the world are trained with, from spam filters to language models.

# %% tags=["setup"]
import warnings

import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_11 as explorers
from lessonkit.plots import lesson_11 as plots
from reference_impl import FullyConnectedNet, Solver, adam, eval_numerical_gradient, rel_error
from reference_impl.data import get_digits_data, get_MNIST_data

# %%
data = get_digits_data()
images = (data["X_train"] + data["mean_image"]).reshape(-1, 8, 8)
plots.digits(images, data["y_train"])

# %% [markdown]
# ## Classes are not numbers
#
# The labels are 0 to 9. So why not let the network output one number, and train it with the mean squared error of lesson 02?
#
# Because a 4 does not lie *between* a 1 and a 7. Suppose an image is a 1 or a 7, with equal odds. The number with the smallest
# squared error is 4, an answer that is certainly wrong.

# %%
plots.numbers_are_no_classes()

# %% [markdown]
# So the network gets one output per class, a **score**: the higher the score, the more the network believes in that class. Then two things are left to
# do: turn the scores into probabilities, and measure how good these probabilities are.
#
# ## From scores to probabilities: softmax
#
# A score may be any number. A probability is never negative, and the probabilities of all classes add up to 1. It takes two
# steps: the exponential makes every score positive, and dividing by the sum does the rest.

# %%
plots.scores_to_probabilities([2, 1, -1], [7.39, 2.72, 0.37], [0.705, 0.259, 0.035])

# %% [markdown]
# $$p_{ij} = \frac{e^{x_{ij}}}{\sum_{k} e^{x_{ik}}}$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | scores: $N$ examples, $C$ classes | $(N, C)$ |
# | $y$ | the right class of each example, a whole number from $0$ to $C - 1$ | $(N,)$ |
# | $p$ | probabilities; each row adds up to 1 | $(N, C)$ |
# | `loss` | how wrong the whole batch is | one number |
# | `dx` | how much the loss changes when each score changes | $(N, C)$ |
#
# Softmax sees only *differences* of scores. Add 100 to all scores of an example, and every exponential grows by the same factor $e^{100}$,
# which the division cancels. Keep this in mind: it will save you from infinity.
#
# ## From probabilities to a loss: cross-entropy
#
# The loss asks only one question: what probability did the network give to the right class? The loss is minus the logarithm of that
# probability, averaged over the batch.
#
# $$\text{loss} = -\frac{1}{N} \sum_{i} \log p_{i\,y_i}$$
#
# A confident right prediction, $p = 1$, costs nothing. A probability of one half costs $\ln 2 \approx 0.69$. And the loss has no upper limit: the more confident a
# wrong prediction is, the more it costs.
#
# ### Why not the squared error of the probabilities?
#
# It would be a fair measure. But look at its slope for confident wrong predictions, on the left of both figures.

# %%
plots.sure_and_wrong()

# %% [markdown]
# The squared error is flat there: a network that is badly wrong would learn the least. The cross-entropy is steepest where there is
# most to learn.
#
# ## One example by hand
#
# Take the scores in the figure, $(2, 1, -1)$, and suppose that the right class is the last one, $y = 2$.
#
# 1. Exponentials: $(7.389,\ 2.718,\ 0.368)$, with the sum $10.475$.
# 2. Probabilities: $(0.7054,\ 0.2595,\ 0.0351)$.
# 3. Loss, with one more digit: $-\ln 0.03512 \approx 3.349$.
#
# If class 0 were right, the loss would be $-\ln 0.7054 \approx 0.349$. Keep the number 3.349; you will meet it again.
#
# ## The gradient
#
# Use $\log \frac{a}{b} = \log a - \log b$ to write the loss of one example without the fraction:
#
# $$-\log p_{y} = \log \sum_k e^{x_k} - x_{y}$$
#
# The derivative of the first term with respect to $x_j$ is $e^{x_j} / \sum_k e^{x_k}$, and that is $p_j$ again. The second term contributes $-1$ for
# the right class and nothing for the others. With the mean over the batch:
#
# $$\text{dx}_{ij} = \frac{1}{N}\,\bigl(p_{ij} - [\,j = y_i\,]\bigr)$$
#
# Here $[\,j = y_i\,]$ is 1 for the right class, and 0 otherwise.
#
# The gradient is *what the network said minus what it should have said*. In the example: $(0.705,\ 0.259,\ 0.035 - 1) = (0.705,\ 0.259,\ -0.965)$. A step against
# the gradient raises the score of the right class and lowers the others, most of all the wrong one that the network believed most.
#
# ## How to avoid infinity
#
# In floating point, two things can go wrong:
#
# - **Large scores.** $e^{1000}$ is larger than the largest float, and $\infty / \infty$ is not a number. The way out: subtract the largest score of each
#   row from that row. The probabilities stay as they are, the largest exponential is $e^0 = 1$, and none can overflow.
# - **Tiny probabilities.** $e^{-1000}$ is so small that it becomes exactly 0, and $\log 0 = -\infty$. The way out: never take the logarithm of a
#   probability. Use the form without the fraction, from above: the logarithm of a sum, minus a score. With the shift, one term of the sum is 1,
#   so the logarithm of the sum is always finite.
#
# Together they are known as the **log-sum-exp trick**. Try it on paper with the scores $(1000, 0)$ and right class 1. The shifted scores are $(0, -1000)$. The sum of
# the exponentials is 1, its logarithm is 0, and the loss is $0 - (-1000) = 1000$. There is no infinity anywhere.
#
# ## One entry of each row
#
# Each row has its right class in a different column. To pick these entries, give NumPy two lists of the same length, one of rows
# and one of columns.

# %%
table = np.array([[10, 11, 12], [20, 21, 22]])
print(table[[0, 1], [2, 0]])  # row 0 column 2, and row 1 column 0
print(table[:, [2, 0]])  # not the same: columns 2 and 0 of every row

# %% [markdown]
# **Exercise 1 of 1: softmax loss** · hard · 25 min
#
# Return the loss and its gradient with respect to the scores. A good order is to shift the scores, take the exponentials and their sums, then compute
# the loss, then the gradient. You do not need a loop.

# %% exercise="softmax_loss"

# %%
loss, dx = softmax_loss(np.array([[2.0, 1.0, -1.0]]), np.array([2]))
print(round(float(loss), 3), dx.round(3))  # the example worked out by hand

loss, _ = softmax_loss(np.array([[1000.0, 0.0]]), np.array([1]))
print(loss)  # the example for paper: 1000

# %% check="softmax_loss"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **NaN**: some exponential has overflowed, or a whole row has become zeros. Print the largest and the smallest number that you pass to `np.exp`. Do
#   you subtract each row's own maximum?
# - **"A probability that is too small … log(0)"**: you shift the scores, but still take the logarithm of a quotient. On paper, write it
#   as a difference of logarithms, and compute that.
# - **"`p[:, y]` has shape (N, N)"**: look at the small table above. You want one entry of each row.
# - **A shape error ("could not be broadcast") between (N, C) and (N,)**: a sum over `axis=1` removes that axis. `keepdims=True` keeps it, with length 1, and then it broadcasts
#   against the rows.
# - **"not divided by the number of examples"**: the loss is a mean, so the gradient has the same 1/N. Without it, larger batches would take larger steps.
#
# </details>

# %% [markdown]
# ### Does the gradient match the loss?
#
# The gradient check of lesson 03 works here too: compute the numerical gradient of the loss and compare. The relative error should be below $10^{-7}$.

# %%
rng = np.random.default_rng(0)
x, y = rng.normal(size=(4, 5)), np.array([0, 4, 2, 2])
_, dx = softmax_loss(x, y)
numerical = eval_numerical_gradient(lambda scores: softmax_loss(scores, y)[0], x)
print("relative error below 1e-7:", rel_error(dx, numerical) < 1e-7)

# %% [markdown]
# ## Train a network to read digits
#
# A classification network takes its loss from its attribute `loss_function`. Assign yours, and all training uses the function that you have just written.
#
# Before training, look at the loss. A network that knows nothing gives each of ten classes the probability 1/10, so its loss must be
# $\ln 10 \approx 2.30$. If yours starts elsewhere, something is wrong. This is the cheapest test there is.

# %%
rng = np.random.default_rng(2)
net = FullyConnectedNet("classification", [128, 64], [False, False], input_dim=64, output_dim=10, weight_scale=1e-3, rng=rng)
net.loss_function = softmax_loss
loss, _ = net.loss(data["X_train"], data["y_train"])
print(f"loss before training: {loss:.2f}")

# %% [markdown]
# Now train a real network: two hidden layers with He's initialization, Adam, and a little regularization. The goal is **97%** on the validation set.

# %%
net = FullyConnectedNet(
    "classification", [128, 64], [False, False], input_dim=64, output_dim=10, reg=1e-4, initializer="he", rng=rng
)
net.loss_function = softmax_loss
solver = Solver(
    net,
    data,
    update_rule="adam",
    optim_config={"learning_rate": 3e-3},
    lr_decay=0.95,
    batch_size=50,
    num_epochs=20,
    verbose=False,
    rng=rng,
)
solver.train()
plots.training(solver, good_enough=0.97)
print("better than 97% on the validation set:", max(solver.val_acc_history) > 0.97)

# %% [markdown]
# The solver chose the best epoch by the validation accuracy, so that number is a little too good. The test set has played no part yet, so its number is honest.
# Run this cell once, when you are done changing things.

# %% tags=["nbval-ignore-output"]
print(f"test set: {solver.check_accuracy(data['X_test'], data['y_test']):.1%}")

# %% [markdown]
# ## Where it goes wrong
#
# One number hides *which* mistakes are made. The **confusion matrix** shows them: it has a row for each true digit and a column for each predicted
# digit. Here are the validation and the test images together.

# %%
X = np.concatenate([data["X_val"], data["X_test"]])
y = np.concatenate([data["y_val"], data["y_test"]])
scores = net.loss(X)
predicted = scores.argmax(axis=1)
plots.confusion(y, predicted)

# %% [markdown]
# Now look at the worst mistakes. For a single example, your loss says how wrong the network is about that one. Would you have read these digits correctly?

# %%
losses = np.array([softmax_loss(scores[i : i + 1], y[i : i + 1])[0] for i in range(len(y))])
plots.worst_mistakes((X + data["mean_image"]).reshape(-1, 8, 8), y, predicted, losses)

# %% [markdown]
# Always look at the worst mistakes. They show wrong labels, broken images and missing kinds of examples faster than any number.
#
# ## Play with it: where does one class end?
#
# With two inputs instead of 64 you can see what a classifier learns: every point of the plane gets the class with the highest score. The examples form three
# arms of a spiral, and nearly one in five has a wrong label, as happens in real life.
#
# Move the slider *step* through the training. Without regularization, the large network soon learns the wrong labels too, and draws an island around each
# of them. Which setting does best on *new* points?

# %% tags=["nbval-ignore-output"]
def make_network(neurons, reg):
    rng = np.random.default_rng(3)
    net = FullyConnectedNet(
        "classification",
        [neurons, neurons],
        [False, False],
        input_dim=2,
        output_dim=3,
        reg=reg,
        activation="tanh",
        initializer="xavier",
        rng=rng,
    )
    net.loss_function = softmax_loss
    return net


explorers.decision_regions(make_network, adam)

# %% [markdown]
# ## The real thing: MNIST
#
# MNIST is the best-known data set of machine learning: 70,000 digits of 28 × 28 pixels. The next cell downloads it once, 15 MB; reading it may take a minute.
# Without an internet connection it says so in one line, and you can still learn everything in this lesson. Training then takes about ten seconds; expect
# more than 95%.

# %% tags=["nbval-ignore-output"]
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the download warns at each attempt
        mnist = get_MNIST_data()
except ConnectionError as error:
    mnist = None
    print(error)

# %% tags=["nbval-ignore-output"]
if mnist is not None:
    rng = np.random.default_rng(4)
    net = FullyConnectedNet("classification", [200], [False], input_dim=784, output_dim=10, initializer="he", rng=rng)
    net.loss_function = softmax_loss
    solver = Solver(
        net,
        mnist,
        update_rule="adam",
        optim_config={"learning_rate": 2e-3},
        lr_decay=0.5,
        num_epochs=4,
        verbose=False,
        rng=rng,
    )
    solver.train()
    plots.training(solver, good_enough=0.95)
    print(f"test set: {solver.check_accuracy(mnist['X_test'], mnist['y_test']):.1%}")

# %% [markdown]
# ## Questions to think about
#
# 1. Every row of `dx` adds up to zero. Why must it?
#
# <details><summary>Answer</summary>
#
# If you add the same number to all scores of an example, the loss does not change. So its slope in that direction is zero, and that slope is the sum of the row.
#
# </details>
#
# 2. With only two classes, what does softmax have to do with the sigmoid of lesson 01?
#
# <details><summary>Answer</summary>
#
# Divide numerator and denominator of $p_0$ by $e^{x_0}$: $p_0 = 1 / (1 + e^{-(x_0 - x_1)}) = \sigma(x_0 - x_1)$. The sigmoid is the softmax of two classes,
# one of which has the score zero.
#
# </details>
#
# 3. Suppose a network gets every training example right. Can its loss still fall? What happens to its weights, and what does regularization do about it?
#
# <details><summary>Answer</summary>
#
# Yes: doubling the weights and biases of the last layer doubles the scores, so the right classes get probabilities closer to 1. The loss never reaches zero, and without
# regularization the weights grow without limit. The network becomes more and more confident, even in its mistakes.
#
# </details>
#
# 4. Of ten classes, class 0 has half of your examples, and the other nine share the rest equally. Which loss do you expect before training? Which loss do
#    you expect from a network that knows only how frequent each class is?
#
# ## What comes next
#
# **12. Batch normalization**: a layer that lets much deeper networks learn, whatever weights they start with.
