"""What students get wrong in lesson 05, the forward pass."""

import numpy as np

import reference_impl
from autograder.bank import mistake
from reference_impl import affine_forward, affine_relu_forward, relu_forward, sigmoid_forward, tanh_forward


def rows(x):
    """Each example as one row."""
    return x.reshape(len(x), -1)


# affine_forward


@mistake("affine_forward", "The bias is missing: every output is a weighted sum plus its own bias.")
def forgets_the_bias(x, w, b):
    return rows(x) @ w, (x, w)


@mistake(
    "affine_forward",
    "The bias is added once for every input. It belongs to the output: add it once, after the sum over the inputs.",
)
def adds_the_bias_once_per_input(x, w, b):
    return rows(x) @ w + len(w) * b, (x, w)


@mistake("affine_forward", "You subtract the bias. The layer adds it; the bias itself may be negative.")
def subtracts_the_bias(x, w, b):
    return rows(x) @ w - b, (x, w)


@mistake("affine_forward", "You multiply by the bias. It shifts an output, so it is added.")
def multiplies_by_the_bias(x, w, b):
    return (rows(x) @ w) * b, (x, w)


@mistake(
    "affine_forward",
    "You take the mean over the inputs where the layer takes their sum: your weighted sums are D times too small.",
)
def averages_over_the_inputs(x, w, b):
    return rows(x) @ w / len(w) + b, (x, w)


@mistake(
    "affine_forward",
    "An activation has crept in: your negative outputs are zero. The affine layer is all straight lines; ReLU comes "
    "after it, in its own function.",
)
def applies_relu_as_well(x, w, b):
    return affine_relu_forward(x, w, b)


@mistake(
    "affine_forward",
    "`w` is transposed before the product, so its rows no longer match the inputs of x. Write the shapes "
    "below each other: (N, D) and (D, M) already fit.",
)
def transposes_w(x, w, b):
    return rows(x) @ w.T + b, (x, w)


@mistake(
    "affine_forward",
    "The factors of the product are in the wrong order. The inner sizes must match: (N, D) times (D, M).",
)
def multiplies_w_by_x(x, w, b):
    return w @ rows(x) + b, (x, w)


@mistake(
    "affine_forward",
    "The product does not get one row for each example. An example may be a picture, with several axes: flatten all "
    "its numbers into one row first.",
)
def does_not_flatten(x, w, b):
    return x @ w + b, (x, w)


@mistake(
    "affine_forward",
    "`dot` pairs the last axis of x with the rows of w. Where an example has several axes, that is only a part of "
    "its numbers: flatten them all into one row first.",
)
def does_not_flatten_before_dot(x, w, b):
    return x.dot(w) + b, (x, w)


@mistake(
    "affine_forward",
    "`w` is transposed before `dot`. It already has one row for each input and one column for each output, and the "
    "inputs are the columns of x.",
)
def transposes_w_before_dot(x, w, b):
    return rows(x).dot(w.T) + b, (x, w)


@mistake(
    "affine_forward",
    "The whole batch becomes one long row. Merge only the axes of each example; the first axis counts the examples "
    "and stays.",
)
def flattens_the_batch_too(x, w, b):
    return x.reshape(1, -1) @ w + b, (x, w)


@mistake(
    "affine_forward",
    "Each example is flattened in the wrong order: its first axis runs fastest (Fortran order). Here the last axis "
    "should.",
)
def flattens_in_fortran_order(x, w, b):
    return np.stack([each.ravel(order="F") for each in x]) @ w + b, (x, w)


@mistake(
    "affine_forward",
    "The numbers of different examples are mixed: reshaping to (D, N) and transposing is not the same as "
    "reshaping to (N, D). The first axis must stay first.",
)
def reshapes_and_transposes(x, w, b):
    return x.reshape(-1, len(x)).T @ w + b, (x, w)


@mistake(
    "affine_forward",
    "`w` is reshaped in order to transpose it. Reshape keeps the numbers in their old order, so the result is not "
    "the transpose; and you need no transpose here.",
)
def reshapes_w_to_transpose_it(x, w, b):
    return rows(x) @ w.reshape(w.shape[::-1]).T + b, (x, w)


@mistake(
    "affine_forward",
    "The bias is turned into a column, one number for each example. It has one number for each output. Leave its "
    "shape, (M,), as it is: broadcasting adds it to every row.",
)
def bias_as_a_column(x, w, b):
    return rows(x) @ w + b.reshape(-1, 1), (x, w)


@mistake(
    "affine_forward",
    "The result gets the integer dtype of x, so everything after the decimal point is cut off.",
)
def takes_over_the_integer_dtype(x, w, b):
    out = np.zeros((len(x), w.shape[1]), dtype=x.dtype)
    out[...] = rows(x) @ w + b
    return out, (x, w)


@mistake(
    "affine_forward",
    "After the call, the caller's x has another shape: `x.shape = ...` and `x.resize` change the array "
    "itself. Make a flat view of it under another name.",
)
def changes_the_shape_of_x_itself(x, w, b):
    x.shape = (len(x), x.size // len(x))
    return x @ w + b, (x, w)


@mistake(
    "affine_forward",
    "The bias is added to the weights, so it is multiplied by the inputs. Add it after the product.",
)
def adds_the_bias_to_the_weights(x, w, b):
    return rows(x) @ (w + b), (x, w)


@mistake(
    "affine_forward",
    "Your running total is b itself, not a copy of it: `total = b` gives the array a second name, and `+=` "
    "then changes b, for the caller and for the next example.",
)
def adds_up_inside_b(x, w, b):
    out = np.zeros((len(x), len(b)))
    for n, row in enumerate(rows(x)):
        total = b
        for d, number in enumerate(row):
            total += number * w[d]
        out[n] = total
    return out, (x, w)


@mistake(
    "affine_forward",
    "For an integer w the result is truncated to integers. An array made like w gets the dtype of w: ask for floats.",
)
def out_in_the_dtype_of_w(x, w, b):
    out, cache = affine_forward(x, w, b)
    return out.astype(w.dtype), cache


@mistake(
    "affine_forward",
    "For an integer b the result is truncated to integers. An array made like b gets the dtype of b: ask for floats.",
)
def out_in_the_dtype_of_b(x, w, b):
    out, cache = affine_forward(x, w, b)
    return out.astype(b.dtype), cache


@mistake("affine_forward", "You return the cache first. Look at the order: `return out, cache`.")
def cache_comes_first(x, w, b):
    out, cache = affine_forward(x, w, b)
    return cache, out


# affine_relu_forward


@mistake(
    "affine_relu_forward",
    "A function is given a pair where it needs an array. `affine_forward` returns two things, the sums and a cache: "
    "unpack them before you go on.",
)
def hands_on_the_pair(x, w, b):
    return relu_forward(affine_forward(x, w, b))


@mistake("affine_relu_forward", "There is no ReLU in your result: it still has negative entries.")
def forgets_the_relu(x, w, b):
    return affine_forward(x, w, b)


@mistake(
    "affine_relu_forward",
    "The result is that of a ReLU before the affine layer, where it cuts off inputs. The ReLU belongs after the "
    "layer, where it cuts off outputs.",
)
def relu_first(x, w, b):
    return affine_forward(relu_forward(x)[0], w, b)


@mistake(
    "affine_relu_forward",
    "The result is that of a bias added after the ReLU. The bias is part of the affine layer: it decides where the ReLU "
    "switches on.",
)
def bias_after_the_relu(x, w, b):
    out, cache = affine_relu_forward(x, w, 0 * b)
    return out + b, cache


@mistake("affine_relu_forward", "The sum lacks the bias: the affine layer before the ReLU has one.")
def relu_of_the_bare_product(x, w, b):
    return affine_relu_forward(x, w, 0 * b)


@mistake(
    "affine_relu_forward",
    "ReLU is applied to the weights, so the negative ones are lost. Apply it to the outputs of the layer.",
)
def relu_of_the_weights(x, w, b):
    return affine_forward(x, relu_forward(w)[0], b)


@mistake(
    "affine_relu_forward",
    "You return where the ReLU is on (ones and zeros). Return what it lets through.",
)
def returns_the_mask(x, w, b):
    out, cache = affine_relu_forward(x, w, b)
    return (out > 0).astype(float), cache


@mistake("affine_relu_forward", "You apply sigmoid in place of ReLU: all your outputs lie between 0 and 1.")
def sigmoid_in_place_of_relu(x, w, b):
    a, cache = affine_forward(x, w, b)
    return sigmoid_forward(a)[0], cache


@mistake("affine_relu_forward", "You apply tanh in place of ReLU: all your outputs lie between -1 and 1.")
def tanh_in_place_of_relu(x, w, b):
    a, cache = affine_forward(x, w, b)
    return tanh_forward(a)[0], cache


@mistake(
    "affine_relu_forward",
    "You take the absolute value. ReLU makes a negative sum zero; it does not mirror it.",
)
def absolute_value(x, w, b):
    a, cache = affine_forward(x, w, b)
    return np.abs(a), cache


@mistake("affine_relu_forward", "You keep the negative sums and drop the positive ones: the comparison is reversed.")
def keeps_the_negative_sums(x, w, b):
    a, cache = affine_forward(x, w, b)
    return np.minimum(a, 0), cache


@mistake(
    "affine_relu_forward",
    "ReLU cuts off each product separately. It should come after the sum over the inputs, bias included.",
)
def relu_of_each_product(x, w, b):
    products = rows(x)[:, :, None] * w
    return relu_forward(relu_forward(products)[0].sum(axis=1) + b)[0], (x, w)


@mistake(
    "affine_relu_forward",
    "You overwrite an array that belongs to the caller: x holds different numbers after the call. Work on a new one.",
)
def zeroes_x_on_the_way(x, w, b):
    result = affine_relu_forward(x, w, b)
    x[x < 0] = 0
    return result


@mistake(
    "affine_relu_forward",
    "For an integer w the result is truncated to integers. An array made like w gets the dtype of w: ask for floats.",
)
def result_in_the_dtype_of_w(x, w, b):
    out, cache = affine_relu_forward(x, w, b)
    return out.astype(w.dtype), cache


@mistake("affine_relu_forward", "You return the cache first. Look at the order: `return out, cache`.")
def cache_before_the_output(x, w, b):
    out, cache = affine_relu_forward(x, w, b)
    return cache, out


# ForwardNet: parameters


@mistake("ForwardNet", "The weights are stored the other way around: a layer's W has shape (inputs, outputs).")
class weights_of_shape_outputs_by_inputs:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers + 1):
                self.params[f"W{i}"] = self.params[f"W{i}"].T


@mistake("ForwardNet", "The layers in your params count from 0. They should count from 1: W1, b1, W2, b2, and so on.")
class counts_from_zero:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            for i in range(self.num_layers):
                self.params[f"W{i}"], self.params[f"b{i}"] = self.init_layer(self.dims[i], self.dims[i + 1])


@mistake(
    "ForwardNet",
    "The output layer got no parameters. It is an affine layer too, and has the last number.",
)
class forgets_the_output_layer:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            del self.params[f"W{self.num_layers}"], self.params[f"b{self.num_layers}"]


@mistake(
    "ForwardNet",
    "While you make the parameters, an index runs past the end of a list. Layers count from 1 and lists from 0: at "
    "which index of `self.dims` are the inputs of layer 1, and at which its outputs?",
)
class looks_one_place_too_far:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            for i in range(1, self.num_layers + 1):
                self.params[f"W{i}"], self.params[f"b{i}"] = self.init_layer(self.dims[i], self.dims[i + 1])


@mistake(
    "ForwardNet",
    'All layers have the same names, "W{i}" and "b{i}". Python fills in the number only in a string with an f in '
    "front.",
)
class forgets_the_f:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            for i in range(1, self.num_layers + 1):
                self.params["W{i}"], self.params["b{i}"] = self.init_layer(self.dims[i - 1], self.dims[i])


@mistake(
    "ForwardNet",
    "`self.params` is still empty when `init_params` is done. Put the parameters there: the network does not use what "
    "the method returns, or what it keeps under another name.",
)
class leaves_params_empty:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            return {}


@mistake("ForwardNet", "The keys are lowercase. The contract says W1 for weights, with a capital W, and b1 for biases.")
class small_w:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            self.params = {name.lower(): each for name, each in self.params.items()}


@mistake("ForwardNet", "Your biases have shape (1, outputs). They need only one axis: (outputs,).")
class biases_with_two_axes:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers + 1):
                self.params[f"b{i}"] = self.params[f"b{i}"].reshape(1, -1)


@mistake(
    "ForwardNet",
    "All weights start at zero. Then every neuron of a layer computes the same output, and gets the same gradient, "
    "forever: lesson 04 shows it.",
)
class weights_start_at_zero:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            self.params = {name: 0 * each for name, each in self.params.items()}


@mistake(
    "ForwardNet",
    "`weight_scale` and the initializer make no difference: your weights always have standard deviation 1. "
    "`self.init_layer` knows both options.",
)
class ignores_the_scale_and_the_initializer:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers + 1):
                w = self.rng.normal(size=(self.dims[i - 1], self.dims[i]))
                self.params[f"W{i}"] = w.astype(self.dtype)


@mistake(
    "ForwardNet",
    "The initializer that the caller chose is ignored: the weights always get the width of `weight_scale`.",
)
class ignores_the_initializer:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            self.initializer = None
            super().init_params()


@mistake(
    "ForwardNet",
    "He's initialization is used whatever the caller asks for: `weight_scale` makes no difference.",
)
class always_he:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            self.initializer = "he"
            super().init_params()


@mistake("ForwardNet", "Your layers share their random numbers: W2 repeats W1. Draw new ones for every layer.")
class the_same_draw_for_every_layer:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            state = self.rng.bit_generator.state
            for i in range(1, self.num_layers + 1):
                self.rng.bit_generator.state = state
                w, b = self.init_layer(self.dims[i - 1], self.dims[i])
                self.params[f"W{i}"], self.params[f"b{i}"] = w, b


@mistake("ForwardNet", "Your weights are never negative. They should lie around zero, with a mean of 0.")
class weights_of_one_sign:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers + 1):
                self.params[f"W{i}"] = np.abs(self.params[f"W{i}"])


@mistake(
    "ForwardNet",
    "The generator `self.rng` is not used, so the same seed gives different weights each time. Nobody can repeat an "
    "experiment that way.",
)
class ignores_the_rng:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            self.rng = np.random.default_rng()
            super().init_params()


@mistake("ForwardNet", "The biases start at one. They should start at zero: the network learns its shifts.")
class biases_start_at_one:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers + 1):
                self.params[f"b{i}"] = np.ones_like(self.params[f"b{i}"])


@mistake(
    "ForwardNet",
    "The parameters are float64 whatever the network's dtype is. `self.dtype` says which dtype they should have.",
)
class params_ignore_the_dtype:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            self.params = {name: each.astype(float) for name, each in self.params.items()}


# ForwardNet: the forward pass


@mistake(
    "ForwardNet",
    "An activation is applied to the scores. The output layer is only affine: a score may be any number.",
)
class activation_on_the_scores:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            scores, caches = super().forward(X)
            return self.activation_forward(scores)[0], caches


@mistake(
    "ForwardNet",
    "The hidden layers have no activation. Then the whole network is one affine layer in disguise, however deep it is.",
)
class no_activation:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            out, cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            return out, (cache, None)


@mistake(
    "ForwardNet",
    "ReLU is built in, whatever activation the network was made with. `self.activation_forward` applies the "
    "chosen one.",
)
class always_relu:
    class ForwardNet(reference_impl.ForwardNet):
        def activation_forward(self, a):
            return relu_forward(a)


@mistake(
    "ForwardNet",
    "The activation comes before the affine layer, so it bends the examples themselves. Affine first, then activation.",
)
class activation_before_affine:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            h, activation_cache = self.activation_forward(h)
            out, affine_cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            return out, (affine_cache, activation_cache)


@mistake("ForwardNet", "A hidden layer applies its weights but not its bias: `b1`, `b2` and so on are never added.")
class hidden_layers_without_bias:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            a, affine_cache = affine_forward(h, self.params[f"W{i}"], 0 * self.params[f"b{i}"])
            out, activation_cache = self.activation_forward(a)
            return out, (affine_cache, activation_cache)


@mistake("ForwardNet", "Your forward pass looks for a layer 0. Here layers count from 1, as in their names.")
class looks_for_layer_zero:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            return super().hidden_forward(i - 1, h)


@mistake(
    "ForwardNet",
    "Every hidden layer gets the examples. Only the first one should; each later one gets the output of the layer "
    "before.",
)
class every_layer_gets_the_examples:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            h, caches = X, []
            for i in range(1, self.num_layers):
                h, cache = self.hidden_forward(i, X)
                caches.append(cache)
            scores, cache = affine_forward(h, self.params[f"W{self.num_layers}"], self.params[f"b{self.num_layers}"])
            return scores, [*caches, cache]


@mistake(
    "ForwardNet",
    "All hidden layers share the weights of the first. Each layer has its own: W1, W2, and so on.",
)
class every_layer_uses_the_first_weights:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            return super().hidden_forward(1, h)


@mistake(
    "ForwardNet",
    "You go through the hidden layers from the last to the first. Forward begins with layer 1.",
)
class hidden_layers_in_reverse:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            h, caches = np.asarray(X, dtype=self.dtype), []
            for i in reversed(range(1, self.num_layers)):
                h, cache = self.hidden_forward(i, h)
                caches.append(cache)
            scores, cache = affine_forward(h, self.params[f"W{self.num_layers}"], self.params[f"b{self.num_layers}"])
            return scores, [*caches, cache]


@mistake(
    "ForwardNet",
    "One hidden layer is left out: the loop over them ends one step too early, or begins one step too late.",
)
class skips_the_last_hidden_layer:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            h, caches = np.asarray(X, dtype=self.dtype), []
            for i in range(1, self.num_layers - 1):
                h, cache = self.hidden_forward(i, h)
                caches.append(cache)
            scores, cache = affine_forward(h, self.params[f"W{self.num_layers}"], self.params[f"b{self.num_layers}"])
            return scores, [*caches, cache]


@mistake("ForwardNet", "The last layer lacks its bias: the scores should be a weighted sum plus the last bias.")
class output_layer_without_bias:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            scores, caches = super().forward(X)
            return scores - self.params[f"b{self.num_layers}"], caches


@mistake(
    "ForwardNet",
    "The forward pass ends before the output layer: you return the last hidden layer's outputs, not scores.",
)
class stops_before_the_output_layer:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            h, caches = np.asarray(X, dtype=self.dtype), []
            for i in range(1, self.num_layers):
                h, cache = self.hidden_forward(i, h)
                caches.append(cache)
            return h, caches


@mistake(
    "ForwardNet",
    "Every layer should leave one cache in the list, the output layer included; yours lacks the last one.",
)
class the_last_cache_is_missing:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            scores, caches = super().forward(X)
            return scores, caches[:-1]


@mistake(
    "ForwardNet",
    "The second thing that `forward` returns is None, where the list of caches should be. Methods that change a "
    "list, such as `append`, change it in place and return None.",
)
class none_in_place_of_the_caches:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            return super().forward(X)[0], None


@mistake(
    "ForwardNet",
    "`forward` has to return two things: the scores, and the list with one cache per layer.",
)
class scores_alone:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            return super().forward(X)[0]


@mistake(
    "ForwardNet",
    "You return only the last layer's cache. The backward pass needs them all: return a list with one cache per layer.",
)
class only_the_last_cache:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            scores, caches = super().forward(X)
            return scores, [caches[-1]]


@mistake(
    "ForwardNet",
    "The examples keep their own dtype. `forward` should first convert X to the network's dtype, so that a float32 "
    "network computes in float32.",
)
class examples_keep_their_dtype:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            self.dtype = X.dtype
            return super().forward(X)


@mistake(
    "ForwardNet",
    "Your network does not compute with `self.params` but with a copy made at the start. Training changes "
    "`self.params`: read them again in every forward pass.",
)
class computes_with_old_params:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            super().init_params()
            self.first = dict(self.params)

        def hidden_forward(self, i, h):
            now, self.params = self.params, self.first
            out = super().hidden_forward(i, h)
            self.params = now
            return out

        def forward(self, X):
            now, self.params = self.params, self.first
            try:
                return super().forward(X)
            finally:
                self.params = now


@mistake(
    "ForwardNet",
    "X holds different numbers after the forward pass than before. It belongs to the caller: work on a new array.",
)
class writes_into_X:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            result = super().forward(X)
            X *= 2
            return result


@mistake(
    "ForwardNet",
    "The forward pass changes the params. Computing scores must not train anything: compute with new arrays.",
)
class changes_the_params:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            result = super().forward(X)
            for w in self.params.values():
                w *= 0.5
            return result
