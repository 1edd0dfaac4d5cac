//! The C header of an object: what all programs share, once, and what this one has.

use super::packing::Constants;
use super::tables::{self, Cold, Content, Entry, Hot, Need};
use super::{Described, ObjectTarget};
use crate::analysis::facts::Facts;
use crate::crosscheck::text;
use crate::declared::{Declared, Field};
use crate::frame::{ColdSlot, Frame, HotSlot};
use crate::lower::requirements::Plans;
use std::fmt::Write;
use ternsig_isa::Temperature;
use ternsig_program::ValidatedProgram;

/// What a C host needs to know, whatever the program is.
const GUIDE: &str = include_str!("guide.h");
/// How weights are packed.
const PACKING: &str = include_str!("packing.h");
/// What a C host calls.
const FUNCTIONS: &str = include_str!("host.h");

/// A hash of everything that objects and headers have to agree in.
pub(super) fn interface() -> u64 {
    // FNV-1a; only equality counts.
    let hash = shared().bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    // A literal that is an int in C, too.
    hash & 0x7FFF_FFFF
}

/// The header of a program.
pub(super) fn write(
    prefix: &str,
    target: ObjectTarget,
    program: &ValidatedProgram,
    facts: &Facts,
    plans: &Plans,
    described: &Described,
) -> String {
    let guard = format!("{}_H", prefix.to_ascii_uppercase());
    let interface = interface();
    let shared = shared();
    let own = own(prefix, target, program, facts, plans, described);
    format!(
        "#ifndef {guard}\n#define {guard}\n\n{GUIDE}\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\
         #include <string.h>\n\n#ifndef TERNSIG_NATIVE\n#define TERNSIG_NATIVE {interface}\n{shared}\n\
         #elif TERNSIG_NATIVE != {interface}\n#error \"the headers of these objects are of different versions\"\n\
         #endif\n\n{own}\n#endif\n"
    )
}

/// What is the same in every header.
fn shared() -> String {
    let mut out = String::from(
        "\ntypedef struct ternsig_frame ternsig_frame;\n\n\
         /* Enters the code at the entry with this number: see TERNSIG_RESULT. */\n\
         typedef uint64_t ternsig_enter(ternsig_frame *frame, uint32_t entry);\n\
         /* Executes an instruction: 0 for the code to go on behind it, else what it comes back with. */\n\
         typedef uint64_t ternsig_helper(ternsig_frame *frame, uint64_t instruction);\n\
         /* Puts the pressure of mastery on weights. */\n\
         typedef void ternsig_press(ternsig_frame *frame, uint64_t what, const int32_t *inputs, uint64_t input_count,\n\
         \x20                          const int32_t *directions, uint64_t direction_count);\n\
         /* Lets weights take the steps of mastery. */\n\
         typedef void ternsig_commit(ternsig_frame *frame, uint64_t what);\n\
         /* Makes the weights of a cold register of elements: 0, or 1 if that is left to the host. */\n\
         typedef uint64_t ternsig_quantise(ternsig_frame *frame, uint64_t reg, const int32_t *elements, uint64_t count);\n\
         /* Multiplies the weights of a cold register with inputs. */\n\
         typedef void ternsig_product(ternsig_frame *frame, uint64_t reg, const int32_t *inputs, uint64_t input_count,\n\
         \x20                            int32_t *outputs, uint64_t output_count);\n",
    );
    structure::<HotSlot>(&mut out, "ternsig_hot_slot", "A hot register as the code sees it.");
    structure::<ColdSlot>(
        &mut out,
        "ternsig_cold_slot",
        "A cold register as the code sees it. What a program does not use is null.",
    );
    structure::<Frame>(&mut out, "ternsig_frame", "Everything that the code reaches.");
    structure::<Content>(&mut out, "ternsig_content", "A content of a hot register.");
    structure::<Entry>(&mut out, "ternsig_entry", "An instruction at which the code can be entered.");
    structure::<Need>(
        &mut out,
        "ternsig_need",
        "What the code assumes of a hot register where it is entered.",
    );
    structure::<Hot>(&mut out, "ternsig_hot", "A hot register that the code uses.");
    structure::<Cold>(
        &mut out,
        "ternsig_cold",
        "A cold register that the code uses, with the packed forms that it reads.",
    );
    structure::<tables::Program>(&mut out, "ternsig_program", "A program.");
    constants(&mut out);
    out.push_str(PACKING);
    out + FUNCTIONS
}

/// A structure, with what makes sure that the compiler lays it out as the code assumes.
fn structure<T: Declared>(out: &mut String, name: &str, doc: &str) {
    let mut assertions = String::new();
    let _ = write!(out, "\n/* {doc} */\ntypedef struct {name} {{\n");
    for field in T::FIELDS {
        for line in field.doc {
            let _ = writeln!(out, "    /*{} */", comment(line));
        }
        let _ = writeln!(out, "    {};", declaration(field));
        let _ = writeln!(
            assertions,
            "_Static_assert(offsetof({name}, {}) == {}, \"layout\");",
            field.name, field.offset
        );
    }
    let size = size_of::<T>();
    let _ = writeln!(out, "}} {name};\n{assertions}_Static_assert(sizeof({name}) == {size}, \"layout\");");
}

fn declaration(field: &Field) -> String {
    let ty = match field.name {
        "helper" => "ternsig_helper *",
        "press" => "ternsig_press *",
        "commit" => "ternsig_commit *",
        "quantise" => "ternsig_quantise *",
        "saturating_product" => "ternsig_product *",
        _ => field.ty,
    };
    let space = if ty.ends_with('*') { "" } else { " " };
    let count = field.count.map_or_else(String::new, |count| format!("[{count}]"));
    format!("{ty}{space}{}{count}", field.name)
}

/// What the packed forms are made with.
fn constants(out: &mut String) {
    let Constants { largest_weight, never, plane_bits, wrapping_bits } = Constants::new();
    let list = |of: fn(Temperature) -> i32| {
        Temperature::ALL.map(|temperature| of(temperature).to_string()).join(", ")
    };
    let thresholds = list(|temperature| temperature.activation_threshold() as i32);
    let conductances = list(|temperature| temperature.conductance() as i32);
    let _ = write!(
        out,
        "\n#define TERNSIG_LARGEST_WEIGHT {largest_weight}\n#define TERNSIG_FULL_CONDUCTANCE 255\n\
         #define TERNSIG_NEVER {never}\n#define TERNSIG_PLANE_BITS {plane_bits}\n\
         #define TERNSIG_WRAPPING_BITS {wrapping_bits}\n\
         /* By the code of a temperature: the least input that passes, and what it is multiplied by. */\n\
         static const int32_t ternsig_thresholds[] = {{{thresholds}}};\n\
         static const int32_t ternsig_conductances[] = {{{conductances}}};\n"
    );
}

/// What one program has.
fn own(
    prefix: &str,
    target: ObjectTarget,
    program: &ValidatedProgram,
    facts: &Facts,
    plans: &Plans,
    described: &Described,
) -> String {
    let upper = prefix.to_ascii_uppercase();
    let name = comment(&program.program().meta.name);
    let mut out = format!("/* The program {name}, for {target}.\n");
    for at in described.entries.iter().map(|entry| entry.instruction) {
        let _ = writeln!(out, "   entry at {at}: {}", comment(&text(program, at as usize)));
    }
    for (&at, reason) in &plans.foreign {
        let why = reason.map_or_else(|| "hook helper".to_owned(), |reason| format!("left: {reason}"));
        let _ = writeln!(out, "   {why}: {at} {}", comment(&text(program, at)));
    }
    for row in &described.cold {
        let weights = facts.cold.get(row.reg as usize).copied().flatten();
        let shape = weights.map_or_else(String::new, |weights| weights.shape.to_string());
        let key = key(program, row.reg as usize);
        let _ = writeln!(out, "   weights C{}{shape}{}", row.reg, comment(&key));
    }
    out.push_str("*/\n");
    let _ = write!(
        out,
        "extern const ternsig_program {prefix};\nextern ternsig_enter {prefix}_enter;\n\n\
         /* Bytes of its memory block. */\n#define {upper}_MEMORY {}\n",
        described.program.memory
    );
    if described.program.reads_input > 0 {
        let _ = write!(out, "/* Elements of its input. */\n#define {upper}_INPUT {}\n", facts.input_len);
    }
    if described.program.reads_target > 0 {
        let _ = write!(out, "/* Elements of its target. */\n#define {upper}_TARGET {}\n", facts.target_len);
    }
    if plans.output_room > 0 {
        let _ = write!(
            out,
            "/* Elements of its output at most. */\n#define {upper}_OUTPUT {}\n",
            plans.output_room
        );
    }
    for (number, row) in described.cold.iter().enumerate() {
        let register = row.reg;
        let _ = write!(
            out,
            "/* The row of C{register} in the table `cold`, and how many weights it has. */\n\
             #define {upper}_C{register} {number}\n#define {upper}_C{register}_LEN {}\n",
            row.len
        );
    }
    out
}

/// The storage key of a cold register, as it is declared.
fn key(program: &ValidatedProgram, register: usize) -> String {
    let mut declared =
        program.program().registers.iter().filter(|decl| {
            decl.register.bank() == ternsig_isa::Bank::Cold && decl.register.index() == register
        });
    let key = declared.find_map(|decl| decl.key.as_deref());
    key.map_or_else(String::new, |key| format!(" {key:?}"))
}

/// A text that ends no comment.
fn comment(text: &str) -> String {
    text.replace("*/", "* /").replace("/*", "/ *").replace(['\n', '\r'], " ")
}
