
/* How the code comes back: the upper half of its result. The lower half is the next instruction. */

/* The instruction is left to the host: it fails, or it is one for a device, or there was too little fuel, or the
   interrupt flag was set. Everything before it has been executed. */
#define TERNSIG_LEFT 0u
/* The program has ended. */
#define TERNSIG_HALTED 1u
/* The hook `helper` did not let the code go on. */
#define TERNSIG_STOPPED 2u

#define TERNSIG_RESULT(kind, next) ((uint64_t)(kind) << 32 | (uint32_t)(next))
#define TERNSIG_KIND(result) ((uint32_t)((result) >> 32))
#define TERNSIG_NEXT(result) ((uint32_t)(result))

/* `output_len` while the code has not touched the output buffer. */
#define TERNSIG_NOT_STORED UINT64_MAX

/* The hook `helper` of a host that executes no instruction: the code comes back before this one. */
static inline uint64_t ternsig_leave(ternsig_frame *frame, uint64_t instruction) {
    (void)frame;
    return TERNSIG_RESULT(TERNSIG_STOPPED, instruction);
}

/* The sums of each row's products, saturated: for inputs so large that 32 bits may not hold them. */
static inline void ternsig_multiply(ternsig_frame *frame, uint64_t reg, const int32_t *inputs, uint64_t input_count,
                                    int32_t *outputs, uint64_t output_count) {
    const ternsig_program *program = frame->context;
    const ternsig_cold *cold = program->cold;
    while (cold->reg != reg) {
        cold++;
    }
    for (uint64_t row = 0; row < output_count; row++) {
        int64_t sum = 0;
        for (uint64_t i = 0; i < input_count; i++) {
            sum += (int64_t)ternsig_weight(cold, frame->cold[reg].values, row * cold->columns + i) * inputs[i];
        }
        outputs[row] = sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
    }
}

/* Points a frame to a memory block of `program->memory` bytes at a multiple of 64, and clears both: hot registers are as
   the program declares them. False if the object was made for another version of this header.

   Afterwards the host sets `fuel` and weights, and fills the buffers that `input` and `target` point to. */
static inline bool ternsig_attach(const ternsig_program *program, void *memory, ternsig_frame *frame) {
    if (program->interface != TERNSIG_NATIVE) {
        return false;
    }
    uint8_t *block = memory;
    memset(block, 0, program->memory);
    memset(frame, 0, sizeof *frame);
    /* The last bytes of working memory are nobody's. */
    frame->interrupt = block + program->memory - 1;
    frame->input = (int32_t *)(block + program->input_offset);
    frame->target = (int32_t *)(block + program->target_offset);
    frame->output = (int32_t *)(block + program->output_offset);
    frame->output_len = TERNSIG_NOT_STORED;
    frame->scratch = block + program->scratch_offset;
    frame->control = block + program->control_offset;
    frame->control_room = program->control_room;
    frame->call_limit = program->control_room;
    frame->helper = ternsig_leave;
    frame->saturating_product = ternsig_multiply;
    frame->context = (void *)program;
    frame->rotations = program->rotations;
    for (uint64_t i = 0; i < program->hot_count; i++) {
        frame->hot[program->hot[i].reg].data = (int32_t *)(block + program->hot[i].offset);
    }
    for (uint64_t i = 0; i < program->cold_count; i++) {
        const ternsig_cold *cold = &program->cold[i];
        ternsig_cold_slot *slot = &frame->cold[cold->reg];
        slot->packed = (int16_t *)(block + cold->packed_offset);
        slot->row_sums = (int32_t *)(block + cold->row_sums_offset);
        slot->product_factors = (int32_t *)(block + cold->product_factors_offset);
        slot->weight_factors = (int32_t *)(block + cold->weight_factors_offset);
        slot->thresholds = (int32_t *)(block + cold->thresholds_offset);
    }
    return true;
}

/* The number of the entry at an instruction; -1 if there is none. */
static inline int64_t ternsig_entry_at(const ternsig_program *program, uint64_t instruction) {
    for (uint64_t i = 0; i < program->entry_count; i++) {
        if (program->entries[i].instruction == instruction) {
            return (int64_t)i;
        }
    }
    return -1;
}

/* Number of the content that the code has put into a hot register since this was asked last; 0 for none. The elements are
   where `data` points. */
static inline uint64_t ternsig_take(ternsig_frame *frame, uint64_t reg) {
    uint64_t content = frame->hot[reg].written;
    frame->hot[reg].written = 0;
    return content;
}
