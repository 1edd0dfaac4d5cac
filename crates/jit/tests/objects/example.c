/* The smallest host: gives a program its weights and one input, and prints the output. */
#include "rule_encoder.h"

#include <stdio.h>

static _Alignas(64) uint8_t memory[RULE_ENCODER_MEMORY];
static ternsig_frame frame;

static int16_t weights[RULE_ENCODER_C0_LEN], bias[RULE_ENCODER_C1_LEN];
static uint8_t weight_signals[2 * RULE_ENCODER_C0_LEN], bias_signals[2 * RULE_ENCODER_C1_LEN];

/* A weight's polarity and magnitude. */
static void set(int16_t *values, uint8_t *signals, size_t index, int value) {
    values[index] = (int16_t)value;
    signals[2 * index] = (uint8_t)((value > 0) - (value < 0));
    signals[2 * index + 1] = (uint8_t)(value < 0 ? -value : value);
}

int main(void) {
    for (int i = 0; i < RULE_ENCODER_C0_LEN; i++) {
        set(weights, weight_signals, (size_t)i, i * 37 % 511 - 255);
    }
    for (int i = 0; i < RULE_ENCODER_C1_LEN; i++) {
        set(bias, bias_signals, (size_t)i, i * 5 - 80);
    }
    if (!ternsig_attach(&rule_encoder, memory, &frame)) {
        return 2;
    }
    ternsig_set_weights(&rule_encoder, &frame, RULE_ENCODER_C0, weights, weight_signals, NULL);
    ternsig_set_weights(&rule_encoder, &frame, RULE_ENCODER_C1, bias, bias_signals, NULL);

    int32_t *input = (int32_t *)frame.input;
    for (int i = 0; i < RULE_ENCODER_INPUT; i++) {
        input[i] = 100 * i - 700;
    }
    frame.fuel = 1000000;
    uint64_t result = rule_encoder_enter(&frame, (uint32_t)ternsig_entry_at(&rule_encoder, 0));
    if (TERNSIG_KIND(result) != TERNSIG_HALTED) {
        return 1;
    }
    for (uint64_t i = 0; i < frame.output_len; i++) {
        printf("%d ", (int)frame.output[i]);
    }
    return 0;
}
