/* A Ternsig program as native code, for C11 or later.

   The object defines `X`, the tables that describe it, and `X_enter`, its code; X is the name below. The code needs no
   library and calls nothing but the hooks of its frame.

       static _Alignas(64) uint8_t memory[X_MEMORY];
       static ternsig_frame frame;

       ternsig_attach(&X, memory, &frame);
       ternsig_set_weights(&X, &frame, X_C0, values, signals, NULL);    // for each cold register

       memcpy((int32_t *)frame.input, input, sizeof(int32_t) * X_INPUT);  // for each run
       frame.fuel = 1000000000;
       frame.output_len = TERNSIG_NOT_STORED;
       frame.control_len = frame.calls = 0;
       uint64_t result = X_enter(&frame, (uint32_t)ternsig_entry_at(&X, 0));
       // TERNSIG_KIND(result) == TERNSIG_HALTED: frame.output holds frame.output_len elements

   Registers, weights and pressure stay from run to run. What a hot register holds after a run, `ternsig_take` says by the
   number of its content: row `number - 1` of the table `contents` has its length and shape.

   Where the code comes back with another kind, everything before the instruction TERNSIG_NEXT has been executed exactly
   as the interpreter does, fuel included, and nothing behind it. The host executes that instruction, or gives up; then it
   enters the code at the entry of the next one. An entry may be used only if each hot register in its `needs` has the
   content that stands there (`content` 0: it is not allocated), cold registers have the shape that the table `cold` has,
   with a temperature list if and only if `tempered`, and, if the program reads them, input and target have the lengths
   `input_len` and `target_len`.

   What a host may set further: `interrupt`, a byte that makes the code come back while it is not 0; `call_limit`; `helper`,
   for the instructions that the table of entries calls `helped`. For a program that learns: `learning`, the factor of
   mastery, 0 to 3; `pressure`, `pressure_len` and `frozen` of the cold registers that are `pressed`; and the hooks `press`,
   `commit` and `quantise`. While they are null, the code comes back before the instructions that need them. */
