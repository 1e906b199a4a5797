#pragma once

#include "core/experiment/problem.h"
#include "core/measure/conditioning.h"

// Gradient descent on one layer of a linear net while the others stand still: the problem is then
// linear, and measure/conditioning.h says how fast it goes.
namespace muonscope {

// The layer (1-based) that this phase trains alone by plain SGD on the experiment's loss over all
// data, in a net without tanh; 0: it is not of that kind.
int layer_trained_alone(const Experiment& experiment, const Phase& phase);

// What a learning rate of the experiment's loss is as a rate of 1/2 |P X - Y|^2, and back.
double half_loss_rate(const Problem& problem, double lr);
double learning_rate(const Problem& problem, double half_loss_rate);

}  // namespace muonscope
