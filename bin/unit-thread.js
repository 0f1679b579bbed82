// A thread that renders beside the main one.
require('./load')('synth/units/thread');
