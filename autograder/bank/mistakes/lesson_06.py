"""What students get wrong in lesson 06, the backward pass."""

import numpy as np

import reference_impl
from autograder.bank import mistake
from reference_impl import affine_backward, affine_relu_backward, relu_backward


def rows(x):
    """Each example as one row."""
    return x.reshape(len(x), -1)


# affine_backward


@mistake(
    "affine_backward",
    "dw is divided by the number of examples. The loss takes the mean over the batch, once, and `dout` already "
    "contains it.",
)
def averages_dw(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db


@mistake("affine_backward", "db is the mean over the examples. Every example pulls on the bias, and the pulls add up.")
def averages_db(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw, db / len(dout)


@mistake(
    "affine_backward",
    "Both dw and db are means over the examples. They should be sums: the loss has already taken the mean.",
)
def averages_both(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db / len(dout)


@mistake(
    "affine_backward",
    "db is dout unchanged, one row for each example. One bias serves all examples, so their gradients add up.",
)
def db_is_not_summed(dout, cache):
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.copy()


@mistake(
    "affine_backward",
    "db is summed along the wrong axis: you get one number for each example, but there is one bias for each output.",
)
def db_is_summed_over_the_outputs(dout, cache):
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=1)


@mistake(
    "affine_backward",
    "db is one number for the whole layer. Each output has its own bias: sum over the examples only.",
)
def db_is_summed_over_everything(dout, cache):
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.sum()


@mistake(
    "affine_backward",
    "db has shape (1, M): the axis that you summed over is still there. It should have the shape of b, (M,).",
)
def db_keeps_the_summed_axis(dout, cache):
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.sum(axis=0, keepdims=True)


@mistake(
    "affine_backward",
    "db is the number of examples, whatever the upstream gradient is. The derivative of an output with respect to "
    "its bias is 1; dout still multiplies it.",
)
def db_without_dout(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw, np.full(db.shape, float(len(dout)))


@mistake("affine_backward", "dx comes out flat. The gradient of x must have the same shape as x.")
def dx_stays_flat(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return rows(dx), dw, db


@mistake(
    "affine_backward",
    "dx is computed with x, but the derivative of an output with respect to x is the weight. x itself belongs in dw.",
)
def dx_made_with_x(dout, cache):
    x, _, _ = cache
    _, dw, db = affine_backward(dout, cache)
    return x * dout.sum(axis=1).reshape(-1, *[1] * (x.ndim - 1)), dw, db


@mistake(
    "affine_backward",
    "dx ignores the upstream gradient: it is a sum of weights, the same for every example. Multiply each weight by "
    "its dout.",
)
def dx_without_dout(dout, cache):
    dx, _, _ = affine_backward(np.ones_like(dout), cache)
    _, dw, db = affine_backward(dout, cache)
    return dx, dw, db


@mistake(
    "affine_backward",
    "dw ignores the upstream gradient: all its columns are the same sum of inputs. Multiply each input by its dout.",
)
def dw_without_dout(dout, cache):
    _, dw, _ = affine_backward(np.ones_like(dout), cache)
    dx, _, db = affine_backward(dout, cache)
    return dx, dw, db


@mistake(
    "affine_backward",
    "None of the three gradients depends on `dout`. The chain rule multiplies by the upstream gradient.",
)
def ignores_the_upstream_gradient(dout, cache):
    return affine_backward(np.ones_like(dout), cache)


@mistake(
    "affine_backward",
    "dw is transposed. A gradient always has the shape of its array, and w is (D, M).",
)
def dw_transposed(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw.T, db


@mistake(
    "affine_backward",
    "dw has the right shape, but its numbers are in the wrong places: you made (M, D) and reshaped it. To exchange "
    "rows and columns, transpose it, or swap the factors of the product.",
)
def dw_reshaped_in_place_of_transposed(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw.T.reshape(dw.shape), db


@mistake(
    "affine_backward",
    "dx is wrong for every example: `w` was reshaped where it should be transposed, so weights are multiplied by the "
    "wrong dout.",
)
def w_reshaped_in_place_of_transposed(dout, cache):
    x, w, _ = cache
    _, dw, db = affine_backward(dout, cache)
    return (dout @ w.reshape(w.shape[::-1])).reshape(x.shape), dw, db


@mistake(
    "affine_backward",
    "`dout @ w` does not fit: (N, M) times (D, M). The inner sizes must match. Which of the two has to be transposed?",
)
def w_not_transposed(dout, cache):
    x, w, _ = cache
    return dout @ w, rows(x).T @ dout, dout.sum(axis=0)


@mistake(
    "affine_backward",
    "`x @ dout` does not fit: (N, D) times (N, M). The examples must be the inner size, because dw is a sum over them.",
)
def x_not_transposed(dout, cache):
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), rows(x) @ dout, dout.sum(axis=0)


@mistake(
    "affine_backward",
    "x goes into dw with all its axes, and the product treats it as a stack of matrices. Flatten the examples first, "
    "as in the forward pass.",
)
def dw_of_an_unflattened_x(dout, cache):
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.T @ dout, dout.sum(axis=0)


@mistake(
    "affine_backward",
    "For dw, each example is flattened with its first axis fastest. In the forward pass the last axis was fastest.",
)
def dw_in_fortran_order(dout, cache):
    x, w, _ = cache
    dx, _, db = affine_backward(dout, cache)
    return dx, np.stack([each.ravel(order="F") for each in x]).T @ dout, db


@mistake("affine_backward", "The three gradients are right, but in the wrong order: return dx, dw, db.")
def returns_dw_first(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dw, dx, db


@mistake(
    "affine_backward",
    "All three have the wrong sign. A gradient points uphill; going downhill is the optimizer's job, in lesson 07.",
)
def points_downhill(dout, cache):
    return tuple(-each for each in affine_backward(dout, cache))


@mistake(
    "affine_backward",
    "The gradients of earlier calls are still in dw and db, so they grow with every call. Start from zero each time.",
)
class adds_to_what_was_there:
    def affine_forward(x, w, b):
        out, cache = reference_impl.affine_forward(x, w, b)
        return out, (cache, {"dw": 0.0, "db": 0.0})

    def affine_backward(dout, cache):
        cache, total = cache
        dx, dw, db = affine_backward(dout, cache)
        total["dw"], total["db"] = total["dw"] + dw, total["db"] + db
        return dx, total["dw"], total["db"]


@mistake(
    "affine_backward",
    "The upstream gradient is overwritten: dout holds different numbers after the call than before. Another layer "
    "may need it.",
)
def writes_into_dout(dout, cache):
    result = affine_backward(dout, cache)
    dout *= len(dout)
    return result


@mistake(
    "affine_backward",
    "The contents of the cache change during the call, so a second backward pass with it goes wrong. Read from it, "
    "and write into new arrays.",
)
def writes_into_the_cache(dout, cache):
    x, w, _ = cache
    result = affine_backward(dout, cache)
    x *= dout.sum()
    return result


@mistake(
    "affine_backward",
    "The gradients are right, but your function changes the shape of an array in the cache, and it may be the caller's "
    "x. `reshape` leaves the array itself as it is.",
    alone=True,
)
def changes_the_shape_of_the_cached_x(dout, cache):
    x, w, _ = cache
    shape = x.shape
    x.shape = (len(x), -1)
    return (dout @ w.T).reshape(shape), x.T @ dout, dout.sum(axis=0)


@mistake(
    "affine_backward",
    "The gradients are right, but your function changes numbers in the cache, and they may belong to the caller's x, w "
    "or b. Make new arrays.",
    alone=True,
)
def writes_db_into_b(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    if cache[2].dtype.kind == "f":
        cache[2][:] = db
    return dx, dw, db


@mistake(
    "affine_backward",
    "For integer w or b its gradient is truncated to integers. An array made like another gets its dtype: ask for "
    "floats.",
)
def gradients_in_the_dtypes_of_w_and_b(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw.astype(cache[1].dtype), db.astype(cache[2].dtype)


@mistake(
    "affine_backward",
    "For an integer x, dx is truncated to integers. An array made like x gets the dtype of x: ask for floats.",
)
def dx_in_the_dtype_of_x(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx.astype(cache[0].dtype), dw, db


@mistake(
    "affine_backward",
    "For an integer `dout` the gradients are truncated to integers. An array made like `dout` gets the dtype of "
    "`dout`: ask for floats.",
)
def gradients_in_the_dtype_of_dout(dout, cache):
    return tuple(gradient.astype(dout.dtype) for gradient in affine_backward(dout, cache))


@mistake(
    "affine_backward",
    "The gradients belong to another layer's forward pass: you keep what you need in one global place, and "
    "the next layer overwrites it. Keep it in the cache.",
)
class keeps_the_cache_in_a_global:
    latest: list = []

    def affine_forward(x, w, b):
        out, cache = reference_impl.affine_forward(x, w, b)
        keeps_the_cache_in_a_global.latest[:] = [cache]
        return out, None

    def affine_backward(dout, cache):
        return affine_backward(dout, *keeps_the_cache_in_a_global.latest)


@mistake(
    "affine_backward",
    "db has picked up b as a factor. A bias is added to the sum, so it brings no factor: its gradient does not "
    "depend on b at all.",
)
def db_times_b(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw, cache[2] * db


@mistake(
    "affine_backward",
    "You compute dx with its rows and columns exchanged, as `w @ dout.T` does, and reshape it. `reshape` does not "
    "exchange them back; it only cuts the same sequence of numbers into different pieces.",
)
def dx_reshaped_in_place_of_transposed(dout, cache):
    _, dw, db = affine_backward(dout, cache)
    x, w, _ = cache
    return (w @ dout.T).reshape(x.shape), dw, db


# affine_relu_backward


@mistake(
    "affine_relu_backward",
    "`relu_backward` is given a tuple where it needs the ReLU's own cache. The cache of this function is a pair: the "
    "affine layer's cache first, then the ReLU's.",
)
def relu_gets_the_other_cache(dout, cache):
    relu_cache, affine_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


@mistake(
    "affine_relu_backward",
    "The ReLU is missing from the backward pass: the gradient reaches the affine layer even where the ReLU was off.",
)
def forgets_the_relu(dout, cache):
    return affine_backward(dout, cache[0])


@mistake(
    "affine_relu_backward",
    "Only dx goes back through the ReLU; dw and db are computed from the upstream dout. All three need the gradient "
    "that has gone through the ReLU.",
)
def only_dx_through_the_relu(dout, cache):
    dx, _, _ = affine_relu_backward(dout, cache)
    _, dw, db = affine_backward(dout, cache[0])
    return dx, dw, db


@mistake(
    "affine_relu_backward",
    "dw and db went back through the ReLU, but dx did not: compute it from the same gradient as the other two.",
    alone=True,
)
def dx_past_the_relu(dout, cache):
    _, dw, db = affine_relu_backward(dout, cache)
    dx, _, _ = affine_backward(dout, cache[0])
    return dx, dw, db


@mistake(
    "affine_relu_backward",
    "db is the sum of the upstream dout. Where the ReLU was off, no gradient reaches the bias either.",
)
def db_past_the_relu(dout, cache):
    dx, dw, _ = affine_relu_backward(dout, cache)
    _, _, db = affine_backward(dout, cache[0])
    return dx, dw, db


@mistake(
    "affine_relu_backward",
    "You go through the layers in forward order. What came last goes first in the backward pass: the ReLU, then the "
    "affine layer.",
)
def affine_before_relu(dout, cache):
    dx, dw, db = affine_backward(dout, cache[0])
    return relu_backward(dx, cache[1]), dw, db


@mistake(
    "affine_relu_backward",
    "The ReLU's gate is applied to dx, by the sign of x. In the forward pass the ReLU came after the affine layer, "
    "so the signs of that layer's sums decide.",
)
def gate_on_the_input(dout, cache):
    (x, _, _), _ = cache
    dx, dw, db = affine_backward(dout, cache[0])
    return relu_backward(dx, x), dw, db


@mistake(
    "affine_relu_backward",
    "Negative entries of dout are cut off. The sign of the sum that went into the ReLU opens or shuts the gate, not "
    "the sign of the gradient.",
)
def relu_of_dout(dout, cache):
    return affine_backward(np.maximum(dout, 0), cache[0])


@mistake(
    "affine_relu_backward",
    "The gate is reversed: the gradient passes where the ReLU was off and stops where it was on.",
)
def gate_turned_round(dout, cache):
    return affine_backward(dout * (cache[1] <= 0), cache[0])


@mistake(
    "affine_relu_backward",
    "The gradient is multiplied by the sums themselves. The slope of ReLU is 1 where they are positive, however large.",
)
def multiplies_by_the_sums(dout, cache):
    return affine_backward(dout * np.maximum(cache[1], 0), cache[0])


@mistake(
    "affine_relu_backward",
    "You return only ReLU's gate, ones and zeros: the upstream gradient is lost.",
)
def gate_without_dout(dout, cache):
    return affine_backward((cache[1] > 0).astype(float), cache[0])


@mistake(
    "affine_relu_backward",
    "A little of the gradient leaks through where the ReLU was off. Its slope there is exactly 0.",
)
def leaky_gate(dout, cache):
    return affine_backward(dout * np.where(cache[1] > 0, 1, 0.01), cache[0])


@mistake(
    "affine_relu_backward",
    "dw and db are divided by the number of examples. They are sums; the loss has taken its mean already.",
)
def averages_over_the_batch(dout, cache):
    dx, dw, db = affine_relu_backward(dout, cache)
    return dx, dw / len(dout), db / len(dout)


@mistake(
    "affine_relu_backward",
    "Your function zeroes entries of dout in place, so the caller's gradient is changed. Let the ReLU give you a new "
    "array.",
)
def zeroes_dout_in_place(dout, cache):
    dout[cache[1] <= 0] = 0
    return affine_backward(dout, cache[0])


@mistake(
    "affine_relu_backward",
    "The gradients are right, but your function changes numbers in the cache. Make a new array.",
    alone=True,
)
def makes_the_gate_in_the_cache(dout, cache):
    affine_cache, a = cache
    a[...] = a > 0
    return affine_backward(dout * a, affine_cache)


@mistake(
    "affine_relu_backward",
    "For an integer x, dx is truncated to integers. An array made like x gets the dtype of x: ask for floats.",
)
def dx_takes_the_dtype_of_x(dout, cache):
    dx, dw, db = affine_relu_backward(dout, cache)
    return dx.astype(cache[0][0].dtype), dw, db


# TrainableNet: the loss


class Patched(reference_impl.TrainableNet):
    """A right network with the regularization in a method of its own, so that a mistake can replace it."""

    def loss(self, X, y=None):
        if y is None:
            return self.forward(X)[0]
        reg, self.reg = self.reg, 0
        try:
            loss, grads = super().loss(X, y)
        finally:
            self.reg = reg
        weights = {name: w for name, w in self.params.items() if name.startswith("W")}
        grads = {name: grad + self.more_gradient(name, self.params[name]) for name, grad in grads.items()}
        return loss + self.more_loss(weights), grads

    def more_loss(self, weights):
        return 0.5 * self.reg * float(sum((w * w).sum() for w in weights.values()))

    def more_gradient(self, name, w):
        return self.reg * w if name.startswith("W") else 0


@mistake(
    "TrainableNet",
    "`reg` makes no difference, neither to the loss nor to the gradients: the regularization is missing.",
)
class no_regularization:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 0

        def more_gradient(self, name, w):
            return 0


@mistake(
    "TrainableNet",
    "The regularization is in the loss but not in the gradients: the optimizer would never see it.",
    alone=True,
)
class regularization_only_in_the_loss:
    class TrainableNet(Patched):
        def more_gradient(self, name, w):
            return 0


@mistake(
    "TrainableNet",
    "The regularization is in the gradients but not in the loss: the loss you print is not the one you minimize.",
    alone=True,
)
class regularization_only_in_the_gradients:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 0


@mistake(
    "TrainableNet",
    "The regularization in your loss is twice as large as it should be: the factor one half is missing.",
)
class loss_without_one_half:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 2 * super().more_loss(weights)


@mistake(
    "TrainableNet",
    "The gradient of the regularization is twice as large as it should be: the 2 from the square and the one "
    "half cancel.",
)
class gradient_without_one_half:
    class TrainableNet(Patched):
        def more_gradient(self, name, w):
            return 2 * super().more_gradient(name, w)


@mistake(
    "TrainableNet",
    "Both the loss and its gradients lack the factor one half of the regularization: they agree with each "
    "other, but not with the formula.",
)
class no_half_anywhere:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 2 * super().more_loss(weights)

        def more_gradient(self, name, w):
            return 2 * super().more_gradient(name, w)


@mistake(
    "TrainableNet",
    "The one half went into the gradient of the regularization as well. The derivative of w squared brings a 2 that "
    "cancels it.",
)
class one_half_in_the_gradient:
    class TrainableNet(Patched):
        def more_gradient(self, name, w):
            return 0.5 * super().more_gradient(name, w)


@mistake(
    "TrainableNet",
    "The biases are regularized too. Regularize only the weights: a shift does no harm, however large.",
)
class biases_are_regularized:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return super().more_loss(self.params)

        def more_gradient(self, name, w):
            return self.reg * w


@mistake(
    "TrainableNet",
    "Only the last layer's weights are regularized. The sum runs over the weights of all layers.",
)
class only_the_last_weights_are_regularized:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            last = f"W{self.num_layers}"
            return super().more_loss({last: weights[last]})

        def more_gradient(self, name, w):
            return self.reg * w if name == f"W{self.num_layers}" else 0


@mistake(
    "TrainableNet",
    "The output layer's weights are left out of the regularization. The sum runs over all layers.",
)
class output_layer_is_not_regularized:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return super().more_loss({name: w for name, w in weights.items() if name != f"W{self.num_layers}"})

        def more_gradient(self, name, w):
            return self.reg * w if name.startswith("W") and name != f"W{self.num_layers}" else 0


@mistake(
    "TrainableNet",
    "The regularization is the sum of the weights' absolute values. That is L1; L2 adds up their squares.",
)
class l1_in_place_of_l2:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return self.reg * float(sum(np.abs(w).sum() for w in weights.values()))

        def more_gradient(self, name, w):
            return self.reg * np.sign(w) if name.startswith("W") else 0


@mistake(
    "TrainableNet",
    "The regularization takes the norm of each layer's weights. The norm has a square root that the formula does not "
    "have.",
)
class norm_without_square:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 0.5 * self.reg * float(sum(np.linalg.norm(w) for w in weights.values()))


@mistake("TrainableNet", "The regularization uses the mean of the squared weights. The formula uses their sum.")
class mean_of_the_squares:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 0.5 * self.reg * float(sum(np.mean(w * w) for w in weights.values()))


@mistake(
    "TrainableNet",
    "The regularization is subtracted from the loss, so large weights would be rewarded. It is a penalty: add it.",
)
class a_reward_for_large_weights:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return -super().more_loss(weights)


@mistake(
    "TrainableNet",
    "The loss is divided by the number of examples once more. `self.loss_function` already returns a mean.",
)
class loss_averaged_twice:
    class TrainableNet(Patched):
        def loss_function(self, scores, y):
            loss, dscores = super().loss_function(scores, y)
            return loss / len(scores), dscores


@mistake(
    "TrainableNet",
    "All gradients are divided by the number of examples once more. The gradient of the scores already has that "
    "factor in it.",
)
class gradients_averaged_twice:
    class TrainableNet(Patched):
        def loss_function(self, scores, y):
            loss, dscores = super().loss_function(scores, y)
            return loss, dscores / len(scores)


@mistake("TrainableNet", "Without targets you return a pair. Return only the scores then.")
class caches_with_the_scores:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            return self.forward(X) if y is None else super().loss(X, y)


# TrainableNet: the backward pass


@mistake(
    "TrainableNet",
    "The gradient skips the activations on its way back. In a hidden layer it goes through the activation first, "
    "then through the affine layer.",
)
class activations_are_skipped:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            dh, dw, db = affine_backward(dout, cache[0])
            return dh, {f"W{i}": dw, f"b{i}": db}


@mistake(
    "TrainableNet",
    "ReLU's gate is used whatever the activation is. `self.activation_backward` goes back through the chosen one.",
)
class always_the_gate_of_relu:
    class TrainableNet(reference_impl.TrainableNet):
        def activation_backward(self, dout, cache):
            return relu_backward(dout, cache)


@mistake(
    "TrainableNet",
    "In a hidden layer, dw and db come from the gradient of the activation's output. Go back through the activation "
    "first: dw and db need that gradient too, not only dh.",
)
class parameters_miss_the_activation:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            dh, _ = super().hidden_backward(i, dout, cache)
            _, dw, db = affine_backward(dout, cache[0])
            return dh, {f"W{i}": dw, f"b{i}": db}


@mistake(
    "TrainableNet",
    "Only the output layer has gradients. The backward pass goes on, through every hidden layer down to the first.",
)
class stops_after_the_output_layer:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            return loss, {name: grads[name] for name in (f"W{self.num_layers}", f"b{self.num_layers}")}


@mistake("TrainableNet", "The gradients of the first layer are missing: the backward loop ends one layer too early.")
class stops_before_the_first_layer:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            if self.num_layers > 1:
                del grads["W1"], grads["b1"]
            return loss, grads


@mistake(
    "TrainableNet",
    "When you add the regularization, a layer's weights have no gradient in your dict yet. Was it never put in, or "
    "did another dict replace yours? Adding the entries of one dict to another keeps them all.",
)
class hidden_gradients_replace_the_last:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            scores, caches = self.forward(X)
            if y is None:
                return scores
            loss, dscores = self.loss_function(scores, y)
            last = self.num_layers
            dh, dw, db = affine_backward(dscores, caches[-1])
            grads = {f"W{last}": dw, f"b{last}": db}
            for i in range(last - 1, 0, -1):
                dh, grads = self.hidden_backward(i, dh, caches[i - 1])
            for i in range(1, last + 1):
                w = self.params[f"W{i}"]
                loss += 0.5 * self.reg * np.sum(w**2)
                grads[f"W{i}"] = grads[f"W{i}"] + self.reg * w
            return loss, grads


@mistake(
    "TrainableNet",
    "When you add the regularization, your dict has no gradient for W1 yet. The backward pass has to reach every "
    "hidden layer, down to the first, and you have to put what each one returns into the dict, under its layer's own "
    "names.",
)
class hidden_gradients_are_dropped:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            scores, caches = self.forward(X)
            if y is None:
                return scores
            loss, dscores = self.loss_function(scores, y)
            last = self.num_layers
            _, dw, db = affine_backward(dscores, caches[-1])
            grads = {f"W{last}": dw, f"b{last}": db}
            for i in range(1, last + 1):
                w = self.params[f"W{i}"]
                loss += 0.5 * self.reg * np.sum(w**2)
                grads[f"W{i}"] = grads[f"W{i}"] + self.reg * w
            return loss, grads


@mistake(
    "TrainableNet",
    "The weights' gradients hold the regularization and nothing else: it replaced the gradient that had come back "
    "from the loss of the scores. Two paths lead to a weight, so two gradients add up.",
)
class regularization_replaces_the_gradient:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            for name in grads:
                if name.startswith("W"):
                    grads[name] = self.reg * self.params[name]
            return loss, grads


@mistake(
    "TrainableNet",
    "You add up a layer's weights and square the sum. The formula squares each weight, and adds up the squares.",
)
class square_of_the_sum:
    class TrainableNet(Patched):
        def more_loss(self, weights):
            return 0.5 * self.reg * float(sum(w.sum() ** 2 for w in weights.values()))


@mistake(
    "TrainableNet",
    "Python asks an array whether it is true. An array has many entries, so there is no single answer. If that is "
    "your test for missing targets, ask about y as a whole: test whether y is None, with `is`.",
)
class compares_targets_with_none:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y == None:  # noqa: E711
                return super().loss(X)
            return super().loss(X, y)


@mistake(
    "TrainableNet",
    "The biases have no gradients in your dict. Every parameter needs one, under its own name.",
)
class no_gradients_for_biases:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            dh, grads = super().hidden_backward(i, dout, cache)
            return dh, {f"W{i}": grads[f"W{i}"]}

        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            return loss, {name: grad for name, grad in grads.items() if name.startswith("W")}


@mistake(
    "TrainableNet",
    "The keys are dW1, db1 and so on. Store each gradient under the name of its parameter: W1, b1.",
)
class keys_with_a_d:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            dh, grads = super().hidden_backward(i, dout, cache)
            return dh, {f"d{name}": grad for name, grad in grads.items()}

        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = reference(self).loss(X, y)
            return loss, {f"d{name}": grad for name, grad in grads.items()}


@mistake("TrainableNet", "Every sign is wrong: the gradients point exactly the opposite way.")
class every_sign_is_wrong:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            return negated(super().hidden_backward(i, dout, cache))

        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = reference(self).loss(X, y)
            return loss, {name: -grad for name, grad in grads.items()}


@mistake(
    "TrainableNet",
    "The gradients from the call before are still in your dict, so they add up from call to call. Begin with an "
    "empty one.",
)
class gradients_add_up:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            old = getattr(self, "grads", {})
            self.grads = {name: grad + old.get(name, 0) for name, grad in grads.items()}
            return loss, dict(self.grads)


@mistake(
    "TrainableNet",
    "The parameters change during `loss`. `loss` only says which way is down; taking the step is the optimizer's job.",
)
class takes_a_step:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y)
            for name, grad in grads.items():
                self.params[name] = self.params[name] - 0.01 * grad
            return loss, grads


@mistake(
    "TrainableNet",
    "Regularization writes into the weights: an operation such as `w *= ...` changes `self.params`. Make a new array.",
)
class shrinks_the_weights:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            for i in range(1, self.num_layers + 1):
                self.params[f"W{i}"] *= self.reg
            return result


@mistake(
    "TrainableNet",
    "`hidden_backward` changes the `dout` that it is given. It belongs to the caller: make a new array.",
)
class overwrites_the_upstream_gradient:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            dout *= self.activation_backward(np.ones_like(dout), cache[1])
            dh, dw, db = affine_backward(dout, cache[0])
            return dh, {f"W{i}": dw, f"b{i}": db}


@mistake(
    "TrainableNet",
    "`hidden_backward` returns the right gradients, but the cache that it is given has changed. Read from it, and write into new arrays.",
    alone=True,
)
class writes_the_gate_into_the_cache:
    class TrainableNet(reference_impl.TrainableNet):
        def hidden_backward(self, i, dout, cache):
            result = super().hidden_backward(i, dout, cache)
            if self.activation == "relu":
                cache[1][...] = cache[1] > 0
            return result


def reference(net):
    """The reference with the same options and parameters as `net`."""
    twin = object.__new__(reference_impl.TrainableNet)
    twin.__dict__.update(net.__dict__)
    return twin


def negated(result):
    dh, grads = result
    return -dh, {name: -grad for name, grad in grads.items()}


@mistake(
    "TrainableNet",
    "Your network calls `mse_loss` whatever loss it was given. Call `self.loss_function(scores, y)`: for regression "
    "that is `mse_loss`, but a classifier brings a loss of its own.",
)
class always_mse_loss:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            self.loss_function = reference_impl.mse_loss
            return super().loss(X, y)
