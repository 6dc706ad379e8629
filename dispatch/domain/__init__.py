"""Pure rules and states of dispatch: no input or output, no clock, no randomness."""
