/* Enters compiled programs with the machines that a file describes, and writes down what they have become.

   Both files are 32-bit little-endian words; cases.rs describes them. "programs.h" includes the headers of all objects and
   lists them in `programs`. */
#include "programs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXECUTED, NO_ENTRY, OTHER_BUFFERS, OTHER_REGISTERS, OTHER_WEIGHTS };

static uint32_t *words;
static size_t word_count, position;
static FILE *results;
static unsigned long current;

static void give_up(const char *why) {
    fprintf(stderr, "case %lu: %s\n", current, why);
    exit(3);
}

static void crashed(int number) {
    fprintf(stderr, "case %lu: signal %d\n", current, number);
    _Exit(4);
}

static uint32_t word(void) {
    if (position >= word_count) {
        give_up("the file is too short");
    }
    return words[position++];
}

static void put(uint32_t value) {
    if (fwrite(&value, sizeof value, 1, results) != 1) {
        give_up("the results cannot be written");
    }
}

static void put_list(const void *list, uint64_t count) {
    if (fwrite(list, 4, count, results) != count) {
        give_up("the results cannot be written");
    }
}

static void *room_for(size_t bytes) {
    void *room = calloc(1, bytes + 64);
    if (!room) {
        give_up("there is no memory");
    }
    return room;
}

/* A list of words, with its length before it. */
static uint64_t list(const int32_t **data) {
    uint64_t count = word();
    if (count > word_count - position) {
        give_up("a list is too long");
    }
    *data = (const int32_t *)(words + position);
    position += count;
    return count;
}

typedef struct {
    bool present;
    uint64_t rank, len;
    const int32_t *dims, *data;
} content;

static bool same(const content *found, uint64_t len, uint64_t rank, const uint64_t *dims) {
    if (!found->present || found->len != len || found->rank != rank) {
        return false;
    }
    for (uint64_t i = 0; i < rank; i++) {
        if ((uint32_t)found->dims[i] != dims[i]) {
            return false;
        }
    }
    return true;
}

typedef struct {
    content shape;
    int16_t *values;
    uint8_t *signals, *temperatures;
    bool has_pressure;
    int32_t *pressure;
    uint64_t pressure_len;
    uint32_t frozen;
} weights;

static content hot[64];
static weights cold[64];

static void read_hot(void) {
    memset(hot, 0, sizeof hot);
    for (uint32_t count = word(); count > 0; count--) {
        content *read = &hot[word() & 63];
        read->present = true;
        read->rank = list(&read->dims);
        read->len = list(&read->data);
    }
}

static void read_cold(void) {
    memset(cold, 0, sizeof cold);
    for (uint32_t count = word(); count > 0; count--) {
        weights *read = &cold[word() & 63];
        read->shape.present = true;
        read->shape.rank = list(&read->shape.dims);
        const int32_t *data;
        uint64_t len = read->shape.len = list(&data);
        read->values = room_for(2 * len);
        for (uint64_t i = 0; i < len; i++) {
            read->values[i] = (int16_t)data[i];
        }
        read->signals = room_for(2 * len);
        list(&data);
        for (uint64_t i = 0; i < len; i++) {
            read->signals[2 * i] = (uint8_t)data[i];
            read->signals[2 * i + 1] = (uint8_t)(data[i] >> 8);
        }
        if (word()) {
            read->temperatures = room_for(len);
            list(&data);
            for (uint64_t i = 0; i < len; i++) {
                read->temperatures[i] = (uint8_t)data[i];
            }
        }
        read->has_pressure = word();
        if (read->has_pressure) {
            read->pressure_len = list(&data);
            read->pressure = room_for(4 * (read->pressure_len + 3));
            memcpy(read->pressure, data, 4 * read->pressure_len);
        }
        read->frozen = word();
    }
}

/* Whether the code may be entered there. */
static uint32_t refusal(const ternsig_program *program, int64_t entry, uint64_t input_len, uint64_t target_len) {
    if (entry < 0) {
        return NO_ENTRY;
    }
    if ((program->reads_input && input_len != program->input_len)
        || (program->reads_target && target_len != program->target_len)) {
        return OTHER_BUFFERS;
    }
    const ternsig_entry *row = &program->entries[entry];
    for (uint64_t i = 0; i < row->needs; i++) {
        const ternsig_need *need = &program->needs[row->first_need + i];
        const content *found = &hot[need->reg];
        if (need->content == 0 ? found->present
                               : !same(found, program->contents[need->content - 1].len,
                                       program->contents[need->content - 1].rank,
                                       program->contents[need->content - 1].dims)) {
            return OTHER_REGISTERS;
        }
    }
    for (uint64_t i = 0; i < program->cold_count; i++) {
        const ternsig_cold *row = &program->cold[i];
        const weights *found = &cold[row->reg];
        if (!same(&found->shape, row->len, row->rank, row->dims) || !found->temperatures != !row->tempered) {
            return OTHER_WEIGHTS;
        }
    }
    return EXECUTED;
}

/* Where the elements of a hot register are: in the block, or elsewhere if it holds more than the code ever puts there. */
static int32_t *fill_hot(const ternsig_hot *row, ternsig_frame *frame) {
    const content *found = &hot[row->reg];
    int32_t *own = NULL;
    if (found->len > row->room) {
        own = room_for(4 * (found->len + 8));
        frame->hot[row->reg].data = own;
    }
    if (found->len) {
        memcpy(frame->hot[row->reg].data, found->data, 4 * found->len);
    }
    return own;
}

static void put_hot(const ternsig_program *program, ternsig_frame *frame) {
    put((uint32_t)program->hot_count);
    for (uint64_t i = 0; i < program->hot_count; i++) {
        uint64_t reg = program->hot[i].reg;
        uint64_t number = ternsig_take(frame, reg);
        put((uint32_t)reg);
        put(number > 0);
        if (number > program->content_count) {
            give_up("there is no such content");
        }
        if (number > 0) {
            const ternsig_content *got = &program->contents[number - 1];
            put((uint32_t)got->rank);
            for (uint64_t axis = 0; axis < got->rank; axis++) {
                put((uint32_t)got->dims[axis]);
            }
            put((uint32_t)got->len);
            put_list(frame->hot[reg].data, got->len);
        } else {
            put((uint32_t)hot[reg].len);
            put_list(frame->hot[reg].data, hot[reg].len);
        }
    }
}

static void put_cold(const ternsig_program *program, const ternsig_frame *frame) {
    put((uint32_t)program->cold_count);
    for (uint64_t i = 0; i < program->cold_count; i++) {
        uint64_t reg = program->cold[i].reg;
        const weights *found = &cold[reg];
        put((uint32_t)reg);
        put((uint32_t)found->shape.len);
        for (uint64_t index = 0; index < found->shape.len; index++) {
            put((uint32_t)(int32_t)frame->cold[reg].values[index]);
        }
        put((uint32_t)found->shape.len);
        for (uint64_t index = 0; index < found->shape.len; index++) {
            put(frame->cold[reg].signals[2 * index] | (uint32_t)frame->cold[reg].signals[2 * index + 1] << 8);
        }
        put(found->has_pressure);
        if (found->has_pressure) {
            put((uint32_t)found->pressure_len);
            put_list(found->pressure, found->pressure_len);
        }
    }
}

/* One case; whether the code was entered. */
static void run(void) {
    const ternsig_program *program = programs[word() % (sizeof programs / sizeof *programs)];
    uint64_t at = word(), fuel = word();
    fuel |= (uint64_t)word() << 32;
    uint64_t learning = word(), call_limit = word();
    const int32_t *input, *target, *control;
    uint64_t input_len = list(&input), target_len = list(&target);
    uint64_t control_len = list(&control) / 4, calls = word();
    read_hot();
    read_cold();

    uint8_t *allocated = room_for(program->memory + 64);
    uint8_t *memory = allocated + (64 - (uintptr_t)allocated % 64);
    ternsig_frame *frame = room_for(sizeof *frame);
    if (!ternsig_attach(program, memory, frame)) {
        give_up("the object does not fit the header");
    }
    int64_t entry = ternsig_entry_at(program, at);
    uint32_t refused = refusal(program, entry, input_len, target_len);
    put(refused);
    int32_t *elsewhere[64] = {0};
    uint8_t *frames = NULL;
    if (refused == EXECUTED) {
        if (program->reads_input) {
            memcpy((int32_t *)frame->input, input, 4 * input_len);
        }
        if (program->reads_target) {
            memcpy((int32_t *)frame->target, target, 4 * target_len);
        }
        frame->control_room = control_len + 16;
        frame->control = frames = room_for(16 * frame->control_room);
        memcpy(frames, control, 16 * control_len);
        frame->control_len = control_len;
        frame->calls = calls;
        frame->call_limit = call_limit;
        frame->learning = learning;
        frame->fuel = fuel;
        for (uint64_t i = 0; i < program->hot_count; i++) {
            elsewhere[program->hot[i].reg] = fill_hot(&program->hot[i], frame);
        }
        for (uint64_t i = 0; i < program->cold_count; i++) {
            const weights *found = &cold[program->cold[i].reg];
            ternsig_cold_slot *slot = &frame->cold[program->cold[i].reg];
            ternsig_set_weights(program, frame, i, found->values, found->signals, found->temperatures);
            slot->pressure = found->pressure;
            slot->pressure_len = found->pressure_len;
            slot->frozen = found->frozen;
        }
        uint64_t result = program->enter(frame, (uint32_t)entry);
        put(TERNSIG_KIND(result));
        put(TERNSIG_NEXT(result));
        put((uint32_t)frame->fuel);
        put((uint32_t)(frame->fuel >> 32));
        bool stored = frame->output_len != TERNSIG_NOT_STORED;
        put(stored);
        if (stored) {
            put((uint32_t)frame->output_len);
            put_list(frame->output, frame->output_len);
        }
        put((uint32_t)(4 * frame->control_len));
        put_list(frame->control, 4 * frame->control_len);
        put((uint32_t)frame->calls);
        put_hot(program, frame);
        put_cold(program, frame);
    }
    for (int i = 0; i < 64; i++) {
        free(elsewhere[i]);
        free(cold[i].values);
        free(cold[i].signals);
        free(cold[i].temperatures);
        free(cold[i].pressure);
    }
    free(frames);
    free(frame);
    free(allocated);
}

int main(int count, char **arguments) {
    FILE *file = count == 3 ? fopen(arguments[1], "rb") : NULL;
    results = count == 3 ? fopen(arguments[2], "wb") : NULL;
    if (!file || !results || fseek(file, 0, SEEK_END) != 0) {
        fprintf(stderr, "usage: runner CASES RESULTS\n");
        return 2;
    }
    long bytes = ftell(file);
    rewind(file);
    words = room_for((size_t)bytes);
    word_count = fread(words, 4, (size_t)bytes / 4, file);
    fclose(file);
    signal(SIGSEGV, crashed);
    signal(SIGBUS, crashed);
    signal(SIGILL, crashed);
    signal(SIGFPE, crashed);
    while (position < word_count) {
        run();
        current++;
    }
    free(words);
    return fclose(results) == 0 ? 0 : 2;
}
