
/* A weight's value from -255 to 255. */
static inline int32_t ternsig_weight(const ternsig_cold *cold, const int16_t *values, uint64_t index) {
    int32_t value = index < cold->len ? values[index] : 0;
    return value > TERNSIG_LARGEST_WEIGHT    ? TERNSIG_LARGEST_WEIGHT
           : value < -TERNSIG_LARGEST_WEIGHT ? -TERNSIG_LARGEST_WEIGHT
                                             : value;
}

/* Which bits of an input have to equal its sign bit: all but the most with which the magnitudes of the heaviest row still
   fit 31 bits, and not more than `most`. */
static inline uint32_t ternsig_forbidden_bits(uint32_t heaviest, uint32_t most) {
    uint32_t bits = 0;
    while (bits < most && (uint32_t)INT32_MAX / heaviest >> (bits + 1) != 0) {
        bits++;
    }
    return ~(((uint32_t)1 << bits) - 1);
}

static inline void ternsig_pack_plain(const ternsig_program *program, const ternsig_cold *cold, ternsig_frame *frame) {
    ternsig_cold_slot *slot = &frame->cold[cold->reg];
    const uint32_t *places = program->places + cold->places;
    int16_t *packed = (int16_t *)slot->packed;
    int32_t *row_sums = (int32_t *)slot->row_sums;
    uint32_t heaviest = 1;
    for (uint64_t row = 0; row < cold->rows; row++) {
        int16_t *first = packed + places[2 * row];
        const uint32_t *distances = places + places[2 * row + 1];
        int32_t sum = 0;
        uint32_t weight = 0;
        for (uint64_t column = 0; column < cold->columns; column++) {
            int32_t value = ternsig_weight(cold, slot->values, row * cold->columns + column);
            first[distances[column]] = (int16_t)value;
            sum += value;
            weight += (uint32_t)(value < 0 ? -value : value);
        }
        row_sums[row] = sum;
        heaviest = weight > heaviest ? weight : heaviest;
    }
    slot->forbidden_bits = ternsig_forbidden_bits(heaviest, TERNSIG_PLANE_BITS);
    slot->wrapping_forbidden_bits = ternsig_forbidden_bits(heaviest, TERNSIG_WRAPPING_BITS);
}

static inline void ternsig_pack_tempered(const ternsig_cold *cold, ternsig_frame *frame) {
    ternsig_cold_slot *slot = &frame->cold[cold->reg];
    int32_t *per_product = (int32_t *)slot->product_factors;
    int32_t *per_weight = (int32_t *)slot->weight_factors;
    int32_t *thresholds = (int32_t *)slot->thresholds;
    for (uint64_t i = 0; i < cold->factors_len; i++) {
        uint64_t row = i / cold->factors_stride, column = i % cold->factors_stride;
        uint64_t index = row * cold->columns + column;
        bool is_weight = column < cold->columns;
        uint8_t code = is_weight && index < cold->len && slot->temperatures ? slot->temperatures[index] & 3 : 0;
        int32_t factor = is_weight ? ternsig_weight(cold, slot->values, index) * ternsig_conductances[code] : 0;
        thresholds[i] = is_weight ? ternsig_thresholds[code] : TERNSIG_NEVER;
        if (cold->per_product) {
            per_product[i] = factor;
        }
        if (cold->per_weight) {
            per_weight[i] = factor / TERNSIG_FULL_CONDUCTANCE;
        }
    }
}

/* Gives the code the weights of the cold register in this row of the table `cold`: `len` values from -255 to 255, as
   many signals (a polarity and a magnitude byte each), and as many codes of temperatures or null. All of them stay where
   they are and may be read only; after a change this is called again. */
static inline void ternsig_set_weights(const ternsig_program *program, ternsig_frame *frame, uint64_t row,
                                       const int16_t *values, const uint8_t *signals, const uint8_t *temperatures) {
    const ternsig_cold *cold = &program->cold[row];
    ternsig_cold_slot *slot = &frame->cold[cold->reg];
    slot->values = (int16_t *)values;
    slot->signals = (uint8_t *)signals;
    slot->temperatures = temperatures;
    if (cold->row_sums_len) {
        ternsig_pack_plain(program, cold, frame);
    }
    if (cold->per_product || cold->per_weight) {
        ternsig_pack_tempered(cold, frame);
    }
}
